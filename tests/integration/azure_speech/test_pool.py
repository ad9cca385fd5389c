"""Pools of Speech resources, each of which follows its own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import ProviderAuthFailed, ProviderMisconfigured
from castline.speech.pool import SpeechPool
from castline.speech.providers.azure.provider import AzureSpeech
from castline.speech.providers.base import Timeouts
from local.azure_speech.server import AzureSpeechEmulator
from tests.integration.azure_speech.conftest import utterance
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.providers.base import Credentials, Resources

PATIENT = Timeouts(first_chunk_ms=PATIENCE_MS, all_chunks_ms=PATIENCE_MS)


class Secret:
    """A secret that is cached until it is read afresh."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self._cached = resources

    def read(self) -> Resources:
        return self._cached

    def read_afresh(self) -> Resources:
        self._cached = self.resources
        return self._cached


@pytest.fixture(scope="module")
def east() -> Iterator[AzureSpeechEmulator]:
    with AzureSpeechEmulator(key="key-of-east", voice_engine="tone") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def west() -> Iterator[AzureSpeechEmulator]:
    with AzureSpeechEmulator(key="key-of-west", voice_engine="tone") as emulator:
        yield emulator


def credentials(emulator: AzureSpeechEmulator) -> Credentials:
    return {"key": emulator.key, "host": emulator.host}


@pytest.fixture
def secret(east: AzureSpeechEmulator, west: AzureSpeechEmulator) -> Secret:
    return Secret({"east": credentials(east), "west": credentials(west)})


@pytest.fixture
def healed() -> list[ProviderAuthFailed]:
    return []


@pytest.fixture
def pool(secret: Secret, healed: list[ProviderAuthFailed]) -> Iterator[SpeechPool]:
    pool = SpeechPool(secret, lambda content: AzureSpeech({}).open(content, PATIENT), healed=healed.append)
    yield pool
    pool.close()


def speak(pool: SpeechPool, resource: str) -> bool:
    return bool(pool.session(resource).synthesize(utterance("你好")).pcm)


def test_each_session_speaks_with_its_own_resource(
    pool: SpeechPool, east: AzureSpeechEmulator, west: AzureSpeechEmulator
) -> None:
    before = len(east.traffic.requests), len(west.traffic.requests)

    assert pool.resources() == ("east", "west")
    assert all(speak(pool, name) for name in ("east", "west", "west"))
    assert (len(east.traffic.requests), len(west.traffic.requests)) == (before[0] + 1, before[1] + 2)


def test_the_key_of_one_resource_is_rotated(
    pool: SpeechPool, secret: Secret, healed: list[ProviderAuthFailed], west: AzureSpeechEmulator
) -> None:
    # Given two sessions that speak, and a key that is replaced
    assert speak(pool, "east")
    secret.resources = secret.resources | {"west": credentials(west)}
    secret._cached = secret.resources | {"west": {"key": "an-old-key", "host": west.host}}

    # When the old key is refused
    assert speak(pool, "west")

    # Then the new one is used, and the other session is the same
    assert len(healed) == 1
    assert speak(pool, "east")
    assert len(healed) == 1


def test_a_resource_that_is_taken_out_of_the_secret_is_used_no_more(pool: SpeechPool, secret: Secret) -> None:
    # Given
    session = pool.session("west")
    assert speak(pool, "west")

    # When
    secret.resources = {"east": secret.resources["east"]}
    secret.read_afresh()

    # Then
    with pytest.raises(ProviderMisconfigured):
        session.synthesize(utterance("你好"))
    assert pool.resources() == ("east",)
    with pytest.raises(RuntimeError):
        session.synthesize(utterance("你好"))
    assert speak(pool, "east")


def test_a_resource_that_is_added_is_used(pool: SpeechPool, secret: Secret, east: AzureSpeechEmulator) -> None:
    secret.resources = secret.resources | {"north": credentials(east)}
    secret.read_afresh()

    assert pool.resources() == ("east", "west", "north")
    assert speak(pool, "north")
