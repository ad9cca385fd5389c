"""Condition for making a dialogue's file by copying mastered MP3 frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.audio.formats import OutputFormat
from castline.audio.profile import Quality

if TYPE_CHECKING:
    from castline.jobs.model import Dialogue

_MIN_GAP_MS: Final = 72
"""The longest time by which copied frames outlast their segment."""


def may_copy_mastered(dialogue: Dialogue) -> bool:
    """Return whether the segments of a dialogue are mastered one by one, so that its file may be made by copying."""
    return (
        dialogue.loudness.target is not None
        and dialogue.output_format is OutputFormat.MP3
        and dialogue.quality is dialogue.spoken_quality is Quality.STANDARD
        and dialogue.music is None
        and not dialogue.sounds
        and dialogue.gap_ms - dialogue.crossfade_ms >= _MIN_GAP_MS
    )
