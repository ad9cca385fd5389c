"""Cached list of a provider's voices."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from castline.search_words import contain_words
from castline.speech.errors import SpeechError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_AGE_SECONDS: Final = 3600.0
PATIENCE_SECONDS: Final = 30.0
"""The time for which an outdated list is used before the provider is asked again."""


MANY_LANGUAGES: Final = "mul"
"""The ISO 639-2 code for a voice that speaks many languages."""


class Gender(StrEnum):
    """The gender that a voice is meant to have."""

    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice of a provider."""

    voice_id: str
    name: str
    """The voice's display name in its own language: 曉雨."""
    language: str
    """The voice's language tag, as the provider writes it: zh-TW, zh-CN-liaoning."""
    language_name: str
    """The English name of the language."""
    gender: Gender
    styles: tuple[str, ...] = ()
    """The speaking styles that the voice supports."""
    latin_name: str = ""

    def speaks(self, language_range: str) -> bool:
        """Return whether the voice speaks ``language_range`` (RFC 4647, basic filtering) or many languages."""
        return self.language == MANY_LANGUAGES or f"{self.language}-".casefold().startswith(
            f"{language_range}-".casefold()
        )

    def is_found_by(self, words: str) -> bool:
        """Return whether all of ``words`` occur in the voice's names; see ``contain_words``."""
        return contain_words(f"{self.voice_id} {self.name} {self.latin_name} {self.language_name}", words)


class VoiceList:
    """A provider's voices, fetched at most once an hour. It serves one thread at a time."""

    def __init__(
        self,
        fetch: Callable[[], tuple[Voice, ...]],
        *,
        stale: Callable[[SpeechError], None] = lambda _error: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Store the function that fetches the voices. Nothing is fetched yet.

        Args:
            fetch: returns the provider's voices; raises SpeechError.
            stale: called with the error when an outdated list is used.
            now: returns the time in seconds by the wall clock. A monotonic clock may stand still while Lambda is
                frozen.
        """
        self._fetch = fetch
        self._stale = stale
        self._now = now
        self._voices: tuple[Voice, ...] | None = None
        self._ask_at = 0.0

    def voices(self) -> tuple[Voice, ...]:
        """Return the voices from a list at most an hour old, or from an older one while no list can be fetched.

        Raises:
            SpeechError: the list cannot be fetched, and there is no older one.
        """
        now = self._now()
        if self._voices is not None and now < self._ask_at:
            return self._voices
        try:
            self._voices, self._ask_at = self._fetch(), now + MAX_AGE_SECONDS
        except SpeechError as error:
            if self._voices is None:
                raise
            self._ask_at = now + PATIENCE_SECONDS
            self._stale(error)
        return self._voices
