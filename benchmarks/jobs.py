"""Benchmark of whole jobs on the local stack: their time, and the requests and characters at the provider.

    python -m benchmarks.jobs --output out/jobs.json

A job lasts from its POST until a polling client sees it completed. The provider is the emulator in a separate
process, with 300 ms before the first audio of each request. All turns have different texts, so no segment is reused
except in the runs about reuse. The program exits with 1 if a target is missed.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.dialogues import dialogue_of
from benchmarks.speech_process import speech_process
from benchmarks.target import Target, print_targets
from local.azure_speech.engines import VoiceEngineName
from local.cloud.clock import Clock
from local.resources import SECRET_ID
from local.stack import AzureAccount, LocalStack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.speech_process import SpeechProcess, Spoken

CHARACTERS_A_TURN = 15
WAIT_SCALE = 0.1
"""The factor on the workflow's waits: the wait of 5 s before a retry takes 0.5 s."""
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 60.0
_COMMON_CHARACTERS = "天地人你我他好大小多少上下來去今明日月年時春夏秋冬東西南北山水風雨花草樹木星空海河湖田路橋車船"

SMALL_TARGET_SECONDS = 0.6
TRIO_TARGET_SECONDS = 3.0
LARGE_TARGET_SECONDS = 3.0
LARGE_TO_SMALL_TARGET = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """The times of jobs of one length, one after another."""

    turns: int
    seconds: list[float]

    @property
    def median_seconds(self) -> float:
        """The median time of a job."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One job of the runs about reuse, and its requests to the provider."""

    name: str
    turns: int
    seconds: float
    requests: int
    characters: int


@dataclass(slots=True, kw_only=True)
class Report:
    """The figures of one run."""

    voice_engine: str
    latency_ms: int
    speech_concurrency: int
    small: list[float] = field(default_factory=list)
    """The seconds of each of several jobs of 2 turns, one after another."""
    trio: list[float] = field(default_factory=list)
    """The seconds until each of three jobs of 20 turns, submitted together, was seen completed."""
    scaling: list[Scaling] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)

    @property
    def targets(self) -> list[Target]:
        """Return the targets for the figures."""
        large = next(each.median_seconds for each in self.scaling if each.turns == 100)
        return [
            Target(name="2 turns, the slowest, s", figure=max(self.small), limit=SMALL_TARGET_SECONDS),
            Target(name="3 × 20 turns at once, the last, s", figure=max(self.trio), limit=TRIO_TARGET_SECONDS),
            Target(name="100 turns, s", figure=large, limit=LARGE_TARGET_SECONDS),
            Target(
                name="100 turns against 2",
                figure=large / statistics.median(self.small),
                limit=LARGE_TO_SMALL_TARGET,
            ),
        ]


class Bench:
    """A client of a local stack that is running and warm."""

    def __init__(self, client: httpx.Client, speech: SpeechProcess) -> None:
        """Use ``client``, whose base URL is the API's, and count requests at ``speech``."""
        self._client = client
        self._speech = speech
        self._chance = random.Random(1)  # noqa: S311 (repeatable, not secret)

    def texts(self, turns: int) -> list[str]:
        """Return texts that have not been synthesized yet."""
        return [
            "".join(self._chance.choices(_COMMON_CHARACTERS, k=CHARACTERS_A_TURN - 1)) + "。" for _ in range(turns)
        ]

    def run(self, *dialogues: list[str]) -> list[float]:
        """Submit dialogues together; return, in their order, the seconds until each was seen completed."""
        started = time.perf_counter()
        open_jobs = {self._submit(texts): position for position, texts in enumerate(dialogues)}
        seconds = [0.0] * len(dialogues)
        while open_jobs:
            time.sleep(_POLL_SECONDS)
            for job_id, position in list(open_jobs.items()):
                job = self._client.get(f"/jobs/{job_id}").raise_for_status().json()
                elapsed = time.perf_counter() - started
                if job["status"] == "failed" or elapsed > _PATIENCE_SECONDS:
                    raise RuntimeError(f"job {job_id} is {job['status']} after {elapsed:.1f} s: {job}")
                if job["status"] == "completed":
                    seconds[position] = elapsed
                    del open_jobs[job_id]
        return seconds

    def measure_submission(self, name: str, texts: list[str]) -> Submission:
        """Run one dialogue and count the requests to the provider."""
        self._speech.take_spoken()
        [seconds] = self.run(texts)
        spoken: Spoken = self._speech.take_spoken()
        return Submission(
            name=name,
            turns=len(texts),
            seconds=seconds,
            requests=spoken.requests,
            characters=spoken.characters,
        )

    def _submit(self, texts: list[str]) -> str:
        answer = self._client.post("/jobs", json=dialogue_of(texts)).raise_for_status()
        job_id: str = answer.json()["id"]
        return job_id


@contextmanager
def bench(*, voice_engine: VoiceEngineName, latency_ms: int, speech_concurrency: int) -> Iterator[Bench]:
    """Run a stack with the emulator in a separate process, and yield its client."""
    with speech_process(voice_engine=voice_engine, latency_ms=latency_ms) as speech:
        stack = LocalStack(
            clock=Clock(wait_scale=WAIT_SCALE),
            speech=AzureAccount(key=speech.key, region="local"),
            speech_concurrency=speech_concurrency,
            log_file=Path("out") / "jobs.log",
        )
        with stack, httpx.Client(base_url=f"{stack.url}/api/v1", timeout=_PATIENCE_SECONDS) as client:
            secret: Any = boto3.client("secretsmanager")
            secret.put_secret_value(
                SecretId=SECRET_ID, SecretString=json.dumps({"key": speech.key, "host": speech.host})
            )
            ready = Bench(client, speech)
            ready.run(ready.texts(20))
            yield ready


def measure_reuse(bench: Bench) -> Iterator[Submission]:
    """Run a dialogue of 100 turns with one request that fails once, then the same dialogue, then one edited turn."""
    texts = bench.texts(100)
    texts[50] += "[[fault unavailable times=1]]"
    yield bench.measure_submission("one request fails once", texts)
    yield bench.measure_submission("the same again", texts)
    [texts[7]] = bench.texts(1)
    yield bench.measure_submission("one turn edited", texts)


def _print(report: Report, console: Console) -> None:
    console.print(
        f"voice {report.voice_engine}, {report.latency_ms} ms a request, "
        f"at most {report.speech_concurrency} in flight\n"
    )
    small = report.small
    console.print(
        f"2 turns, {len(small)} jobs in a row: min {min(small):.3f} s, median {statistics.median(small):.3f} s, "
        f"max {max(small):.3f} s"
    )
    console.print(
        f"3 jobs of 20 turns at once: completed after {', '.join(f'{each:.3f}' for each in report.trio)} s\n"
    )
    scaling = Table("turns", "jobs", "min s", "median s", "max s", "segments/s", "characters/s", box=None)
    for each in report.scaling:
        segments_a_second = each.turns / each.median_seconds
        scaling.add_row(
            str(each.turns),
            str(len(each.seconds)),
            f"{min(each.seconds):.3f}",
            f"{each.median_seconds:.3f}",
            f"{max(each.seconds):.3f}",
            f"{segments_a_second:.0f}",
            f"{segments_a_second * CHARACTERS_A_TURN:.0f}",
        )
    console.print(scaling, "")
    reuse = Table("100 turns", "requests", "characters spoken", "seconds", box=None)
    for one in report.submissions:
        reuse.add_row(one.name, str(one.requests), str(one.characters), f"{one.seconds:.3f}")
    console.print(reuse, "")
    print_targets(report.targets, console)


def main(
    voice_engine: Annotated[
        VoiceEngineName, typer.Option(help="Voices of the emulator: tone takes no CPU time, espeak speaks.")
    ] = VoiceEngineName.TONE,
    latency_ms: Annotated[int, typer.Option(min=0, help="Duration of each request to the provider.")] = 300,
    speech_concurrency: Annotated[
        int, typer.Option(min=1, help="Maximum number of requests in flight to the provider, for each batch.")
    ] = 8,
    repeat: Annotated[int, typer.Option(min=1, help="Number of jobs of each length.")] = 3,
    output: Annotated[Path, typer.Option(help="JSON file for all figures.")] = Path("out") / "jobs.json",
) -> None:
    """Run jobs of all lengths on the local stack, and compare their times with the targets."""
    report = Report(voice_engine=voice_engine, latency_ms=latency_ms, speech_concurrency=speech_concurrency)
    console = Console(highlight=False, soft_wrap=True)
    with bench(voice_engine=voice_engine, latency_ms=latency_ms, speech_concurrency=speech_concurrency) as ready:
        report.small = [ready.run(ready.texts(2))[0] for _ in range(20)]
        report.trio = ready.run(*(ready.texts(20) for _ in range(3)))
        for turns in (2, 10, 20, 50, 100, 200):
            seconds = [ready.run(ready.texts(turns))[0] for _ in range(repeat)]
            report.scaling.append(Scaling(turns=turns, seconds=seconds))
        report.submissions = list(measure_reuse(ready))
    _print(report, console)
    figures = {**asdict(report), "targets": [target.to_json() for target in report.targets]}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    raise typer.Exit(0 if all(target.is_met for target in report.targets) else 1)


if __name__ == "__main__":
    typer.run(main)
