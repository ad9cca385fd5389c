"""Figures of a program that runs in a separate process: wall time, CPU time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """The figures of one run."""

    wall_seconds: float
    """The wall time of the work, without imports."""
    cpu_seconds: float
    """The CPU time of the work, including that of child processes."""
    peak_rss_mb: float
    """The peak memory of the process alone, including imports."""


def run(module: str, *arguments: str) -> ProcessFigures:
    """Run ``python -m module``, which does its work within :func:`reported`. NumPy uses one thread."""
    child = subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=os.environ | _ONE_THREAD,
    )
    return ProcessFigures(**json.loads(child.stdout))


@contextmanager
def reported() -> Iterator[None]:
    """Measure the work within the context, and print its figures for :func:`run`."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    yield
    figures = {
        "wall_seconds": time.perf_counter() - wall,
        "cpu_seconds": cpu_seconds() - cpu,
        "peak_rss_mb": peak_rss_mb(),
    }
    print(json.dumps(figures))


def cpu_seconds() -> float:
    """Return the CPU time of this process and its children so far."""
    return sum(os.times()[:4])


def peak_rss_mb() -> float:
    """Return the peak memory of this program. ``ru_maxrss`` would include that of the process that forked it."""
    peak_kb = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak_kb.split()[1]) / 1024
