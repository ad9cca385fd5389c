"""A voice that speaks turn by turn, when a test lets it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.tone import ToneEngine
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.azure_speech.ssml import Passage


class StepByStep(ToneEngine):
    """Tones of which one at a time is let go, once ``by_steps`` is set."""

    takes_time = True

    def __init__(self) -> None:
        self.by_steps = False
        self._steps = threading.Semaphore(0)

    def step(self) -> None:
        """Let one turn be spoken."""
        self._steps.release()

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        assert not self.by_steps or self._steps.acquire(timeout=PATIENCE_SECONDS)
        return super().speak(passage, sample_rate_hz=sample_rate_hz)


def speech_with(engine: StepByStep) -> AzureSpeechEmulator:
    """Return a provider that speaks with an engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("local.azure_speech.server.make_engine", lambda _name: engine)
        return AzureSpeechEmulator(voice_engine="tone")
