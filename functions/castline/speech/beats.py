"""Beats: texts with nothing to speak, such as ``……``, which become a pause."""

from __future__ import annotations

from typing import Final

from castline.pcm import BYTES_PER_MS
from castline.speech.speakable import is_speakable
from castline.speech.utterances import Speech

BEAT_MS: Final = 700
BEAT_TEXT: Final = "…"
"""The text of a beat if nothing else is left to speak."""
BEAT: Final = Speech(pcm=bytes(BEAT_MS * BYTES_PER_MS), words=())
SPOKEN_MARKS: Final = frozenset("#%&@§‰＃％＆＠")
"""Punctuation whose name voices may read aloud."""


def is_beat(text: str) -> bool:
    """Return whether ``text`` has no letter, no digit, no symbol and no mark with a spoken name, such as ``&``.

    A provider may report success for such a text and send no audio.
    """
    return not any(is_speakable(character) or character in SPOKEN_MARKS for character in text)
