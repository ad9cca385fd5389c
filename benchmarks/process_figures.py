"""Figures of a program that runs in a process of its own: time, CPU, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """The figures of one run."""

    wall_seconds: float
    """The time from the start of the interpreter to its end."""
    cpu_seconds: float
    """The CPU time of the process and its children."""
    peak_rss_mb: float
    """The peak memory of the process alone, imports included."""


def run(module: str, *arguments: str) -> ProcessFigures:
    """Run ``python -m module``, which ends with :func:`report`."""
    started = time.perf_counter()
    child = subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    wall_seconds = time.perf_counter() - started
    return ProcessFigures(wall_seconds=wall_seconds, **json.loads(child.stdout))


def report() -> None:
    """Print the figures of this process so far, for :func:`run`."""
    times = os.times()
    cpu_seconds = times.user + times.system + times.children_user + times.children_system
    print(json.dumps({"cpu_seconds": cpu_seconds, "peak_rss_mb": peak_rss_mb()}))


def peak_rss_mb() -> float:
    """Return the peak memory of this program alone. ``ru_maxrss`` would include the process it was forked from."""
    peak_kb = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak_kb.split()[1]) / 1024
