"""Errors of the sounds: the reasons why a request is refused.

SoundError
├── SoundLimitExceeded
└── SoundNotFound
"""

from __future__ import annotations


class SoundError(Exception):
    """The domain refuses, for a reason that its caller can act on."""


class SoundLimitExceeded(SoundError):
    """The user has as many sounds as a user may have."""

    def __init__(self, max_sounds: int) -> None:
        super().__init__(f"more than {max_sounds} sounds")
        self.max_sounds = max_sounds


class SoundNotFound(SoundError):
    """The user has no such sound: unknown, deleted, expired and somebody else's are the same."""
