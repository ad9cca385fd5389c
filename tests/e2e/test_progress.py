"""Progress of a job whose batch takes a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.stack import LocalStack
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.cloud.clock import Clock
    from tests.e2e.api_client import ApiClient

TURNS = 12


@pytest.fixture(scope="module")
def stack(clock: Clock, log_file: Path) -> Iterator[LocalStack]:
    """Yield a stack with one request at a time, of 0.8 s: a batch of 12 takes 9.6 s, three writes of its progress."""
    speech = AzureSpeechEmulator(voice_engine="tone", latency_ms=800)
    with LocalStack(clock=clock, speech=speech, log_file=log_file, speech_concurrency=1) as stack:
        yield stack


def test_progress_moves_while_a_batch_is_spoken_and_never_back(client: ApiClient) -> None:
    # Given a dialogue that is one batch
    job_id = client.submit(dialogue(*(f"第{number}句。" for number in range(TURNS))))

    # When its client watches
    seen: list[tuple[int, int]] = []
    while (job := client.job(job_id))["status"] in {"pending", "processing"}:
        if job["status"] == "processing":
            seen.append((job["progress"]["completed_segments"], job["progress"]["total_segments"]))
        time.sleep(0.05)

    # Then it has seen the batch half done
    assert job["status"] == "completed"
    assert job["progress"] == {"completed_segments": TURNS, "total_segments": TURNS}
    done = [completed for completed, _ in seen]
    assert done == sorted(done)
    assert len(set(done) - {0, TURNS}) >= 2
    assert {total for _, total in seen} == {TURNS}
