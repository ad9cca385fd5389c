"""Batches that are put off: Step Functions does not take their outcome just now, or their task has no time left."""

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
from castline.usecases.errors import BatchPaused
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


class Waiting:
    """A batch in the queue, and its ticket."""

    def __init__(self) -> None:
        resources.create_table()
        self._sqs: Any = boto3.client("sqs")
        queue = self._sqs.create_queue(QueueName="tickets", Attributes={"VisibilityTimeout": "300"})
        self._url = queue["QueueUrl"]
        self.queue = BatchQueue(boto3.client("dynamodb"), resources.TABLE_NAME)
        self.now = datetime.now(UTC)
        self._tickets = Tickets(self._sqs, self._url)
        self.queue.put(
            WaitingBatch(job_id="job", user_id="user", batch=BATCH, task_token="token", cost=1, queued_at=self.now)
        )
        self._tickets.send()

    def speak(self, spoken: Any) -> None:
        """Let a task take the batch, with ``spoken`` in place of the speech."""
        [ticket] = self._sqs.receive_message(QueueUrl=self._url)["Messages"]
        once = Config(retries={"total_max_attempts": 1})
        outcomes = TaskOutcomes(boto3.client("stepfunctions", config=once))
        speak = SpeakNextBatch(
            self.queue, self._tickets, outcomes, spoken, settle=lambda _job_id: None, now=lambda: self.now
        )
        speak(ticket["ReceiptHandle"], remaining_seconds=100)

    def assert_is_put_off(self, seconds: float) -> None:
        """Check that others may take the batch after that time, for which another ticket is on its way."""
        counted = "ApproximateNumberOfMessagesDelayed"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[counted])
        assert answer["Attributes"][counted] == "1"
        assert self.queue.take(now=self.now, until=self.now) is None
        soon = self.now + timedelta(seconds=seconds)
        again = self.queue.take(now=soon, until=soon)
        assert again is not None
        # It does not count as an attempt with which a task has broken down
        assert again.attempts == 1


@pytest.mark.parametrize("error", [None, ValueError("no such voice")], ids=["success", "failure"])
def test_an_outcome_that_is_throttled_is_told_again_within_seconds(
    cloud: LocalCloud, error: Exception | None
) -> None:
    waiting, spoken = Waiting(), Spoken(error)

    # When it is spoken, and Step Functions does not take the outcome
    waiting.speak(spoken)
    assert cloud.usage.throttled_calls.total() == 1

    # Then the batch is left to others after some seconds
    waiting.assert_is_put_off(12)
    assert spoken.times == 1


def test_a_batch_whose_task_has_no_time_left_is_continued_after_its_pause(cloud: LocalCloud) -> None:
    waiting = Waiting()

    waiting.speak(Spoken(BatchPaused(20)))

    assert cloud.usage.throttled_calls.total() == 0
    assert waiting.queue.take(now=waiting.now + timedelta(seconds=19), until=waiting.now) is None
    waiting.assert_is_put_off(20)
