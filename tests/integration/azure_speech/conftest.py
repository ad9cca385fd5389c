from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from castline.speech.providers.azure.session import AzureSpeechSession
from castline.speech.utterances import Utterance
from local.azure_speech.server import AzureSpeechEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "key-0123456789abcdef"
HSIAO_YU = "zh-TW-HsiaoYuNeural"


def utterance(text: str, voice_id: str = HSIAO_YU) -> Utterance:
    return Utterance(text=text, voice_id=voice_id, language="zh-TW")


class ProviderFactory(Protocol):
    def __call__(
        self,
        emulator: AzureSpeechEmulator,
        *,
        key: str = KEY,
        first_chunk_timeout_ms: int = 10_000,
        all_chunks_timeout_ms: int = 10_000,
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
        first_chunk_timeout_ms: int = 10_000,
        all_chunks_timeout_ms: int = 10_000,
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
