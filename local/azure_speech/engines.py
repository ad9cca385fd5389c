"""Voice engines and their names."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from local.azure_speech.ssml import Passage


class VoiceEngine(Protocol):
    """An engine that turns text into sound. One engine serves many threads."""

    takes_time: bool
    """Whether the engine keeps a thread busy for so long that others should not wait for it."""

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        """Return ``passage`` as PCM: 16-bit little-endian mono."""
        ...


class VoiceEngineName(StrEnum):
    """The names of the engines."""

    ESPEAK = "espeak"
    TONE = "tone"


def make_engine(name: VoiceEngineName) -> VoiceEngine:
    """Make the engine called ``name``."""
    if name is VoiceEngineName.ESPEAK:
        from local.azure_speech.espeak import EspeakEngine

        return EspeakEngine()
    from local.azure_speech.tone import ToneEngine

    return ToneEngine()
