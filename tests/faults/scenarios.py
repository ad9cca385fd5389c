"""Scenarios: the events of a job whose calls are broken. Each reaches code that the others do not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError

from castline import composition
from castline.synthesis import paced_requests
from castline.usecases import keeping
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.executions import stop_execution
from tests.integration.local_cloud.eventually import eventually

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
    """A course of events of a job, if nothing is broken.

    Attributes:
        name: the name in the catalogue.
        act: the actions of the client, or of another actor.
        stage: additional actions at certain calls.
    """

    name: str
    act: Callable[[Client], None]
    stage: Callable[[Laboratory], Staging] = field(default=lambda _laboratory: {})


class Client:
    """A user without jobs, who retries.

    Attributes:
        api: the API client of this user.
        answers: the answers to requests that change something, in order.
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
        """Submit a dialogue; with a key, repeatedly. Return the job's id, if the client learns it."""
        headers = {"Idempotency-Key": key} if key else {}
        body = dialogue(*(texts or _TURNS), **changes)
        for _ in range(_ATTEMPTS if key else 1):
            answer = self.api.post("/jobs", json=body, headers=headers)
            self.answers.append(answer)
            if answer.status_code == 201:
                return str(answer.json()["id"])
        return None

    def preview(self, text: str = _TURNS[0]) -> None:
        """Have a text spoken at once, and retry while that fails."""
        body = {"voice_id": HSIAO_YU, "text": text}
        self._insist(lambda: self.api.post("/previews", json=body))

    def cancel(self, job_id: str) -> None:
        """Cancel a job, and retry while that fails."""
        self._insist(lambda: self.api.delete(f"/jobs/{job_id}"))

    def stop(self, job_id: str) -> None:
        """Stop a job, and retry while that fails."""
        self._insist(lambda: self.api.post(f"/jobs/{job_id}/stop"))

    def _insist(self, ask: Callable[[], httpx.Response]) -> None:
        for _ in range(_ATTEMPTS):
            answer = ask()
            self.answers.append(answer)
            if answer.status_code < 500:
                return


def _completed(client: Client) -> None:
    client.submit()


def _completed_in_parts(client: Client) -> None:
    client.submit(*_LONG_TURNS, output_format="wav")


def _submitted_twice(client: Client) -> None:
    """Submit the same again while it is pending: the second finds the first, and starts it if needed."""
    with client.laboratory.stack.cloud.lambdas.pause("plan"):
        for _ in range(2):
            client.submit(key="the same")


def _cancelled(client: Client) -> None:
    with client.laboratory.stack.cloud.lambdas.pause("plan"):
        if job_id := client.submit():
            client.cancel(job_id)


def _stopped_by_user(client: Client) -> None:
    """Stop a job whose file is about to be made."""
    with client.laboratory.stack.cloud.lambdas.pause("assemble") as hold:
        if job_id := client.submit():
            hold.wait_until_reached()
            client.stop(job_id)


def _previewed(client: Client) -> None:
    client.preview()


def _kept(client: Client) -> None:
    """Have a batch kept from other tasks, and its job looked at, as is done for one that takes long."""
    with patch.object(keeping, "_FIRST_BEAT_SECONDS", 0.0), patch.object(paced_requests, "_CHECK_SECONDS", 0.0):
        client.submit()
        client.laboratory.settle()


def _unspoken(client: Client) -> None:
    """Submit what the provider refuses to speak each time."""
    client.submit(*_TURNS[:2], "{fault unavailable}第三句。")


def _lost(client: Client) -> None:
    """Take all slots: with a job never started, with one whose end nobody noticed, and without a job."""
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
    """Let the audio be stored, but deny the completion of the job, now and later."""

    def deny(_process: Process) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "staged"}}, "TransactWriteItems")

    return {("assemble", "TransactWriteItems"): deny}


def _stopped_before_completing(laboratory: Laboratory) -> Staging:
    """Stop the execution when the audio is stored, and let its task die."""

    def stop(process: Process) -> None:
        for job_id in laboratory.calls.started:
            stop_execution(job_id)
        raise process.die()

    return {("assemble", "TransactWriteItems"): stop}


def _stopped_before_uploading(laboratory: Laboratory) -> Staging:
    """Stop the execution and fail the job while its task is still running and about to upload the audio."""

    def stop_and_go_on(_process: Process) -> None:
        for job_id in laboratory.calls.started:
            stop_execution(job_id)
            laboratory.wait_for_end_of(job_id)

    return {("assemble", "PutObject"): stop_and_go_on}


def _stopped_while_speaking(laboratory: Laboratory) -> Staging:
    """Stop the execution and fail the job while its task is still speaking: what that bills is recorded later."""

    def stop_and_go_on(_process: Process) -> None:
        for job_id in laboratory.calls.started:
            stop_execution(job_id)
            laboratory.wait_for_end_of(job_id)

    return {("synthesize", "PutObject"): stop_and_go_on}


def _speaking_takes_long(laboratory: Laboratory) -> Staging:
    """Let the task speak when its ticket has been hidden for longer."""

    def wait(_process: Process) -> None:
        eventually(lambda: any(call.operation == "ChangeMessageVisibility" for call in laboratory.calls.made))

    return {("synthesize", "Speak"): wait}


def _first_task_dies(_laboratory: Laboratory) -> Staging:
    """Let the first task that speaks die: the reconciler sends a ticket for its batch."""
    deaths = 0

    def die(process: Process) -> None:
        nonlocal deaths
        deaths += 1
        if deaths == 1:
            raise process.die()

    return {("synthesize", "TransactWriteItems"): die}


def _previewing_dies(_laboratory: Laboratory) -> Staging:
    """Let the first function that has spoken a preview die: the reconciler settles it."""
    writes = 0

    def die(process: Process) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise process.die()

    return {("preview", "TransactWriteItems"): die}


def _outcome_is_throttled(_laboratory: Laboratory) -> Staging:
    """Have Step Functions throttle the first outcome that it is told: the batch is put off."""
    told = 0

    def throttle(_process: Process) -> None:
        nonlocal told
        told += 1
        if told == 1:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "staged"}}, "SendTaskSuccess")

    return {("synthesize", "SendTaskSuccess"): throttle}


def _nobody_notices(laboratory: Laboratory) -> Staging:
    """Stop the first job's execution without an event; never start the second's."""
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
        Scenario("stopped-by-user", _stopped_by_user),
        Scenario("previewed", _previewed),
        Scenario("previewed-in-vain", _previewed, _previewing_dies),
        Scenario("kept", _kept, _speaking_takes_long),
        Scenario("abandoned", _completed, _first_task_dies),
        Scenario("unspoken", _unspoken),
        Scenario("untold", _completed, _outcome_is_throttled),
        Scenario("failed", _completed, _completing_is_denied),
        Scenario("stopped", _completed, _stopped_before_completing),
        Scenario("stopped-too-late", _completed, _stopped_before_uploading),
        Scenario("stopped-while-speaking", _completed, _stopped_while_speaking),
        Scenario("lost", _lost, _nobody_notices),
    )
}
"""All scenarios by name."""
