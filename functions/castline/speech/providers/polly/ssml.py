"""SSML for Amazon Polly, and its billing.

The sources are https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html (rate and pitch),
https://docs.aws.amazon.com/polly/latest/dg/escapees.html (escapes), and
https://docs.aws.amazon.com/polly/latest/dg/limits.html (limits and billing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.speech.errors import ProviderRejectedInput
from castline.speech.speakable import unspeakable_positions
from castline.speech.spoken_text import spoken_text

if TYPE_CHECKING:
    from castline.speech.utterances import Utterance

MAX_CHARACTERS: Final = 6_000
"""The maximum number of characters in one request, including tags."""
MAX_BILLED_CHARACTERS: Final = 3_000
"""The maximum number of billed characters in one request. Tags are not billed. Polly does not say whether ``&amp;``
is billed as one character or as five."""

# Polly requires that the apostrophe is escaped, too.
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;"}
_ESCAPED: Final = str.maketrans(_ESCAPES)

MAX_UTTERANCE_CHARACTERS: Final = MAX_BILLED_CHARACTERS // max(map(len, _ESCAPES.values()))
"""The number of code points that keeps both limits for any characters, in any way in which Polly may count them."""


def build_ssml(utterance: Utterance) -> str:
    """Write ``utterance`` as SSML, with aliases applied. The text is escaped, so it is never read as markup.

    Raises:
        ProviderRejectedInput: the text holds a character that no XML document can carry.
    """
    text = spoken_text(utterance)
    if unspeakable_positions(text):
        raise ProviderRejectedInput("the text holds a character that XML cannot carry")
    text = text.translate(_ESCAPED)
    rate_percent = round(utterance.rate * 100)
    prosody = f' rate="{rate_percent}%"' if rate_percent != 100 else ""
    prosody += f' pitch="{utterance.pitch_percent:+d}%"' if utterance.pitch_percent else ""
    return f"<speak><prosody{prosody}>{text}</prosody></speak>" if prosody else f"<speak>{text}</speak>"


def unescape(part: str) -> str:
    """Undo the escaping of ``build_ssml`` in a part of its result: return that part of the spoken text."""
    for character, escape in reversed(_ESCAPES.items()):
        part = part.replace(escape, character)
    return part
