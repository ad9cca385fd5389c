"""Speech of Amazon Polly as it is stored: in studio quality, and with words where they are worth their price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from castline.audio.profile import Quality
from castline.audio.storage import AudioStorage
from castline.pacing.model import Limit
from castline.pacing.repository import PaceRepository
from castline.speech.pool import NoSecret, SpeechPool
from castline.speech.providers.polly.provider import AmazonPolly
from castline.synthesis.paced_requests import PacedRequests
from castline.synthesis.request_metrics import RequestMetrics
from castline.synthesis.synthesizer import Synthesizer
from local.resources import TABLE_NAME, create_table
from tests.integration.polly.conftest import utterance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.polly_speech import PollyEmulator
    from tests.integration.polly.conftest import SessionFactory


@pytest.fixture
def storage(emulator: PollyEmulator) -> Iterator[AudioStorage]:
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="audio")
        create_table()
        yield AudioStorage(bucket="audio", client=client, presigning_client=client)


def speaking(storage: AudioStorage, open_session: SessionFactory, quality: Quality) -> Synthesizer:
    metrics = RequestMetrics("polly")
    client = boto3.client("dynamodb")
    return Synthesizer(
        "user-1",
        spoken_for="job-1",
        batched_requests=False,
        quality=quality,
        concurrency=1,
        storage=storage,
        provider=AmazonPolly({}),
        requests=PacedRequests(
            SpeechPool(NoSecret(), lambda _credentials: open_session()),
            PaceRepository(client, TABLE_NAME, provider_id="polly", limit=Limit(requests_per_second=80)),
            concurrency=1,
            metrics=metrics,
            seconds_left=lambda: 60,
        ),
        metrics=metrics,
    )


def test_words_are_paid_for_only_where_subtitles_need_them(
    storage: AudioStorage, open_session: SessionFactory, emulator: PollyEmulator
) -> None:
    # Given a text of one subtitle, and one of two
    utterances = [utterance("Good morning."), utterance("It's early. So it isn't.")]

    # When they are spoken
    outcome = speaking(storage, open_session, Quality.STANDARD).speak(utterances)

    # Then both have words; those of the first are estimated, and it was billed once
    assert [outcome.stored[position].words.are_estimated for position in (0, 1)] == [True, False]
    assert all(outcome.stored[position].words.words for position in (0, 1))
    billed = sum(outcome.stored[position].billed_characters for position in (0, 1))
    assert billed == emulator.billed_characters == len(utterances[0].text) + 2 * len(utterances[1].text)


def test_studio_quality_is_what_there_is_at_48_khz(storage: AudioStorage, open_session: SessionFactory) -> None:
    utterances = [utterance("It's early. So it isn't.")]

    standard, studio = (speaking(storage, open_session, quality).speak(utterances).stored[0] for quality in Quality)

    assert studio.samples == pytest.approx(standard.samples, abs=3)
    assert studio.lufs == pytest.approx(standard.lufs, abs=0.2)
    assert studio.words == standard.words
