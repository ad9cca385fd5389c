"""Outcomes of batches that Step Functions does not take just now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from castline.batch_queue.model import WaitingBatch
from castline.batch_queue.queue import BatchQueue
from castline.batch_queue.tickets import Tickets
from castline.jobs.task_outcomes import TaskOutcomes
from castline.usecases.speak_next_batch import SpeakNextBatch
from local import resources
from local.cloud.cloud import LocalCloud
from local.cloud.limits import Limits
from local.cloud.step_functions_quotas import Quota, StepFunctionsQuotas

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = Quota(0, 0.001)
BATCH = {"number": 0, "first_utterance": 0, "utterance_count": 1}


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """Run a cloud whose Step Functions takes no outcome of a task."""
    quotas = StepFunctionsQuotas(send_task_success=NOTHING, send_task_failure=NOTHING)
    with LocalCloud(
        poll_interval_seconds=None, expiry_interval_seconds=None, limits=Limits(step_functions=quotas)
    ) as cloud:
        yield cloud


class Spoken:
    """Speech of a batch, which succeeds or fails; what was spoken is of no interest here."""

    def __init__(self, error: Exception | None) -> None:
        self.times = 0
        self._error = error

    def __call__(self, *_args: Any, **_options: Any) -> None:
        self.times += 1
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("error", [None, ValueError("no such voice")], ids=["success", "failure"])
def test_an_outcome_that_is_throttled_is_told_again_within_seconds(
    cloud: LocalCloud, error: Exception | None
) -> None:
    # Given a waiting batch and its ticket
    resources.create_table()
    sqs: Any = boto3.client("sqs")
    url = sqs.create_queue(QueueName="tickets", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    queue, tickets = BatchQueue(boto3.client("dynamodb"), resources.TABLE_NAME), Tickets(sqs, url)
    now = datetime.now(UTC)
    queue.put(WaitingBatch(job_id="job", user_id="user", batch=BATCH, task_token="token", cost=1, queued_at=now))
    tickets.send()
    [ticket] = sqs.receive_message(QueueUrl=url)["Messages"]
    once = Config(retries={"total_max_attempts": 1})
    outcomes = TaskOutcomes(boto3.client("stepfunctions", config=once))
    spoken: Any = Spoken(error)

    # When it is spoken, and Step Functions does not take the outcome
    speak = SpeakNextBatch(queue, tickets, outcomes, spoken, settle=lambda _job_id: None, now=lambda: now)
    speak(ticket["ReceiptHandle"], remaining_seconds=100)
    assert cloud.usage.throttled_calls.total() == 1

    # Then the batch is left to others after some seconds, and another ticket is on its way
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"
    assert queue.take(now=now, until=now) is None
    soon = now + timedelta(seconds=12)
    again = queue.take(now=soon, until=soon)
    assert again is not None
    # And it does not count as an attempt with which a task has broken down
    assert again.attempts == 1
    assert spoken.times == 1
