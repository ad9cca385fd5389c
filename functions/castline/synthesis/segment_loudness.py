"""Loudness normalization of a dialogue's segments: makes all equally loud before they are mixed or mastered."""

from __future__ import annotations

from typing import Final

REFERENCE_LUFS: Final = -22.0
"""The loudness of speech in a mix, before the mix is brought to its target."""

_MAX_GAIN_DB: Final = 12.0
"""The most that a segment is raised or lowered. Segments have nearly the same level, so more would raise noise."""


def normalization_gain_db(lufs: float | None) -> float:
    """Return the gain that brings a stored segment to ``REFERENCE_LUFS``.

    Args:
        lufs: the segment's loudness at volume 1; None if it is silent or was not measured. The gain is then 0.
    """
    return 0.0 if lufs is None else max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, REFERENCE_LUFS - lufs))
