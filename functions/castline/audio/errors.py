"""Errors of the audio domain.

AudioError
├── BrokenSegment       a stored segment is missing or damaged, or its length differs from the timeline
├── LengthMismatch      the audio is longer or shorter than the header says
├── MissingAudio        a finished file is missing
├── UnreadableCues      the subtitle cues of a finished file are missing or damaged
└── UnreadableWords     the word times of a finished file are missing or damaged
"""

from __future__ import annotations


class AudioError(Exception):
    """Base class: audio could not be assembled or described.

    The message holds keys, positions and lengths, never dialogue text.
    """


class BrokenSegment(AudioError):
    """A stored segment is missing or damaged, or its length differs from the timeline."""


class LengthMismatch(AudioError):
    """The audio is longer or shorter than the header says."""


class MissingAudio(AudioError):
    """A finished file is missing."""


class UnreadableCues(AudioError):
    """The subtitle cues of a finished file are missing or damaged."""


class UnreadableWords(AudioError):
    """The word times of a finished file are missing or damaged."""
