"""A provider whose key changes, through the real Speech SDK, against the emulator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import ProviderAuthFailed
from castline.speech.key_rotation import RotatingSpeechSession
from castline.speech.providers.azure.session import AzureSpeechSession
from tests.integration.azure_speech.conftest import KEY, utterance, wait_for_requests
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.utterances import Speech
    from local.azure_speech.server import AzureSpeechEmulator
    from tests.integration.azure_speech.conftest import HeldEngine

NEW_KEY = "key-fedcba9876543210"


class Secret:
    """A secret that is cached until it is read afresh, or until the cache is dropped."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.fresh_reads = 0
        self._cached: dict[str, str] | None = None

    def read(self) -> dict[str, str]:
        if self._cached is None:
            self._cached = {"key": self.key}
        return self._cached

    def read_afresh(self) -> dict[str, str]:
        self.fresh_reads += 1
        self.drop_cache()
        return self.read()

    def drop_cache(self) -> None:
        self._cached = None


class World:
    """A rotating provider, with the providers that it has made, in order."""

    def __init__(self, emulator: AzureSpeechEmulator) -> None:
        self.secret = Secret(KEY)
        self.made: list[AzureSpeechSession] = []
        self.healed: list[ProviderAuthFailed] = []
        self._emulator = emulator
        self.provider = RotatingSpeechSession(self.secret, self._make, healed=self.healed.append)

    def speak(self, text: str = "你好") -> Speech:
        return self.provider.synthesize(utterance(text))

    def _make(self, secret: dict[str, str]) -> AzureSpeechSession:
        provider = AzureSpeechSession(key=secret["key"], host=self._emulator.host, first_chunk_timeout_ms=PATIENCE_MS)
        self.made.append(provider)
        return provider


@pytest.fixture
def world(emulator: AzureSpeechEmulator) -> Iterator[World]:
    world = World(emulator)
    yield world
    world.provider.close()


def is_closed(provider: AzureSpeechSession) -> bool:
    try:
        provider.synthesize(utterance("還在嗎？"))
    except RuntimeError:
        return True
    except ProviderAuthFailed:
        return False
    return False


def test_nothing_is_read_or_made_before_the_first_utterance(world: World) -> None:
    assert world.made == []


def test_the_same_secret_keeps_its_provider(world: World) -> None:
    world.speak()
    world.secret.drop_cache()
    world.speak()

    assert len(world.made) == 1
    assert world.secret.fresh_reads == 0


def test_a_changed_secret_gives_a_new_provider_and_closes_the_old_one(
    emulator: AzureSpeechEmulator, world: World
) -> None:
    # Given
    world.speak()

    # When
    world.secret.key = emulator.key = NEW_KEY
    world.secret.drop_cache()
    world.speak()

    # Then, though the old connection is still open to it, nothing more is said over it
    old, _new = world.made
    eventually(lambda: is_closed(old))
    assert world.secret.fresh_reads == 0


def test_the_old_provider_is_not_closed_before_its_last_utterance_is_spoken(
    held: HeldEngine, emulator: AzureSpeechEmulator, world: World
) -> None:
    with ThreadPoolExecutor(2) as threads:
        # Given an utterance that is being spoken
        speaking = threads.submit(world.speak)
        wait_for_requests(emulator)

        # When the key changes and others are spoken with the new one
        world.secret.key = emulator.key = NEW_KEY
        world.secret.drop_cache()
        another = threads.submit(world.speak)
        wait_for_requests(emulator, 2)
        old, _new = world.made

        # Then it is spoken to its end
        assert not old._closed
        held.go.set()
        assert speaking.result().pcm
        assert another.result().pcm
    assert old._closed


def test_of_many_that_are_refused_at_once_one_reads_the_secret(emulator: AzureSpeechEmulator, world: World) -> None:
    # Given a key that is rotated before the first utterance, and a cache that does not know it
    world.secret.read()
    world.secret.key = emulator.key = NEW_KEY

    # When
    with ThreadPoolExecutor(8) as threads:
        spoken = list(threads.map(lambda number: world.speak(f"第 {number} 句"), range(8)))

    # Then
    assert all(spoken)
    assert world.secret.fresh_reads == 1
    assert len(world.made) == 2
    assert 1 <= len(world.healed) <= 8  # one that began late may have met the new key at once


def test_a_key_that_has_not_changed_stays_refused(emulator: AzureSpeechEmulator, world: World) -> None:
    emulator.key = NEW_KEY

    for _ in range(2):
        with pytest.raises(ProviderAuthFailed):
            world.speak()

    assert world.secret.fresh_reads == 2
    assert (len(world.made), world.healed) == (1, [])


def test_a_closed_provider_makes_no_other(world: World) -> None:
    world.speak()
    world.provider.close()
    world.provider.close()

    with pytest.raises(RuntimeError, match="closed"):
        world.speak()
    assert len(world.made) == 1
