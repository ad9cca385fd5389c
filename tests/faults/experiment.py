"""Experiment: one job with one fault, from submission to the end of its retention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from castline import composition
from local.cloud.lambda_errors import FunctionError
from tests.e2e.executions import execution_arn
from tests.faults import inspection
from tests.faults.calls import SPEAK
from tests.faults.faults import Call, Fault, Mode
from tests.faults.inspection import Remains
from tests.faults.scenarios import SCENARIOS, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.laboratory import Laboratory
    from tests.faults.permissions import Use

# Until a job's retention has passed; and until the bucket's own rules, which stand behind that, have applied.
_RETENTION = timedelta(days=31, hours=6)
_LAST_RESORT = timedelta(days=2)
_RECONCILIATIONS = 5
_UNTIL_ALL_IS_DUE = timedelta(minutes=61)
_STREAM_DELIVERIES = 5
# A stream gives up on a function that keeps failing; its dead letters are an operator's to redrive.
_ONLY_THE_LAST_RESORT_HELPS = {
    Fault(Call("expire", operation, 1), Mode.OUTAGE) for operation in ("ListObjectsV2", "DeleteObject")
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one experiment.

    Attributes:
        calls: every call that was made.
        struck: the number of times that the fault struck.
        answers: the HTTP statuses that the client got for its requests.
        ended: the status of each ended job, and its error code if it has one.
        retries: the number of retries of tasks in the workflow.
        reconciled: the actions of the reconciler.
        uses: the permissions that the functions have used.
        left_behind: every deviation from the expected end state; for a conflict, every effect that users notice.
    """

    calls: tuple[Call, ...]
    struck: int
    answers: tuple[int, ...]
    ended: tuple[str, ...]
    retries: int
    reconciled: tuple[str, ...]
    uses: frozenset[Use]
    left_behind: tuple[str, ...]


def experiment(laboratory: Laboratory, scenario_name: str, fault: Fault) -> Outcome:
    """Run a scenario, broken by ``fault``, and inspect the result."""
    outcome = _run(laboratory, scenario_name, fault)
    if fault.mode is not Mode.CONFLICT:
        return outcome
    noticed = _differences(outcome, undisturbed(laboratory, scenario_name))
    return replace(outcome, left_behind=(*outcome.left_behind, *noticed))


def undisturbed(laboratory: Laboratory, scenario_name: str) -> Outcome:
    """Run a scenario with nothing broken, unless it is known what happens then, and inspect the result."""
    return laboratory.undisturbed.get(scenario_name, lambda: _run(laboratory, scenario_name, None))


def _differences(outcome: Outcome, undisturbed: Outcome) -> Iterator[str]:
    for name in ("answers", "ended", "retries", "reconciled"):
        actual, expected = getattr(outcome, name), getattr(undisturbed, name)
        if actual != expected:
            yield f"{name}: {actual} instead of {expected}"


def _run(laboratory: Laboratory, scenario_name: str, fault: Fault | None) -> Outcome:
    scenario = SCENARIOS[scenario_name]
    laboratory.return_to_present()
    composition.reset()  # every function starts cold: what it does first, it does now
    inspection.clear_away()
    laboratory.events_published()
    calls = laboratory.calls
    calls.uses.clear()
    calls.begin(fault, scenario.stage(laboratory))
    with Client(laboratory) as client:
        scenario.act(client)
        laboratory.settle()
        calls.recover()
        reconciled = _reconcile(laboratory)
        laboratory.return_to_present()
        remains = Remains.of_everything()
        left_behind = [
            *inspection.problems_of_answers(client.answers),
            *inspection.problems_of_jobs(remains, client.api),
            *inspection.problems_of_usage(remains),
            *inspection.problems_of_queue(remains),
            *([] if _may_speak_again(fault) else inspection.problems_of_speech(calls.spoken)),
            *inspection.problems_of_events(remains, laboratory.events_published()),
        ]
        ended = tuple(
            _describe(client.api.job(job_id)) for job_id, items in sorted(remains.jobs().items()) if "JOB" in items
        )
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
        uses=frozenset(calls.uses),
        left_behind=tuple(left_behind),
    )


def _may_speak_again(fault: Fault | None) -> bool:
    """Return whether a task, or a preview, can lose what it has spoken and not stored yet."""
    if fault is None or fault.call.function not in {"synthesize", "preview"}:
        return False
    is_lost = fault.mode in {Mode.CRASH_BEFORE, Mode.CRASH_AFTER}
    return is_lost or fault.call.operation in {SPEAK, "PutObject"}


def _reconcile(laboratory: Laboratory) -> tuple[str, ...]:
    """Run the schedule until there is nothing left to do; return the actions.

    Each time everything that is open is due, and the lease of a run that has died is over.
    """
    done: list[str] = []
    for _ in range(_RECONCILIATIONS):
        laboratory.pass_time(_UNTIL_ALL_IS_DUE)
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
    """Move time past the jobs' retention, and if needed past the bucket's own; return everything still there."""
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
