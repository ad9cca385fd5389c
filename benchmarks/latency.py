"""Benchmark of the latency of jobs, side by side with another checkout of the code.

    git worktree add /tmp/before <commit>
    python -m benchmarks.latency --against /tmp/before

A job lasts from its POST until a polling client sees it completed. Each checkout runs a local stack in one process
and the provider in another; each request to the provider takes 0.3 s. The checkouts take turns within one run, so
other load affects both. All turns have different texts, so no segment is reused.

The counted calls are those of the workflow and of events, without the client's polls. The CPU time is that of the
whole process, including the local AWS and the polling client. On a busy machine, it is more reliable than the wall
time.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.target import Target, print_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROCESS: Final = Path(__file__).with_name("latency_process.py")
_HERE: Final = Path(__file__).parent.parent
_STOP_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Load:
    """Jobs that are submitted at once, and the time within which all of them should be completed."""

    name: str
    lengths: tuple[int, ...]
    """The number of turns of each job."""
    limit_seconds: float


LOADS: Final = (
    Load("2 turns", (2,), 0.45),
    Load("100 turns", (100,), 1.5),
    Load("3 × 20 turns at once", (20, 20, 20), 2.0),
)


@dataclass(slots=True)
class Figures:
    """The times and calls of one load on one checkout."""

    seconds: list[float] = field(default_factory=list)
    """The time of each run until all jobs were completed."""
    cpu_seconds: list[float] = field(default_factory=list)
    """The CPU time of each run."""
    calls: dict[str, int] = field(default_factory=dict)
    """The calls of the last run, by operation."""
    transitions: int = 0
    """The state transitions of the last run."""


class Checkout:
    """A local stack of one checkout, in a separate process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.figures = {load.name: Figures() for load in LOADS}

    def run(self, load: Load) -> None:
        """Run a load once, and add its times and calls to ``figures``.

        Raises:
            RuntimeError: the process has ended; standard error has the reason.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(load.lengths)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process of a checkout has ended")
        told: dict[str, Any] = json.loads(line)
        figures = self.figures[load.name]
        figures.seconds.append(max(told["seconds"]))
        figures.cpu_seconds.append(told["cpu_seconds"])
        figures.calls, figures.transitions = told["calls"], told["transitions"]


@contextmanager
def started(folder: Path, latency_ms: int) -> Iterator[Checkout]:
    """Run the stack of a checkout while the context lasts."""
    process = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-P", str(_PROCESS), str(latency_ms)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(folder / each) for each in ("", "cli", "functions"))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Checkout(process)
    finally:
        process.communicate(timeout=_STOP_SECONDS)


def _print(checkouts: dict[str, Checkout], console: Console) -> None:
    times = Table("load", "checkout", box=None)
    for heading in ("least s", "median s", "most s", "median CPU s", "transitions", "calls"):
        times.add_column(heading, justify="right")
    for load in LOADS:
        for name, checkout in checkouts.items():
            figures = checkout.figures[load.name]
            seconds = (min(figures.seconds), statistics.median(figures.seconds), max(figures.seconds))
            times.add_row(
                load.name,
                name,
                *(f"{each:.3f}" for each in (*seconds, statistics.median(figures.cpu_seconds))),
                str(figures.transitions),
                str(sum(figures.calls.values())),
            )
    console.print(times, "")
    for load in LOADS:
        calls = Table(f"calls for {load.name}", box=None)
        for name in checkouts:
            calls.add_column(name, justify="right")
            calls.add_column("a segment", justify="right")
        counts = [checkout.figures[load.name].calls for checkout in checkouts.values()]
        for operation in sorted({operation for each in counts for operation in each}):
            row = [
                text
                for each in counts
                for text in (
                    str(each.get(operation, 0)),
                    f"{each.get(operation, 0) / sum(load.lengths):.2f}",
                )
            ]
            calls.add_row(operation, *row)
        console.print(calls, "")


def main(
    against: Annotated[Path | None, typer.Option(help="Folder with another checkout of the code.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each load on each checkout.")] = 10,
    latency_ms: Annotated[int, typer.Option(min=0, help="Duration of each request to the provider.")] = 300,
    output: Annotated[Path, typer.Option(help="JSON file for the figures.")] = Path("out") / "latency.json",
) -> None:
    """Measure the latency of jobs on this checkout and, in the same run, on another one."""
    console = Console(highlight=False, soft_wrap=True)
    folders = {"here": _HERE} if against is None else {"here": _HERE, "other": against.resolve()}
    with ExitStack() as context:
        checkouts = {name: context.enter_context(started(folder, latency_ms)) for name, folder in folders.items()}
        for _ in track(range(runs), description="running", console=console, transient=True):
            for load in LOADS:
                for checkout in checkouts.values():
                    checkout.run(load)
    _print(checkouts, console)
    here = checkouts["here"].figures
    targets = [
        Target(name=f"{load.name}, the slowest, s", figure=max(here[load.name].seconds), limit=load.limit_seconds)
        for load in LOADS
    ]
    print_targets(targets, console)
    saved = {
        "runs": runs,
        "latency_ms": latency_ms,
        "checkouts": {
            name: {load: asdict(each) for load, each in checkout.figures.items()}
            for name, checkout in checkouts.items()
        },
        "targets": [target.to_json() for target in targets],
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(saved, indent=2) + "\n", "utf-8")
    raise typer.Exit(0 if all(target.is_met for target in targets) else 1)


if __name__ == "__main__":
    typer.run(main)
