"""Errors of sounds: the reasons why a request is refused.

SoundError
├── SoundLimitExceeded
└── SoundNotFound
"""

from __future__ import annotations


class SoundError(Exception):
    """Base class: a request is refused for a reason that the caller can act on."""


class SoundLimitExceeded(SoundError):
    """The user already has the maximum number of sounds."""

    def __init__(self, max_sounds: int) -> None:
        super().__init__(f"more than {max_sounds} sounds")
        self.max_sounds = max_sounds


class SoundNotFound(SoundError):
    """The user has no such sound: it is unknown, deleted, expired, or another user's."""
