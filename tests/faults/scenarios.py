"""What happens to a job while its calls are broken. Each scenario leads to code that the others do not reach."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.exceptions import ClientError

from castline import composition
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import stop_execution

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import httpx

    from tests.faults.calls import Staging
    from tests.faults.laboratory import Laboratory
    from tests.faults.processes import Process

_ATTEMPTS = 3
_TURNS = ("第一句。", "第二句。", "第三句。")
# As WAV, more than the 5 MiB above which a file is uploaded in parts: 100 ms a character.
_LONG_TURNS = ("長" * 600, "短" * 600)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way for a job to go, if nothing is broken.

    Attributes:
        name: by which the catalogue knows it.
        act: what the client does, or whoever else.
        stage: what happens besides, at certain calls.
    """

    name: str
    act: Callable[[Client], None]
    stage: Callable[[Laboratory], Staging] = field(default=lambda _laboratory: {})


class Client:
    """A user who has no jobs yet, and does not give up at once.

    Attributes:
        api: the API as this user meets it.
        answers: what it answered to attempts to change something, in order.
    """

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.user_id = f"user-{uuid.uuid4()}"
        self.api = ApiClient(laboratory.stack.url, user_id=self.user_id)
        self.answers: list[httpx.Response] = []

    def __enter__(self) -> Self:
        """Keep the connection open while the context lasts."""
        self.api.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.api.__exit__(kind, error, traceback)

    def submit(self, *texts: str, key: str | None = None, **changes: Any) -> str | None:
        """Submit a dialogue; with a key, again and again. Returns the job's id, if the client learns it."""
        headers = {"Idempotency-Key": key} if key else {}
        body = dialogue(*(texts or _TURNS), **changes)
        for _ in range(_ATTEMPTS if key else 1):
            answer = self.api.post("/jobs", json=body, headers=headers)
            self.answers.append(answer)
            if answer.status_code == 201:
                return str(answer.json()["id"])
        return None

    def cancel(self, job_id: str) -> None:
        """Cancel a job, trying again while that fails."""
        for _ in range(_ATTEMPTS):
            answer = self.api.delete(f"/jobs/{job_id}")
            self.answers.append(answer)
            if answer.status_code < 500:
                return


def _completed(client: Client) -> None:
    client.submit()


def _completed_in_parts(client: Client) -> None:
    client.submit(*_LONG_TURNS, output_format="wav")


def _submitted_twice(client: Client) -> None:
    """The same submission again while it is pending: the second finds the first, and starts it if need be."""
    with client.laboratory.stack.cloud.lambdas.pause("plan"):
        for _ in range(2):
            client.submit(key="the same")


def _cancelled(client: Client) -> None:
    with client.laboratory.stack.cloud.lambdas.pause("plan"):
        if job_id := client.submit():
            client.cancel(job_id)


def _lost(client: Client) -> None:
    """All slots are taken: by a job never started, by one whose end nobody noticed, by none at all."""
    client.submit()
    client.laboratory.settle()
    client.submit()
    boto3.Session().client("dynamodb").update_item(
        TableName=composition.settings().table_name,
        Key={"pk": {"S": f"USER#{client.user_id}"}, "sk": {"S": "ACTIVE"}},
        UpdateExpression="ADD job_ids :ids",
        ExpressionAttributeValues={":ids": {"SS": [str(uuid.uuid4())]}},
    )


def _completing_is_denied(_laboratory: Laboratory) -> Staging:
    """The audio is there, but the job cannot be completed: not now, not ever."""

    def deny(_process: Process) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "staged"}}, "TransactWriteItems")

    return {("assemble", "TransactWriteItems"): deny}


def _stopped_before_completing(laboratory: Laboratory) -> Staging:
    """The audio is there when the execution is stopped and its task dies."""

    def stop(process: Process) -> None:
        for job_id in laboratory.calls.started:
            stop_execution(job_id)
        raise process.die()

    return {("assemble", "TransactWriteItems"): stop}


def _stopped_before_uploading(laboratory: Laboratory) -> Staging:
    """The execution is stopped and the job has failed when its task, still at work, uploads the audio."""

    def stop_and_go_on(_process: Process) -> None:
        for job_id in laboratory.calls.started:
            stop_execution(job_id)
            laboratory.wait_for_end_of(job_id)

    return {("assemble", "PutObject"): stop_and_go_on}


def _nobody_notices(laboratory: Laboratory) -> Staging:
    """The first job's execution is stopped, which nobody hears of; the second's is never started."""
    submissions = 0

    def die(process: Process) -> None:
        raise process.die()

    def die_second_time(process: Process) -> None:
        nonlocal submissions
        submissions += 1
        if submissions == 2:
            raise process.die()

    return {
        **_stopped_before_completing(laboratory),
        ("execution-ended", "Query"): die,
        ("submit", "StartExecution"): die_second_time,
    }


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("completed", _completed),
        Scenario("completed-in-parts", _completed_in_parts),
        Scenario("submitted-twice", _submitted_twice),
        Scenario("cancelled", _cancelled),
        Scenario("failed", _completed, _completing_is_denied),
        Scenario("stopped", _completed, _stopped_before_completing),
        Scenario("stopped-too-late", _completed, _stopped_before_uploading),
        Scenario("lost", _lost, _nobody_notices),
    )
}
"""Every scenario by its name."""
