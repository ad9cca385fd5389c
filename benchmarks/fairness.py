"""Benchmark of fairness: how long a short job waits among long ones, and how much one user slows another one down.

    python -m benchmarks.fairness

The local stack synthesizes two batches at a time, and every request to the provider takes a second, so that the
benchmark measures the queue and not this machine. The short job is submitted when all long ones have begun.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import typer
from rich.console import Console

from benchmarks.dialogues import dialogue_of
from benchmarks.target import Target, print_targets
from castline.jobs.model import SynthesisMode
from castline.synthesis.segments import MAX_BATCH_UTTERANCES
from local.azure_speech.server import AzureSpeechEmulator
from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_JOBS = 30
LONG_TURNS = 1_000
JOBS_A_USER = 3
TASKS = 2
REQUESTS_A_TASK = 8
LATENCY_MS = 1_000
BATCH_SECONDS = MAX_BATCH_UTTERANCES[SynthesisMode.SEGMENTED] / REQUESTS_A_TASK * LATENCY_MS / 1000
EQUAL_TURNS = 160
_ENDED = {"completed", "failed", "cancelled"}


class _User:
    """A user of a stack."""

    def __init__(self, url: str, name: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", headers={"X-User-Id": name}, timeout=120)
        self._name = name
        self._jobs = 0

    def submit(self, turns: int) -> str:
        """Submit a dialogue whose turns are all different, and return the job's id."""
        self._jobs += 1
        texts = (f"{self._name} 的第 {self._jobs} 份稿子，第 {turn} 句。" for turn in range(turns))
        answer = self._client.post("/jobs", json={**dialogue_of(texts), "loudness": "none"})
        answer.raise_for_status()
        return str(answer.json()["id"])

    def count(self, status: str) -> int:
        """Return how many of the user's jobs have a status."""
        return int(self._client.get("/jobs", params={"status": status, "limit": 1}).json()["total"])

    def wait(self, job_id: str) -> dict[str, Any]:
        """Wait for the end of a job, and return it."""
        while (job := self._client.get(f"/jobs/{job_id}").json())["status"] not in _ENDED:
            time.sleep(0.2)
        return dict(job)


@contextmanager
def _stack() -> Iterator[LocalStack]:
    speech = AzureSpeechEmulator(voice_engine="tone", latency_ms=LATENCY_MS)
    with LocalStack(
        speech=speech,
        speech_concurrency=REQUESTS_A_TASK,
        synthesize_concurrency=TASKS,
        log_file=Path("out") / "fairness.log",
    ) as stack:
        yield stack


def wait_of_a_short_job() -> float:
    """Return the waiting time of a job of two turns among thirty jobs of a thousand turns, in batch times."""
    with _stack() as stack:
        users = [_User(stack.url, f"user-{number}") for number in range(LONG_JOBS // JOBS_A_USER)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda user: [user.submit(LONG_TURNS) for _ in range(JOBS_A_USER)], users))
        while sum(user.count("processing") for user in users) < LONG_JOBS:
            time.sleep(1)
        newcomer = _User(stack.url, "newcomer")
        job = newcomer.wait(newcomer.submit(2))
    created, started = (datetime.fromisoformat(job[name]) for name in ("created_at", "started_at"))
    return (started - created).total_seconds() / BATCH_SECONDS


def slowdown() -> tuple[float, float]:
    """Return the seconds that a job takes alone, and at the same time as three equal jobs of another user."""
    seconds = []
    for others in (0, 3):
        with _stack() as stack:
            greedy, modest = _User(stack.url, "greedy"), _User(stack.url, "modest")
            for _ in range(others):
                greedy.submit(EQUAL_TURNS)
            began = time.monotonic()
            modest.wait(modest.submit(EQUAL_TURNS))
            seconds.append(time.monotonic() - began)
    return seconds[0], seconds[1]


def main(
    output: Annotated[Path, typer.Option(help="JSON file for the figures.")] = Path("out") / "fairness.json",
) -> None:
    """Measure the fairness of the queue on the local stack."""
    console = Console(highlight=False)
    waited = wait_of_a_short_job()
    alone, beside = slowdown()
    targets = [
        Target(name="wait of a job of 2 turns among 30 jobs of 1,000 turns, in batch times", figure=waited, limit=2),
        Target(
            name="time of a job with three of another user, relative to its time alone",
            figure=beside / alone,
            limit=2.2,
        ),
    ]
    print_targets(targets, console)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(
        json.dumps(
            {"alone_seconds": alone, "beside_seconds": beside, "targets": [each.to_json() for each in targets]},
            indent=2,
        ),
        "utf-8",
    )


if __name__ == "__main__":
    typer.run(main)
