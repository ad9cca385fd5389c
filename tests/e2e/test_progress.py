"""Progress of a job while its batch is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.synthesis import progress
from tests.e2e.dialogues import dialogue
from tests.e2e.step_by_step import StepByStep, speech_with
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

TURNS = 4


@pytest.fixture(scope="module")
def engine() -> StepByStep:
    return StepByStep()


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack], engine: StepByStep) -> LocalStack:
    """Return a stack that speaks one turn at a time."""
    return own_stack(speech=speech_with(engine), speech_concurrency=1)


def test_progress_moves_while_a_batch_is_spoken(
    client: ApiClient, engine: StepByStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a dialogue that is one batch, whose progress is written without delay
    monkeypatch.setattr(progress, "INTERVAL_SECONDS", 0)
    with engine.stepping() as step:
        job_id = client.submit(dialogue(*(f"第{number}句。" for number in range(TURNS))))

        def completed_segments() -> int:
            count: int = client.job(job_id).get("progress", {}).get("completed_segments", 0)
            return count

        # When one turn after the other is spoken, then its user sees each
        for count in range(1, TURNS):
            step()
            eventually(lambda: completed_segments() == count)  # noqa: B023
    job = client.wait_for(job_id, "completed")
    assert job["progress"] == {"completed_segments": TURNS, "total_segments": TURNS}
