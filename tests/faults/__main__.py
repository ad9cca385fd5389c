"""Command line of the fault suite: ``python -m tests.faults`` breaks each call in turn, and prints the outcome."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from local.azure_speech.throttling import Throttling
from local.cloud.limits import Limits
from tests.faults.catalogue import CALLS, faults_in
from tests.faults.experiment import experiment
from tests.faults.laboratory import Laboratory

_FILE_WIDTH = 180


def main(
    scenario: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(CALLS)}.")] = None,
    throttling: Annotated[bool, typer.Option(help="Whether the provider limits the rate, as Azure does.")] = True,
    limits: Annotated[
        bool, typer.Option(help="Whether AWS throttles calls and has transactions conflict, as documented.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Makes the course of transactions repeatable.")] = 1,
) -> None:
    """Break each AWS call and each provider call of a job's life in turn, and show how the job ends.

    Exits with 1 if anything is left behind, or if a fault did not strike.
    """
    console = Console(width=None if sys.stdout.isatty() else _FILE_WIDTH, highlight=False)
    table = Table("scenario", "broken", "how", "struck", "answers", "the job", "retries", "reconciler", "left behind")
    plan = [(name, fault) for name in scenario or CALLS for fault in faults_in(name)]
    ends: Counter[str] = Counter()
    bad = 0
    with (
        Laboratory.opened(
            throttling=Throttling() if throttling else None,
            limits=Limits.documented(seed=seed) if limits else None,
        ) as laboratory,
        Progress(console=console, transient=True) as progress,
    ):
        for name, fault in progress.track(plan, description="breaking"):
            outcome = experiment(laboratory, name, fault)
            ended = ", ".join(outcome.ended) or "never was"
            ends[ended] += 1
            is_bad = bool(outcome.left_behind) or not outcome.struck
            bad += is_bad
            table.add_row(
                name,
                str(fault.call),
                str(fault.mode),
                str(outcome.struck),
                " ".join(map(str, outcome.answers)),
                ended,
                str(outcome.retries),
                ", ".join(outcome.reconciled),
                "; ".join(outcome.left_behind) or "nothing",
                style="red" if is_bad else None,
            )
    console.print(table)
    for ended, count in ends.most_common():
        console.print(f"{count:>5}  {ended}")
    console.print(f"{len(plan)} faults, {bad} of which left something behind or did not strike")
    raise typer.Exit(1 if bad else 0)


if __name__ == "__main__":
    typer.run(main)
