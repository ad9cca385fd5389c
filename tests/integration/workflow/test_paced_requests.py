"""Requests of a batch: paced, sent again when they are throttled, and elsewhere when a resource fails."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from castline.pacing.model import Limit
from castline.pacing.repository import Deferral, PaceRepository
from castline.speech.errors import ProviderAuthFailed, ProviderUnavailable, VoiceNotFound
from castline.speech.pool import SpeechPool
from castline.speech.providers.azure.provider import AzureSpeech
from castline.speech.providers.base import Timeouts
from castline.speech.utterances import Utterance
from castline.synthesis.paced_requests import OutOfTime, PacedRequests
from castline.synthesis.request_metrics import RequestMetrics
from local import resources
from local.azure_speech.server import AzureSpeechEmulator
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.speech.providers.base import Credentials, Resources, SpeechSession
    from castline.speech.utterances import Speech
    from local.cloud.cloud import LocalCloud

KEY = "the-key"
PATIENT = Timeouts(first_chunk_ms=PATIENCE_MS, all_chunks_ms=PATIENCE_MS)


class Secret:
    """A secret that never changes."""

    def __init__(self, content: Resources) -> None:
        self._content = content

    def read(self) -> Resources:
        return self._content

    def read_afresh(self) -> Resources:
        return self._content


class Counted(RequestMetrics):
    """A metrics that shows what was counted."""

    def __init__(self) -> None:
        super().__init__("azure")
        self.throttled = 0
        self.errors: list[str] = []

    def count_throttled(self) -> None:
        self.throttled += 1

    def count_error(self, error: Exception) -> None:
        self.errors.append(type(error).__name__)


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> DynamoDBClient:
    resources.create_table()
    return boto3.client("dynamodb")


@pytest.fixture
def east() -> Iterator[AzureSpeechEmulator]:
    with AzureSpeechEmulator(key=KEY, voice_engine="tone") as emulator:
        yield emulator


@pytest.fixture
def west() -> Iterator[AzureSpeechEmulator]:
    with AzureSpeechEmulator(key=KEY, voice_engine="tone") as emulator:
        yield emulator


@pytest.fixture
def metrics() -> Counted:
    return Counted()


@pytest.fixture
def requests(client: DynamoDBClient, metrics: Counted) -> Iterator[Callable[..., PacedRequests]]:
    """Yield what makes the requests of a batch to some emulators."""
    pools: list[SpeechPool] = []

    def make(
        *emulators: AzureSpeechEmulator,
        keys: tuple[str, ...] = (KEY, KEY),
        seconds_left: Callable[[], float] = lambda: PATIENCE_SECONDS,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> PacedRequests:
        content: dict[str, Credentials] = {
            f"resource-{number}": {"key": keys[number], "host": each.host} for number, each in enumerate(emulators)
        }
        pool = SpeechPool(Secret(content), lambda credentials: AzureSpeech({}).open(credentials, PATIENT))
        pools.append(pool)
        pace = PaceRepository(
            client, resources.TABLE_NAME, provider_id=f"azure-{uuid4()}", limit=Limit(requests_per_second=200)
        )
        return PacedRequests(
            pool, pace, concurrency=8, metrics=metrics, seconds_left=seconds_left, is_wanted=is_wanted
        )

    yield make
    for pool in pools:
        pool.close()


def speak(session: SpeechSession) -> Speech:
    return session.synthesize(Utterance(text="你好。", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW"))


def send_all(requests: PacedRequests, count: int) -> list[Speech]:
    requests.expect(count)
    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(lambda _: requests.send(speak), range(count)))


def test_a_batch_of_sixteen_reserves_twice(
    client: DynamoDBClient, requests: Callable[..., PacedRequests], east: AzureSpeechEmulator
) -> None:
    batch = requests(east)
    called: list[str] = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: called.append(model.name))

    assert len(send_all(batch, 16)) == 16

    assert called == ["UpdateItem"] * 2
    assert east.traffic.peak_in_flight <= 8


def test_throttled_requests_are_sent_again(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, metrics: Counted
) -> None:
    east.faults.add("throttled probability=0.5")

    assert all(speech.pcm for speech in send_all(requests(east), 20))

    assert metrics.throttled > 1
    assert metrics.errors == []


def test_when_the_time_is_up_a_throttled_request_is_given_up(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, metrics: Counted
) -> None:
    east.faults.add("throttled")

    with pytest.raises(OutOfTime):
        requests(east, seconds_left=lambda: 0 if metrics.throttled > 1 else PATIENCE_SECONDS).send(speak)

    assert metrics.throttled == 2


def test_nothing_is_sent_when_there_is_no_time(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator
) -> None:
    with pytest.raises(OutOfTime):
        requests(east, seconds_left=lambda: 0).send(speak)

    assert east.traffic.requests == []


def test_a_request_for_which_no_time_is_free_waits_and_asks_again(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a resource that has no time for the first one who asks
    reserve = PaceRepository.reserve
    until = time.time() + 0.2
    answers = [Deferral(until)]
    monkeypatch.setattr(PaceRepository, "reserve", lambda *asked: answers.pop() if answers else reserve(*asked))

    # When
    assert requests(east).send(speak).pcm

    # Then the request came after that time
    assert answers == []
    assert time.time() > until


def test_whoever_waits_is_stopped(
    requests: Callable[..., PacedRequests],
    east: AzureSpeechEmulator,
    metrics: Counted,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a batch that is stopped as soon as a request of it has been throttled
    east.faults.add("throttled")
    batch = requests(east)
    monkeypatch.setattr(metrics, "count_throttled", batch.stop)

    with pytest.raises(OutOfTime):
        batch.send(speak)


def test_nobody_waits_for_what_is_not_wanted_any_more(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("castline.synthesis.paced_requests._CHECK_SECONDS", 0.05)
    east.faults.add("throttled")

    with pytest.raises(OutOfTime):
        requests(east, is_wanted=lambda: False).send(speak)


def test_what_one_resource_fails_another_speaks(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, west: AzureSpeechEmulator, metrics: Counted
) -> None:
    # Given two resources, one of which is out of order
    east.faults.add("unavailable")

    # When
    speeches = send_all(requests(east, west), 30)

    # Then all is spoken by the other one
    assert all(speech.pcm for speech in speeches)
    assert set(metrics.errors) == {"ProviderUnavailable"}
    assert len([each for each in west.traffic.requests if each.outcome == "completed"]) == 30


def test_a_resource_with_a_wrong_key_stands_in_nobodys_way(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, west: AzureSpeechEmulator, metrics: Counted
) -> None:
    assert len(send_all(requests(east, west, keys=("wrong", KEY)), 30)) == 30

    assert set(metrics.errors) == {"ProviderAuthFailed"}


def test_a_request_that_all_resources_fail_fails_with_the_last_error(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator, west: AzureSpeechEmulator, metrics: Counted
) -> None:
    east.faults.add("unavailable")
    west.faults.add("unavailable")

    with pytest.raises(ProviderUnavailable):
        requests(east, west).send(speak)

    assert metrics.errors == ["ProviderUnavailable"]


@pytest.mark.parametrize(
    ("fault", "error"), [("unavailable", ProviderUnavailable), ("unsupported-voice", VoiceNotFound)]
)
def test_the_only_resource_fails_at_once(
    requests: Callable[..., PacedRequests],
    east: AzureSpeechEmulator,
    metrics: Counted,
    fault: str,
    error: type[Exception],
) -> None:
    east.faults.add(fault)

    with pytest.raises(error):
        requests(east).send(speak)

    assert metrics.errors == []


def test_a_wrong_key_of_the_only_resource_fails_at_once(
    requests: Callable[..., PacedRequests], east: AzureSpeechEmulator
) -> None:
    with pytest.raises(ProviderAuthFailed):
        requests(east, keys=("wrong",)).send(speak)
