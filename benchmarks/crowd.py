"""Benchmark of the local stack under a crowd: how long requests take while many long jobs are made.

    python -m benchmarks.crowd

``make dev`` runs in a process of its own, with its emulated voices, as it does for a developer. Four users submit
three jobs each at once. Until all jobs have ended, each user keeps asking for their jobs, one request after another,
as the console does.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.dialogues import dialogue_of
from benchmarks.target import Target, print_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

_USERS: Final = 4
_JOBS_A_USER: Final = 3
_POLL_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 600.0
_GET_LIMIT_SECONDS: Final = 1.0
_POST_LIMIT_SECONDS: Final = 3.0
_ENDED: Final = {"completed", "failed", "cancelled"}


class _User:
    """A user who submits jobs and watches them, and the seconds that each request took."""

    def __init__(self, url: str, name: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", headers={"X-User-Id": name}, timeout=_PATIENCE_SECONDS)
        self._name = name
        self.gets: list[float] = []
        self.posts: list[float] = []

    def run(self, turns: int) -> list[str]:
        """Submit the jobs, ask for them until all have ended, and return their statuses."""
        ids = [self._submit(number, turns) for number in range(_JOBS_A_USER)]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            statuses = [str(self._get(f"/jobs/{job_id}")["status"]) for job_id in ids]
            self._get("/jobs")
            if _ENDED.issuperset(statuses):
                break
            time.sleep(_POLL_SECONDS)
        return statuses

    def _submit(self, number: int, turns: int) -> str:
        texts = [f"{self._name} 的第 {number} 份稿子，第 {turn} 句。" for turn in range(turns)]
        body = dialogue_of(texts)
        started = time.perf_counter()
        answer = self._client.post("/jobs", json=body).raise_for_status()
        self.posts.append(time.perf_counter() - started)
        return str(answer.json()["id"])

    def _get(self, path: str) -> dict[str, object]:
        started = time.perf_counter()
        answer: dict[str, object] = self._client.get(path).raise_for_status().json()
        self.gets.append(time.perf_counter() - started)
        return answer


@contextmanager
def _local_stack(options: list[str]) -> Iterator[str]:
    """Run ``make dev`` with ``options`` while the context lasts, and yield its URL."""
    command = [sys.executable, "-m", "local", "dev", "--port", "0", *options]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,  # noqa: S603 (our own program)
        ThreadPoolExecutor(1) as reader,
    ):
        assert process.stdout is not None
        try:
            found = next(filter(None, (re.search(r"running on (http://[\d.:]+)", line) for line in process.stdout)))
            reader.submit(process.stdout.read)  # a full pipe would stop the stack
            yield found[1]
        finally:
            process.terminate()


def main(
    turns: Annotated[int, typer.Option(min=1, max=1_000, help="Number of turns in each job.")] = 300,
    option: Annotated[
        list[str] | None, typer.Option(help="An option of `make dev`, such as =--latency-ms=300.")
    ] = None,
) -> None:
    """Measure how long requests to the local stack take while twelve long jobs of four users are made."""
    console = Console(highlight=False, soft_wrap=True)
    with _local_stack(option or []) as url:
        users = [_User(url, f"user-{number}") for number in range(_USERS)]
        started = time.perf_counter()
        with ThreadPoolExecutor(_USERS) as pool:
            statuses = [status for each in pool.map(lambda user: user.run(turns), users) for status in each]
        seconds = time.perf_counter() - started
    posts = [each for user in users for each in user.posts]
    gets = [each for user in users for each in user.gets]
    table = Table("requests", "count", "median s", "longest s", box=None)
    for name, times in (("POST /jobs", posts), ("GET", gets)):
        table.add_row(name, str(len(times)), f"{statistics.median(times):.3f}", f"{max(times):.3f}")
    console.print(table)
    completed = statuses.count("completed")
    console.print(f"{completed} of {len(statuses)} jobs completed in {seconds:.1f} s")
    targets = [
        Target(name="longest POST /jobs, s", figure=max(posts), limit=_POST_LIMIT_SECONDS),
        Target(name="longest GET, s", figure=max(gets), limit=_GET_LIMIT_SECONDS),
        Target(name="jobs not completed", figure=len(statuses) - completed, limit=0),
    ]
    print_targets(targets, console)
    raise typer.Exit(0 if all(target.is_met for target in targets) else 1)


if __name__ == "__main__":
    typer.run(main)
