from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from castline.speech.providers.base import Timeouts
from castline.speech.providers.polly.provider import AmazonPolly
from castline.speech.utterances import Utterance
from local.polly_speech import PollyEmulator
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.providers.base import SpeechSession


def utterance(text: str, voice_id: str = "Joanna", **prosody: Any) -> Utterance:
    return Utterance(text=text, voice_id=voice_id, language="en-US", **prosody)


class SessionFactory(Protocol):
    def __call__(
        self, *, engine: str = "neural", first_chunk_ms: int = PATIENCE_MS, all_chunks_ms: int = PATIENCE_MS
    ) -> SpeechSession: ...


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[PollyEmulator]:
    """Yield Amazon Polly's emulator, configured for boto3, with accepted credentials."""
    with PollyEmulator(voice_engine="tone") as emulator:
        monkeypatch.setenv("AWS_ENDPOINT_URL_POLLY", emulator.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield emulator


@pytest.fixture
def open_session(emulator: PollyEmulator) -> Iterator[SessionFactory]:
    """Open sessions with the emulator, closed when the test ends."""
    sessions: list[SpeechSession] = []

    def make(
        *, engine: str = "neural", first_chunk_ms: int = PATIENCE_MS, all_chunks_ms: int = PATIENCE_MS
    ) -> SpeechSession:
        timeouts = Timeouts(first_chunk_ms=first_chunk_ms, all_chunks_ms=all_chunks_ms)
        sessions.append(AmazonPolly({"engine": engine}).open({}, timeouts))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()
