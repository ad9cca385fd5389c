"""Beats: texts with nothing to speak, such as ``……``, which are heard as a pause."""

from __future__ import annotations

import unicodedata
from typing import Final

from castline.speech.provider import PCM_BYTES_PER_MS, Speech

BEAT_MS: Final = 700
BEAT: Final = Speech(pcm=bytes(BEAT_MS * PCM_BYTES_PER_MS), words=())


def is_beat(text: str) -> bool:
    """Return whether ``text`` has no letter, no digit and no symbol.

    Azure Speech reports success for such a text, and sends no audio.
    """
    return not any(map(is_speakable, text))


def is_speakable(character: str) -> bool:
    """Return whether ``character`` is a letter, a digit or a symbol."""
    return unicodedata.category(character)[0] in "LNS"
