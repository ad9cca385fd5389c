from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

import pytest

from castline.speech.providers.azure.session import AzureSpeechSession
from castline.speech.utterances import Utterance
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.tone import ToneEngine
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure_speech.ssml import Passage

KEY = "key-0123456789abcdef"
HSIAO_YU = "zh-TW-HsiaoYuNeural"


def utterance(text: str, voice_id: str = HSIAO_YU) -> Utterance:
    return Utterance(text=text, voice_id=voice_id, language="zh-TW")


class HeldEngine(ToneEngine):
    """Tones that wait until they are let go, so that requests stay in flight."""

    takes_time = True

    def __init__(self) -> None:
        self.go = threading.Event()

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        assert self.go.wait(PATIENCE_SECONDS)
        return super().speak(passage, sample_rate_hz=sample_rate_hz)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldEngine]:
    """Have the emulators that the test makes hold all requests until they are let go."""
    engine = HeldEngine()
    monkeypatch.setattr("local.azure_speech.server.make_engine", lambda _name: engine)
    yield engine
    engine.go.set()


def wait_for_requests(emulator: AzureSpeechEmulator, count: int = 1) -> None:
    """Wait until this many requests are in flight. The emulator has to hold them."""
    eventually(lambda: emulator.traffic.in_flight == count)


class ProviderFactory(Protocol):
    def __call__(
        self,
        emulator: AzureSpeechEmulator,
        *,
        key: str = KEY,
        first_chunk_timeout_ms: int = PATIENCE_MS,
        all_chunks_timeout_ms: int = PATIENCE_MS,
        max_idle_seconds: float = 60.0,
    ) -> AzureSpeechSession: ...


@pytest.fixture
def emulator() -> Iterator[AzureSpeechEmulator]:
    with AzureSpeechEmulator(key=KEY, voice_engine="tone") as emulator:
        yield emulator


@pytest.fixture
def provider_for() -> Iterator[ProviderFactory]:
    """Make providers for an emulator, closed when the test ends."""
    providers: list[AzureSpeechSession] = []

    def make(
        emulator: AzureSpeechEmulator,
        *,
        key: str = KEY,
        first_chunk_timeout_ms: int = PATIENCE_MS,
        all_chunks_timeout_ms: int = PATIENCE_MS,
        max_idle_seconds: float = 60.0,
    ) -> AzureSpeechSession:
        provider = AzureSpeechSession(
            key=key,
            host=emulator.host,
            first_chunk_timeout_ms=first_chunk_timeout_ms,
            all_chunks_timeout_ms=all_chunks_timeout_ms,
            max_idle_seconds=max_idle_seconds,
        )
        providers.append(provider)
        return provider

    yield make
    for provider in providers:
        provider.close()
