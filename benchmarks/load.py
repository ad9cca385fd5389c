"""Load test: hundreds of jobs of many users, with a provider that fails at random, and a check of each job's end.

    python -m benchmarks.load --jobs 300 --users 40

The program exits with 1 if a job is unaccounted for: it has not ended, its slot is still taken, or its audio is
missing or was left behind.
"""

from __future__ import annotations

import json
import random
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import httpx
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.dialogues import dialogue_of
from castline import composition
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.throttling import Throttling
from local.cloud.clock import Clock
from local.cloud.limits import Limits
from local.resources import BUCKET_NAME
from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS = (
    "throttled probability=0.01",
    "unavailable probability=0.01",
    "reset-amid-audio probability=0.01",
    "error-amid-audio probability=0.01",
    "empty-audio probability=0.001",
    "unsupported-voice probability=0.001",
)
"""The faults, with their probability per request to the provider. A job of ten turns makes ten requests."""

WAIT_SCALE = 0.1
"""The factor on the state machine's waits."""
SYNTHESIZE_CONCURRENCY = 4
SPEECH_CONCURRENCY = 4
_POLL_SECONDS = 0.25
_ENDED = {"completed", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """The outcome of one job, as its client saw it."""

    id: str
    user: str
    status: str
    error_code: str | None
    retry_count: int
    seconds: float
    """The time from submission to the end, as a polling client sees it."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The result of a whole run."""

    outcomes: list[JobOutcome]
    refusals: int
    """The number of submissions that the cap refused. They were sent again later."""
    unanswered: int
    """The number of requests that got no answer, half an answer or a 503. They were sent again."""
    seconds: float
    peak_requests_in_flight: int
    throttled_requests: dict[str, int]
    """The number of requests that the provider throttled, by reason, without those of ``FAULTS``."""
    state_transitions: int
    """The number of states that executions have entered, including retries."""
    step_functions_calls: dict[str, int]
    """The number of calls that Step Functions has answered, by action."""
    throttled_by_step_functions: dict[str, int]
    """The number of calls that Step Functions has refused, by action, and of the transitions that it has delayed."""
    transaction_conflicts: dict[str, int]
    """The number of requests to DynamoDB that conflicted with a transaction, by operation."""
    unaccounted: list[str]


def run_load(
    jobs: int,
    users: int,
    *,
    seed: int,
    patience_seconds: float,
    ended: Callable[[], None],
    log_file: Path,
    throttling: Throttling | None = None,
    limits: Limits | None = None,
) -> LoadReport:
    """Run ``jobs`` jobs of ``users`` users on a local stack; ``ended`` is called after each."""
    speech = AzureSpeechEmulator(
        voice_engine="tone",
        faults=FAULTS,
        seed=seed,
        max_requests_in_flight=SYNTHESIZE_CONCURRENCY * SPEECH_CONCURRENCY,
        throttling=throttling,
    )
    stack = LocalStack(
        clock=Clock(wait_scale=WAIT_SCALE),
        speech=speech,
        speech_concurrency=SPEECH_CONCURRENCY,
        settings={
            "RECONCILE_AFTER_SECONDS": "0",
            "SETTLE_AFTER_SECONDS": "0",
        },
        synthesize_concurrency=SYNTHESIZE_CONCURRENCY,
        limits=limits,
        log_file=log_file,
    )
    chance = random.Random(seed)  # noqa: S311 (repeatable, not secret)
    work: dict[str, list[dict[str, Any]]] = {f"user-{number}": [] for number in range(users)}
    for number in range(jobs):
        work[f"user-{number % users}"].append(_dialogue(chance, number))
    refusals, unanswered = Counter[str](), Counter[str]()
    with stack:
        started = time.monotonic()
        deadline = started + patience_seconds

        def run_user(user: str) -> list[JobOutcome]:
            with httpx.Client(base_url=f"{stack.url}/api/v1", headers={"X-User-Id": user}, timeout=60) as client:
                return _run_user(client, user, work[user], refusals, unanswered, deadline, ended)

        with ThreadPoolExecutor(users, thread_name_prefix="user") as pool:
            outcomes = [outcome for each in pool.map(run_user, work) for outcome in each]
        seconds = time.monotonic() - started
        while stack.reconcile()["settled"]:
            pass
        unaccounted = list(_unaccounted(outcomes, jobs))
    usage = stack.cloud.usage
    throttled = {"transitions": usage.throttled_transitions} if usage.throttled_transitions else {}
    return LoadReport(
        outcomes,
        refusals.total(),
        unanswered.total(),
        seconds,
        speech.traffic.peak_in_flight,
        {reason.value: count for reason, count in speech.traffic.refusals.items()},
        usage.state_transitions,
        dict(usage.step_functions_calls),
        {**usage.throttled_calls, **throttled},
        dict(usage.transaction_conflicts),
        unaccounted,
    )


def _dialogue(chance: random.Random, number: int) -> dict[str, Any]:
    texts = (f"第 {number} 個工作的第 {index} 句。" for index in range(chance.choice((2, 5, 10, 20))))
    return {**dialogue_of(texts), "output_format": chance.choice(("mp3", "wav"))}


def _run_user(
    client: httpx.Client,
    user: str,
    dialogues: list[dict[str, Any]],
    refusals: Counter[str],
    unanswered: Counter[str],
    deadline: float,
    ended: Callable[[], None],
) -> list[JobOutcome]:
    """Submit a user's jobs as fast as the cap allows, and poll each until it ends.

    A request without an answer is sent again in the next round. A submission keeps its idempotency key.
    """
    open_jobs: dict[str, float] = {}
    outcomes: list[JobOutcome] = []
    waiting = list(dialogues)
    while (waiting or open_jobs) and time.monotonic() < deadline:
        while waiting:
            key = f"{len(waiting)} jobs to go"
            try:
                answer = client.post("/jobs", json=waiting[0], headers={"Idempotency-Key": key})
            except httpx.TransportError:
                unanswered[user] += 1
                break
            if answer.status_code == 429:
                refusals[user] += 1
                break
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                unanswered[user] += 1
                break
            answer.raise_for_status()
            open_jobs[answer.json()["id"]] = time.monotonic()
            waiting.pop(0)
        time.sleep(_POLL_SECONDS)
        for job_id, submitted in list(open_jobs.items()):
            try:
                job = client.get(f"/jobs/{job_id}").raise_for_status().json()
            except httpx.TransportError:
                unanswered[user] += 1
                continue
            if job["status"] in _ENDED:
                del open_jobs[job_id]
                seconds = time.monotonic() - submitted
                outcomes.append(
                    JobOutcome(job_id, user, job["status"], job.get("error_code"), job["retry_count"], seconds)
                )
                ended()
    outcomes += [JobOutcome(job_id, user, "open", None, 0, 0.0) for job_id in open_jobs]
    return outcomes


def _unaccounted(outcomes: list[JobOutcome], jobs: int) -> list[str]:
    """Return every deviation from the expected state after all jobs have ended."""
    problems = [f"{each.id} never ended" for each in outcomes if each.status not in _ENDED]
    if len(outcomes) != jobs:
        problems.append(f"{jobs} jobs were to be submitted, {len(outcomes)} were")
    repository = composition.job_repository()
    for user in {each.user for each in outcomes}:
        problems += [f"{user} has a slot taken by {job_id}" for job_id in repository.taken_slots(user)]
    stored: dict[str, list[str]] = {}
    for page in boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET_NAME, Prefix="audio/"):
        for item in page.get("Contents", ()):
            _, job_id, name = item["Key"].split("/")
            stored.setdefault(job_id, []).append(name)
    for each in outcomes:
        names = stored.pop(each.id, [])
        beside = sorted(name.partition(".")[2] for name in names if name.endswith(".json"))
        expected = (1, ["cues.json", "words.json"]) if each.status == "completed" else (0, [])
        if (len(names) - len(beside), beside) != expected:
            problems.append(f"{each.id} is {each.status} and has {names or 'nothing'} stored")
    problems += [f"{names} of {job_id} belong to no job" for job_id, names in stored.items()]
    return problems


def _print(report: LoadReport, console: Console) -> None:
    each_job = Table("job", "user", "outcome", "retries", "seconds", box=None)
    for each in sorted(report.outcomes, key=lambda outcome: outcome.id):
        outcome = " ".join(filter(None, (each.status, each.error_code)))
        each_job.add_row(each.id, each.user, outcome, str(each.retry_count), f"{each.seconds:.1f}")
    console.print(each_job, "")
    table = Table("outcome", "jobs", "p50 s", "p95 s", "max s", "retries", box=None)
    by_outcome: dict[str, list[JobOutcome]] = {}
    for each in report.outcomes:
        by_outcome.setdefault(" ".join(filter(None, (each.status, each.error_code))), []).append(each)
    for name, members in sorted(by_outcome.items()):
        seconds = sorted(each.seconds for each in members)
        table.add_row(
            name,
            str(len(members)),
            f"{statistics.median(seconds):.1f}",
            f"{seconds[int(0.95 * (len(seconds) - 1))]:.1f}",
            f"{seconds[-1]:.1f}",
            str(sum(each.retry_count for each in members)),
        )
    console.print(table)
    console.print(
        f"{len(report.outcomes)} jobs in {report.seconds:.0f} s; sent again: {report.refusals} submissions that the "
        f"cap refused, {report.unanswered} requests without an answer; at most {report.peak_requests_in_flight} "
        "requests in flight at the provider"
    )
    console.print(f"throttled by the provider: {_listed(report.throttled_requests)}")
    a_job = report.state_transitions / max(1, len(report.outcomes))
    console.print(
        f"Step Functions: {report.state_transitions} transitions, {a_job:.1f} a job; calls: "
        f"{_listed(report.step_functions_calls)}; throttled: {_listed(report.throttled_by_step_functions)}"
    )
    console.print(f"DynamoDB: requests that conflicted with a transaction: {_listed(report.transaction_conflicts)}")
    for problem in report.unaccounted:
        console.print(f"[red]✗ {problem}[/]")
    console.print(f"{len(report.unaccounted)} unaccounted for")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} ({name})" for name, count in sorted(counts.items())) or "none"


def main(
    jobs: Annotated[int, typer.Option(min=1, help="Number of jobs.")] = 300,
    users: Annotated[int, typer.Option(min=1, help="Number of users.")] = 40,
    seed: Annotated[int, typer.Option(help="Seed that makes dialogues and faults repeatable.")] = 1,
    patience_seconds: Annotated[float, typer.Option(min=1, help="Time limit for all jobs.")] = 540,
    throttling: Annotated[bool, typer.Option(help="Limit the provider's request rate, as Azure does.")] = True,
    limits: Annotated[
        bool, typer.Option(help="Emulate AWS's documented throttling and transaction conflicts.")
    ] = True,
    output: Annotated[Path | None, typer.Option(help="JSON file for every job's outcome.")] = None,
) -> None:
    """Run many jobs with a provider that fails at random, and check how each job ends."""
    console = Console(highlight=False, soft_wrap=True)
    lock = threading.Lock()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("jobs", total=jobs)

        def ended() -> None:
            with lock:
                progress.advance(task)

        report = run_load(
            jobs,
            users,
            seed=seed,
            patience_seconds=patience_seconds,
            ended=ended,
            log_file=Path("out") / "load.log",
            throttling=Throttling() if throttling else None,
            limits=Limits.documented(seed=seed) if limits else None,
        )
    _print(report, console)
    if output is not None:
        output.write_text(json.dumps(asdict(report), indent=2) + "\n", "utf-8")
    raise typer.Exit(1 if report.unaccounted else 0)


if __name__ == "__main__":
    typer.run(main)
