"""Costs of a thousand jobs by size, and of an environment without jobs.

    python -m benchmarks.costs

The inputs are:

- the AWS usage of jobs in ``usage.json``; ``--measure`` runs the jobs again on the local stack;
- the deployed resources in the templates, which are synthesized in this process;
- the steps of a job in ``infra/workflow.asl.json`` and the planner;
- the list prices in ``prices.json``.

``--write`` updates ``docs/operations.md``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.cost_model import AZURE, CostModel, plan, transitions
from benchmarks.deployment import Deployment, describe
from benchmarks.prices import load_prices
from benchmarks.usage import JobSize, Measurement, measure
from infra.environments import PROD

SIZES = [
    JobSize(turns=2, characters_a_turn=30),
    JobSize(turns=20, characters_a_turn=30),
    JobSize(turns=100, characters_a_turn=30),
    JobSize(turns=1_000, characters_a_turn=30),
    JobSize(turns=100, characters_a_turn=1_000),
]
USAGE = Path(__file__).with_name("usage.json")
DOCUMENT = Path(__file__).parent.parent / "docs" / "operations.md"
_BEGIN = "<!-- costs: written by .venv/bin/python -m benchmarks.costs --write -->\n"
_END = "<!-- end of costs -->\n"
_JOBS = 1_000
_METRICS_IN_USE = """\
Once there are jobs, metrics cost at most {usd} USD a month: this is the cost if each metric of an alarm or of the
dashboard has a value every hour.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The input of the tables. It is stored in ``usage.json``."""

    deployment: Deployment
    measurement: Measurement


@dataclass(frozen=True, slots=True)
class CostTable:
    """A table of the report: a header row, and rows of cells. The first cell of each row is its name."""

    columns: list[str]
    rows: list[list[str]]


def load_record() -> Record:
    """Return the record of the last measurement."""
    return TypeAdapter(Record).validate_json(USAGE.read_text("utf-8"))


def tables(record: Record) -> list[CostTable]:
    """Return the tables: costs of jobs by size, their AWS costs by item, and the monthly costs without jobs."""
    model = CostModel(record.deployment, load_prices())
    jobs = record.measurement.jobs
    costs = [{item: usd * _JOBS for item, usd in model.job(job).items()} for job in jobs]
    overview = CostTable(
        ["dialogue", "characters billed", "state transitions", "Azure, USD", "AWS, USD", "Azure's share"],
        [
            [
                _name(job.size),
                f"{plan(job.size).billed_characters:,}",
                str(transitions(job.size)),
                _usd(cost[AZURE]),
                _usd(sum(cost.values()) - cost[AZURE]),
                f"{cost[AZURE] / sum(cost.values()):.1%}",
            ]
            for job, cost in zip(jobs, costs, strict=True)
        ],
    )
    items = [item for item in costs[-1] if item != AZURE]
    by_item = CostTable(
        ["USD a 1,000 jobs", *(_name(job.size) for job in jobs)],
        [[item, *(_usd(cost[item]) for cost in costs)] for item in items],
    )
    month = model.month(record.measurement)
    idle = CostTable(
        ["a month without jobs", "USD"],
        [[item, _usd(usd)] for item, usd in month.items()] + [["Together", _usd(sum(month.values()))]],
    )
    return [overview, by_item, idle]


def document(record: Record) -> str:
    """Return the part of ``docs/operations.md`` that this program writes."""
    overview, by_item, idle = map(_markdown, tables(record))
    metrics = CostModel(record.deployment, load_prices()).metrics_in_use()
    return "\n".join(
        [
            f"Costs of 1,000 jobs in Mandarin in `{PROD.name}`, if no job fails and no segment is reused:\n",
            overview,
            "AWS costs by item:\n",
            by_item,
            "Costs of an environment without jobs:\n",
            idle,
            _METRICS_IN_USE.format(usd=_usd(metrics)),
        ]
    )


def documented() -> str:
    """Return the part of ``docs/operations.md`` that :func:`document` would replace."""
    return DOCUMENT.read_text("utf-8").partition(_BEGIN)[2].partition(_END)[0].strip("\n") + "\n"


def _write_document(text: str) -> None:
    before, begin, rest = DOCUMENT.read_text("utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise typer.BadParameter(f"{DOCUMENT.name} has no place for the costs", param_hint="--write")
    DOCUMENT.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")


def _name(size: JobSize) -> str:
    return f"{size.turns:,} × {size.characters_a_turn:,}"


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.3f}"


def _markdown(table: CostTable) -> str:
    lines = [table.columns, ["---"] + ["---:"] * (len(table.columns) - 1), *table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _print(console: Console, table: CostTable) -> None:
    printed = Table(box=None)
    for number, column in enumerate(table.columns):
        printed.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        printed.add_row(*row)
    console.print(printed, "")


def _measure() -> Measurement:
    with Progress(transient=True) as progress:
        task = progress.add_task("jobs", total=len(SIZES))
        return measure(SIZES, today=datetime.now(UTC).date().isoformat(), done=lambda _: progress.advance(task))


def main(
    measure_again: Annotated[
        bool, typer.Option("--measure", help="Run the jobs again, and record their usage.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Update docs/operations.md.")] = False,
    output: Annotated[Path, typer.Option(help="JSON file for the figures.")] = Path("out/costs.json"),
) -> None:
    """Compute the costs of jobs and environments."""
    console = Console(highlight=False, soft_wrap=True)
    deployment = describe(PROD)
    record = Record(deployment=deployment, measurement=_measure() if measure_again else load_record().measurement)
    if measure_again or write:
        USAGE.write_text(json.dumps(asdict(record), indent=2) + "\n", "utf-8")
    console.print("Dialogues are given as turns × characters per turn; costs in USD per 1,000 jobs at list prices.\n")
    for table in tables(record):
        _print(console, table)
    if write:
        _write_document(document(record))
    model = CostModel(deployment, load_prices())
    output.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "job_usd": [{"size": asdict(job.size), **model.job(job)} for job in record.measurement.jobs],
        "idle_month_usd": model.month(record.measurement),
        "metrics_in_use_month_usd": model.metrics_in_use(),
    }
    output.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(main)
