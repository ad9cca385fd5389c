"""One job with one fault, from submission to the end of its retention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from castline import composition
from local.cloud.lambda_errors import FunctionError
from tests.e2e.executions import execution_arn
from tests.faults import inspection
from tests.faults.faults import Call, Fault, Mode
from tests.faults.inspection import Remains
from tests.faults.scenarios import SCENARIOS, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.laboratory import Laboratory

# Until a job's retention has passed; and until the bucket's own rules, which stand behind that, have applied.
_RETENTION = timedelta(days=30, hours=1)
_LAST_RESORT = timedelta(days=2)
_RECONCILIATIONS = 5
_STREAM_DELIVERIES = 5
# A stream gives up on a function that keeps failing; its dead letters are an operator's to redrive.
_ONLY_THE_LAST_RESORT_HELPS = {
    Fault(Call("expire", operation, 1), Mode.OUTAGE) for operation in ("ListObjectsV2", "DeleteObject")
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the job or jobs of one experiment.

    Attributes:
        calls: every call that was made.
        struck: how often the fault struck.
        answers: the HTTP statuses that the client got for what it tried to do.
        ended: how each job ended: its status, and its error code if it has one.
        retries: how often the workflow tried a task again.
        reconciled: what the reconciler had to do.
        left_behind: everything that is not as it must be; of a conflict, all that somebody notices of it.
    """

    calls: tuple[Call, ...]
    struck: int
    answers: tuple[int, ...]
    ended: tuple[str, ...]
    retries: int
    reconciled: tuple[str, ...]
    left_behind: tuple[str, ...]


def experiment(laboratory: Laboratory, scenario_name: str, fault: Fault | None) -> Outcome:
    """Run a scenario, broken by ``fault``, and look at what is left."""
    outcome = _run(laboratory, scenario_name, fault)
    if fault is None or fault.mode is not Mode.CONFLICT:
        return outcome
    if scenario_name not in laboratory.undisturbed:
        laboratory.undisturbed[scenario_name] = _run(laboratory, scenario_name, None)
    noticed = _differences(outcome, laboratory.undisturbed[scenario_name])
    return replace(outcome, left_behind=(*outcome.left_behind, *noticed))


def _differences(outcome: Outcome, undisturbed: Outcome) -> Iterator[str]:
    for name in ("answers", "ended", "retries", "reconciled"):
        actual, expected = getattr(outcome, name), getattr(undisturbed, name)
        if actual != expected:
            yield f"{name}: {actual} instead of {expected}"


def _run(laboratory: Laboratory, scenario_name: str, fault: Fault | None) -> Outcome:
    scenario = SCENARIOS[scenario_name]
    composition.reset()  # every function starts cold: what it does first, it does now
    inspection.clear_away()
    calls = laboratory.calls
    calls.begin(fault, scenario.stage(laboratory))
    with Client(laboratory) as client:
        scenario.act(client)
        laboratory.settle()
        calls.recover()
        reconciled = _reconcile(laboratory)
        remains = Remains.of_everything()
        left_behind = [
            *inspection.problems_of_answers(client.answers),
            *inspection.problems_of_jobs(remains, client.api),
        ]
        ended = tuple(_describe(client.api.job(job_id)) for job_id in sorted(remains.jobs()))
    retry_delays = laboratory.stack.cloud.clock.retry_delays_seconds
    retries = sum(len(retry_delays(execution_arn(job_id))) for job_id in calls.started)
    left_behind += _expire(laboratory, by_last_resort=fault in _ONLY_THE_LAST_RESORT_HELPS)
    return Outcome(
        calls=tuple(calls.made),
        struck=calls.struck,
        answers=tuple(answer.status_code for answer in client.answers),
        ended=ended,
        retries=retries,
        reconciled=reconciled,
        left_behind=tuple(left_behind),
    )


def _reconcile(laboratory: Laboratory) -> tuple[str, ...]:
    """Let the schedule come round until there is nothing left to do; what was done."""
    done: list[str] = []
    for _ in range(_RECONCILIATIONS):
        try:
            report = laboratory.stack.reconcile()
        except FunctionError as error:
            work = {error.error_type: 1}
        else:
            work = {name: count for name, count in report.items() if count and name != "examined"}
        laboratory.settle()
        laboratory.calls.recover()
        if not work:
            break
        done += [name if count == 1 else f"{name}×{count}" for name, count in work.items()]
    return tuple(done)


def _expire(laboratory: Laboratory, *, by_last_resort: bool) -> list[str]:
    """Let the jobs' retention pass, and where that is not enough the bucket's own; what is still there."""
    with laboratory.later(_RETENTION):
        inspection.abort_uploads_by_rule()
        for _ in range(_STREAM_DELIVERIES):
            laboratory.stack.cloud.tick()
            outlives = list(inspection.problems_of_what_outlives(Remains.of_everything()))
            if not outlives:
                break
    laboratory.calls.recover()
    if outlives:
        with laboratory.later(_RETENTION + _LAST_RESORT):
            laboratory.stack.cloud.tick()
            finally_outlives = list(inspection.problems_of_what_outlives(Remains.of_everything()))
        return finally_outlives if by_last_resort else outlives
    return []


def _describe(job: dict[str, Any]) -> str:
    return " ".join(filter(None, (job["status"], job.get("error_code"))))
