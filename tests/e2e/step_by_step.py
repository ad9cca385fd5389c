"""A voice that speaks turn by turn, when a test lets it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.tone import ToneEngine
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.azure_speech.ssml import Passage

_ALL: Final = 1_000
"""More turns than any test has."""


class StepByStep(ToneEngine):
    """Tones, of which each waits for a test's step within ``stepping``."""

    takes_time = True

    def __init__(self) -> None:
        self._steps: threading.Semaphore | None = None

    @contextmanager
    def stepping(self) -> Iterator[Callable[[], None]]:
        """Yield a function that lets one turn be spoken. In the end, all that wait are let go."""
        self._steps = steps = threading.Semaphore(0)
        try:
            yield steps.release
        finally:
            self._steps = None
            steps.release(_ALL)

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        steps = self._steps  # the end of stepping may come meanwhile
        assert steps is None or steps.acquire(timeout=PATIENCE_SECONDS)
        return super().speak(passage, sample_rate_hz=sample_rate_hz)


def speech_with(engine: StepByStep) -> AzureSpeechEmulator:
    """Return a provider that speaks with an engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("local.azure_speech.server.make_engine", lambda _name: engine)
        return AzureSpeechEmulator(voice_engine="tone")
