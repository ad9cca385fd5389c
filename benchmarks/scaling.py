"""Tables of scale: which limit is reached by how many users, how long they wait, what to raise, and the costs.

    python -m benchmarks.scaling

``benchmarks.scale`` compares each limit with its load, ``benchmarks.simulation`` simulates the waiting times, and
``benchmarks.cost_model`` computes the costs. ``--write`` updates ``docs/scaling.md``; ``--check-load`` compares the
simulation with a run of ``make load``.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import load
from benchmarks.cost_model import AZURE, CostModel
from benchmarks.costs import load_record
from benchmarks.demand import demands
from benchmarks.prices import load_prices
from benchmarks.scale import (
    CHARACTERS,
    HEADROOM,
    PROFILE,
    Setup,
    capacity_of,
    loads,
    mean,
    suited,
    to_raise,
)
from benchmarks.simulation import JobShape, Simulation
from infra import quotas
from infra.environments import PROD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.demand import JobDemand
    from benchmarks.scale import Load
    from benchmarks.simulation import SimulatedJob

USERS: Final = (40, 400, 4_000, 40_000)
DOCUMENT: Final = Path(__file__).parent.parent / "docs" / "scaling.md"
_BEGIN: Final = "<!-- scaling: written by .venv/bin/python -m benchmarks.scaling --write -->\n"
_END: Final = "<!-- end of scaling -->\n"
_MONTH_DAYS: Final = 30
_UNLIMITED: Final = 1e9
_LEAST_JOBS: Final = 1_000
"""The minimum number of jobs for percentiles. With few users, the simulation is repeated until it has as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Waiting times in seconds, in ascending order."""

    until_start: tuple[float, ...]
    until_end: tuple[float, ...]
    timed_out: float
    """The share of jobs that exceeded the processing time limit."""

    @classmethod
    def of(cls, jobs: Sequence[SimulatedJob]) -> Waiting:
        """Return the waiting times of jobs."""
        return cls(
            until_start=tuple(sorted(job.seconds_until_start for job in jobs)),
            until_end=tuple(sorted(job.seconds_until_end for job in jobs)),
            timed_out=sum(job.has_timed_out for job in jobs) / len(jobs),
        )


@dataclass(frozen=True, slots=True)
class ScaleTable:
    """A table: its title, a header row, and rows of cells. The first cell of each row is its name."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def wait(setup: Setup) -> Waiting:
    """Simulate one deployment of a setup until enough jobs of the busiest minutes have ended."""
    users = setup.users // setup.cells
    jobs: list[SimulatedJob] = []
    seed = 0
    while len(jobs) < _LEAST_JOBS:
        seed += 1
        simulation = Simulation(capacity_of(setup), seed=seed)
        simulation.run(PROFILE.arrivals(users, random.Random(seed)))  # noqa: S311 (a model)
        jobs += [job for job in simulation.ended if PROFILE.is_in_burst(job)]
    return Waiting.of(jobs)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the ordered values lie."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def tables() -> list[ScaleTable]:
    """Return all tables."""
    setups = [suited(users) for users in USERS]
    return [_demand_table(), _loads_table(), _settings_table(setups), _waiting_table(setups), _money_table(setups)]


def _demand_table() -> ScaleTable:
    def row(name: str, value: Any) -> list[str]:
        return [name, *(_number(value(Setup(users=users, environment=PROD))) for users in USERS)]

    return ScaleTable(
        "Demand of the users:",
        ["users", *(f"{users:,}" for users in USERS)],
        [
            row("jobs a day", lambda setup: setup.users * PROFILE.jobs_a_day),
            row("jobs a second, busiest minutes", lambda setup: setup.jobs_per_second),
            row(
                "requests to Azure a second, busiest minutes",
                lambda setup: setup.jobs_per_second * mean(lambda job: job.utterances),
            ),
            row("million characters billed a month", lambda setup: _month(setup, _characters) / 1_000_000),
        ],
    )


def _loads_table() -> ScaleTable:
    by_users = [loads(Setup(users=users, environment=PROD)) for users in USERS]
    rows = [
        [
            f"{each[0].name}, {each[0].limit:,.0f}" + (" (fixed)" if each[0].is_fixed else ""),
            *(f"**{load.share:.0%}**" if load.share > 1 else f"{load.share:.1%}" for load in each),
        ]
        for each in sorted(zip(*by_users, strict=True), key=lambda each: -each[-1].share)
    ]
    return ScaleTable(
        f"Share of each limit that is used in the busiest minutes, with the settings of `{PROD.name}`:",
        ["limit", *(f"{users:,}" for users in USERS)],
        rows,
    )


def _settings_table(setups: Sequence[Setup]) -> ScaleTable:
    def row(name: str, value: Any) -> list[str]:
        return [name, *(_changed(value(setup), value(Setup(users=1, environment=PROD))) for setup in setups)]

    names = sorted({need.quota.name for setup in setups for need in to_raise(setup)})
    by_setup = [{need.quota.name: need for need in to_raise(setup)} for setup in setups]
    return ScaleTable(
        f"Settings with which at most {HEADROOM:.0%} of each limit are used. Bold values differ from `{PROD.name}`:",
        ["users", *(f"{users:,}" for users in USERS)],
        [
            row("deployments (cells)", lambda setup: setup.cells),
            row("Speech resources in each", lambda setup: setup.speech_resources),
            row("`synthesize_concurrency` of each", lambda setup: setup.environment.synthesize_concurrency),
            row("`requests_per_second` of each", lambda setup: setup.environment.requests_per_second),
            row("`characters_per_day` of each", lambda setup: setup.environment.characters_per_day),
            *(
                [f"quota of each account: {name}", *(_need(by_name.get(name)) for by_name in by_setup)]
                for name in names
            ),
        ],
    )


def _need(need: Any) -> str:
    return f"**{need.value:,}**" if need else "default"


def _waiting_table(setups: Sequence[Setup]) -> ScaleTable:
    rows = []
    for suited_setup in setups:
        as_it_is = Setup(users=suited_setup.users, environment=PROD)
        rows.append(_waiting_row(f"{as_it_is.users:,}, settings of `{PROD.name}`", wait(as_it_is)))
        if capacity_of(suited_setup) != capacity_of(as_it_is) or suited_setup.cells > 1:
            rows.append(_waiting_row(f"{as_it_is.users:,}, raised settings", wait(suited_setup)))
    columns = ["first batch, 50 %", "first batch, 99 %", "file ready, 50 %", "file ready, 99 %", "over ten minutes"]
    return ScaleTable(
        "Simulated waiting times of jobs in the busiest minutes, in seconds:", ["users", *columns], rows
    )


def _waiting_row(name: str, waiting: Waiting) -> list[str]:
    times = [percentile(each, share) for each in (waiting.until_start, waiting.until_end) for share in (0.5, 0.99)]
    return [name, *(_number(seconds) for seconds in times), f"{waiting.timed_out:.1%}"]


def _money_table(setups: Sequence[Setup]) -> ScaleTable:
    record = load_record()
    model = CostModel(record.deployment, load_prices())
    costs = {usage.size: model.job(usage) for usage in record.measurement.jobs}
    idle = sum(model.month(record.measurement).values()) + model.metrics_in_use()
    rows: dict[str, list[float]] = {"Azure Speech": [], "AWS, by use": [], "AWS, always": []}
    for setup in setups:
        azure = _month(setup, lambda job: costs[job.size][AZURE])
        rows["Azure Speech"].append(azure)
        rows["AWS, by use"].append(_month(setup, lambda job: sum(costs[job.size].values())) - azure)
        rows["AWS, always"].append(idle * setup.cells)
    together = [sum(each) for each in zip(*rows.values(), strict=True)]
    a_user = [usd / setup.users for usd, setup in zip(together, setups, strict=True)]
    return ScaleTable(
        "USD a month, at list prices:",
        ["users", *(f"{users:,}" for users in USERS)],
        [
            *([name, *(f"{usd:,.0f}" for usd in values)] for name, values in rows.items()),
            ["Together", *(f"{usd:,.0f}" for usd in together)],
            ["A user", *(f"{usd:.2f}" for usd in a_user)],
        ],
    )


def _characters(job: JobDemand) -> float:
    return job.billed_characters


def _month(setup: Setup, value: Any) -> float:
    """Return the sum of a value over the jobs of all users in a month."""
    return setup.users * PROFILE.jobs_a_day * _MONTH_DAYS * mean(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _changed(value: int, before: int) -> str:
    return f"**{value:,}**" if value != before else f"{value:,}"


def document(written: Sequence[ScaleTable]) -> str:
    """Return the part of ``docs/scaling.md`` that this program writes."""
    return "\n".join([*(f"{table.title}\n\n{_markdown(table)}" for table in written), _most_users()])


def _most_users() -> str:
    """Return the sentences about the number of users for which one deployment suffices."""
    users = USERS[-1]
    by_kind: dict[str, list[Load]] = {"ceiling": [], "work": [], "fixed": []}
    for each in loads(Setup(users=users, environment=PROD)):
        kind = "fixed" if each.is_fixed else "ceiling" if each.name == CHARACTERS else "work"
        by_kind[kind].append(each)
    ceiling, work, fixed = (max(each, key=lambda load: load.share) for each in by_kind.values())
    # With few users, because with many the setting limits the number of concurrent tasks.
    (concurrency,) = (
        each for each in loads(Setup(users=100, environment=PROD)) if quotas.LAMBDA_CONCURRENCY.code in each.name
    )
    in_new = 100 * quotas.NEW_ACCOUNT_CONCURRENCY / concurrency.demand
    return (
        f"With its settings, `{PROD.name}` suffices for {_round(users / ceiling.share):,} such users: more exceed "
        f"{ceiling.name}. Without this limit, it suffices for the work of {_round(users / work.share):,} users: more "
        f"exceed {work.name}. With raised settings, one deployment suffices for "
        f"{_round(HEADROOM * users / fixed.share):,} users; the limit is {fixed.name}. In a new account, where "
        f"Lambda's concurrency is {quotas.NEW_ACCOUNT_CONCURRENCY}, {_round(in_new):,} users or any burst of "
        "requests use it up.\n"
    )


def _round(value: float) -> int:
    return int(value // 100) * 100


def documented() -> str:
    """Return the part of ``docs/scaling.md`` that :func:`document` would replace."""
    return DOCUMENT.read_text("utf-8").partition(_BEGIN)[2].partition(_END)[0].strip("\n") + "\n"


def _markdown(table: ScaleTable) -> str:
    lines = [table.columns, ["---"] + ["---:"] * (len(table.columns) - 1), *table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _write_document(text: str) -> None:
    before, begin, rest = DOCUMENT.read_text("utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise typer.BadParameter(f"{DOCUMENT.name} has no place for the tables", param_hint="--write")
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")


def simulate_load(report: dict[str, Any], *, seed: int) -> tuple[Waiting, Waiting]:
    """Return the measured and the simulated waiting times of a run of ``benchmarks.load``.

    The duration of a request in the simulation is chosen so that the whole run lasts as long as the measured one. The
    simulation has the run's own dialogues and limits, and its jobs arrive when they were submitted. The waiting time
    of each job follows from these.

    Args:
        report: the report that ``--output`` has written.
        seed: the seed of the run.
    """
    arrivals = _arrivals_of(report, seed)
    slow, fast = 60.0, 0.0
    for _ in range(30):
        request_seconds = (slow + fast) / 2
        jobs = _simulate_run(arrivals, request_seconds, seed)
        is_slower = max(job.ended_at for job in jobs) > report["seconds"]
        slow, fast = (request_seconds, fast) if is_slower else (slow, request_seconds)
    measured = tuple(sorted(each["seconds"] for each in report["outcomes"] if each["status"] == "completed"))
    return Waiting(until_start=(), until_end=measured, timed_out=0.0), Waiting.of(jobs)


def _arrivals_of(report: dict[str, Any], seed: int) -> list[tuple[float, int, tuple[int, ...]]]:
    """Return the submission time, the user and the batches of each job of a run."""
    by_user: dict[str, list[str]] = {}
    for each in report["outcomes"]:
        by_user.setdefault(each["user"], []).append(each["id"])
    chance = random.Random(seed)  # noqa: S311 (the dialogues of the run)
    turns = [len(load._dialogue(chance, number)["turns"]) for number in range(len(report["outcomes"]))]  # noqa: SLF001
    submitted = []
    for user, ids in by_user.items():
        user_number = int(user.partition("-")[2])
        submitted += [
            (_milliseconds(job_id) / 1000, user_number, _batches(turns[user_number + place * len(by_user)]))
            for place, job_id in enumerate(sorted(ids))
        ]
    first = min(at for at, _, _ in submitted)
    return sorted((at - first, user_number, batches) for at, user_number, batches in submitted)


def _simulate_run(
    arrivals: Sequence[tuple[float, int, tuple[int, ...]]], request_seconds: float, seed: int
) -> list[SimulatedJob]:
    """Simulate jobs on a machine where only the number of tasks is limited."""
    shape = JobShape(
        api_requests=0,
        batches=(),
        request_seconds=request_seconds,
        work_seconds=0.0,
        plan_seconds=0.0,
        assemble_seconds=0.0,
        transitions=0,
        transitions_a_batch=0,
    )
    capacity = replace(
        capacity_of(Setup(users=1, environment=PROD)),
        requests_in_flight=load.SPEECH_CONCURRENCY,
        tasks=load.SYNTHESIZE_CONCURRENCY,
        speech_requests_per_second=_UNLIMITED,
        max_active_jobs=len(arrivals),
        cold_start_share=0.0,
        hold_seconds=0.0,
        hand_over_seconds=0.0,
    )
    simulation = Simulation(capacity, seed=seed)
    simulation.run((at, user, replace(shape, batches=batches)) for at, user, batches in arrivals)
    return simulation.ended


def _milliseconds(job_id: str) -> int:
    """Return the time in a job's id, a UUID of version 7."""
    return UUID(job_id).int >> 80


def _batches(turns: int) -> tuple[int, ...]:
    most = max(max(job.batches) for job in demands())
    return (*[most] * (turns // most), *([turns % most] if turns % most else []))


def _print(console: Console, table: ScaleTable) -> None:
    printed = Table(box=None)
    for number, column in enumerate(table.columns):
        printed.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        printed.add_row(*(cell.replace("**", "").replace("`", "") for cell in row))
    console.print(table.title.replace("`", ""), printed, "")


def _print_check(console: Console, measured: Waiting, simulated: Waiting) -> None:
    rows = [
        [name, *(_number(percentile(each.until_end, share)) for share in (0.5, 0.95, 1.0))]
        for name, each in (("measured", measured), ("simulated", simulated))
    ]
    _print(console, ScaleTable("Seconds until a job has ended:", ["", "50 %", "95 %", "longest"], rows))


def main(
    write: Annotated[bool, typer.Option("--write", help="Update docs/scaling.md.")] = False,
    check_load: Annotated[
        Path | None,
        typer.Option(help="Compare the simulation with this file of `make load ARGS='--output FILE'`."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the run of make load.")] = 1,
) -> None:
    """Print which limit is reached by how many users, how long they wait, what to raise, and the costs."""
    console = Console(highlight=False, soft_wrap=True)
    if check_load is not None:
        _print_check(console, *simulate_load(json.loads(check_load.read_text("utf-8")), seed=seed))
        return
    written = tables()
    for table in written:
        _print(console, table)
    if write:
        _write_document(document(written))


if __name__ == "__main__":
    typer.run(main)
