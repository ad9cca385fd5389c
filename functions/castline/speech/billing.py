"""What Azure Speech charges for an utterance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline.speech.ssml import build_ssml

if TYPE_CHECKING:
    from castline.speech.provider import Utterance

_WITHIN_VOICE: Final = re.compile("<voice[^>]*>(.*)</voice>", re.DOTALL)
# The characters of the script Han: radicals, the marks 々 and 〇, numerals, and all blocks of ideographs.
_HAN: Final = re.compile(
    "[\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def billed_characters(utterance: Utterance) -> int:
    """How many characters Azure counts, by its documented rule.

    Every code point within ``<voice>`` counts as one: letters, punctuation, white space, and markup too. An ideograph
    counts as two, be it hanzi, kanji or hanja; kana and hangul count as one. The tags ``<speak>`` and ``<voice>``
    cost nothing. A character that is written escaped, such as ``&``, counts as it is written: the rule does not say.

    Raises:
        ProviderRejectedInput: the text holds a character that no XML document can carry.
    """
    written = _WITHIN_VOICE.search(build_ssml(utterance))
    content = written[1] if written else ""
    return len(content) + len(_HAN.findall(content))
