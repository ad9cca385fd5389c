"""Billing rules of Azure Speech."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline.speech.providers.azure.ssml import build_joint_ssml, build_ssml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.utterances import Utterance

_WITHIN_VOICE: Final = re.compile("<voice [^>]*?(?:/>|>(.*?)</voice>)", re.DOTALL)
# Han characters: radicals, the marks 々 and 〇, numerals, and all blocks of ideographs.
_HAN: Final = re.compile(
    "[\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def billed_characters(utterance: Utterance) -> int:
    """Return the characters that Azure bills for an utterance in a request of its own, by its documented rule.

    Every code point within ``<voice>`` counts as one: letters, punctuation, white space and markup. An ideograph
    (hanzi, kanji, hanja) counts as two; kana and hangul count as one. The tags ``<speak>`` and ``<voice>`` are free.
    An escaped character, such as ``&amp;``, counts with the length of its escape. The rule does not mention this.

    Raises:
        ProviderRejectedInput: the text holds a character that no XML document can carry.
    """
    (billed,) = _billed(build_ssml(utterance))
    return billed


def billed_together(utterances: Sequence[Utterance]) -> list[int]:
    """Return the characters billed for each of several utterances in one request, breaks between them included.

    Raises:
        ProviderRejectedInput: a text holds a character that no XML document can carry.
        ValueError: the utterances are not of one language.
    """
    if len(utterances) == 1:
        return [billed_characters(utterances[0])]
    return _billed(build_joint_ssml(utterances))


def _billed(ssml: str) -> list[int]:
    return [len(content) + len(_HAN.findall(content)) for content in _WITHIN_VOICE.findall(ssml)]
