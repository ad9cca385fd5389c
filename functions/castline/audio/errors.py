"""Errors of the audio domain.

AudioError
├── BrokenSegment       a stored segment is missing, or not as long as its place on the timeline
├── LengthMismatch      a file's header promised another length than what followed
├── MissingAudio        a finished file is gone
├── UnreadableCues      the cues of a finished file are missing, or are not what was stored
└── UnreadableWords     the same, of the times of its words
"""

from __future__ import annotations


class AudioError(Exception):
    """Base class: audio could not be assembled or described.

    The message holds keys, positions and lengths, never dialogue text.
    """


class BrokenSegment(AudioError):
    """A stored segment is missing, or not as long as its place on the timeline."""


class LengthMismatch(AudioError):
    """A file's header promised another length than what followed."""


class MissingAudio(AudioError):
    """A finished file is gone."""


class UnreadableCues(AudioError):
    """The cues of a finished file are missing, or are not what was stored."""


class UnreadableWords(AudioError):
    """The times of a finished file's words are missing, or are not what was stored."""
