"""Beats: texts with nothing to speak, such as ``……``, which become a pause."""

from __future__ import annotations

from typing import Final

from castline.pcm import BYTES_PER_MS
from castline.speech.speakable import is_speakable
from castline.speech.utterances import Speech

BEAT_MS: Final = 700
BEAT: Final = Speech(pcm=bytes(BEAT_MS * BYTES_PER_MS), words=())


def is_beat(text: str) -> bool:
    """Return whether ``text`` has no letter, no digit and no symbol.

    A provider may report success for such a text and send no audio.
    """
    return not any(map(is_speakable, text))
