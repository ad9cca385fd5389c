"""Benchmark of the time until the first turn of a long job can be heard.

This time lasts from the POST of the job until the first part of its playlist is fetched. Then the job is stopped. The
provider runs in a separate process, and each request to it takes 0.3 s. All turns have different texts, so no segment
is reused.

On the local stack, polls and all tasks share one interpreter. The figures are meaningful only on an idle machine.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, NamedTuple

import boto3
import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.dialogues import dialogue_of
from benchmarks.speech_process import speech_process
from benchmarks.target import Target, print_targets
from local.azure_speech.engines import VoiceEngineName
from local.resources import SECRET_ID
from local.stack import AzureAccount, LocalStack

_CHARACTERS: Final = "天地人你我他好大小多少上下來去今明日月年時春夏秋冬東西南北山水風雨花草樹木星空海河湖田路橋車船"
_CHARACTERS_A_TURN: Final = 15
_POLL_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 120.0
_LIMIT_SECONDS: Final = 1.5
_FIRST_PART: Final = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)")


class _Times(NamedTuple):
    submitted: float
    """Seconds until the job's id was known."""
    listed: float
    """Seconds until a playlist had a part."""
    fetched: float
    """Seconds until that part was fetched."""
    polls: int


def _dialogue(turns: int) -> dict[str, object]:
    texts = ("".join(random.choices(_CHARACTERS, k=_CHARACTERS_A_TURN - 1)) + "。" for _ in range(turns))  # noqa: S311
    return dialogue_of(texts)


def _run(client: httpx.Client, turns: int) -> _Times:
    body = _dialogue(turns)
    started, polls = time.perf_counter(), 0
    job_id = client.post("/jobs", json=body).raise_for_status().json()["id"]
    submitted = time.perf_counter() - started
    while True:
        polls += 1
        playlist = client.get(f"/jobs/{job_id}/playlist.m3u8").raise_for_status().text
        listed = time.perf_counter() - started
        if part := _FIRST_PART.search(playlist):
            break
        if listed > _PATIENCE_SECONDS:
            raise RuntimeError(f"job {job_id} has no part after {listed:.0f} s")
        time.sleep(_POLL_SECONDS)
    first, size = int(part[2]), int(part[1])
    httpx.get(part[3], headers={"Range": f"bytes={first}-{first + size - 1}"}).raise_for_status()
    fetched = time.perf_counter() - started
    client.post(f"/jobs/{job_id}/stop")  # a short one may have ended by now
    return _Times(submitted, listed, fetched, polls)


def main(
    runs: Annotated[int, typer.Option(min=1, help="Number of jobs, one after another.")] = 5,
    turns: Annotated[int, typer.Option(min=1, max=1_000, help="Turns of each job.")] = 1_000,
    latency_ms: Annotated[int, typer.Option(min=0, help="Duration of each request to the provider.")] = 300,
    rest_seconds: Annotated[float, typer.Option(min=0, help="Pause between two jobs.")] = 3.0,
) -> None:
    """Measure how soon the first turn of a long job can be heard."""
    console = Console(highlight=False, soft_wrap=True)
    with ExitStack() as context:
        speech = context.enter_context(speech_process(voice_engine=VoiceEngineName.TONE, latency_ms=latency_ms))
        folder = Path(context.enter_context(TemporaryDirectory()))
        account = AzureAccount(key=speech.key, region="local")
        stack = context.enter_context(LocalStack(speech=account, log_file=folder / "functions.log"))
        boto3.Session().client("secretsmanager").put_secret_value(
            SecretId=SECRET_ID, SecretString=json.dumps({"key": speech.key, "host": speech.host})
        )
        client = context.enter_context(httpx.Client(base_url=f"{stack.url}/api/v1", timeout=_PATIENCE_SECONDS))
        _run(client, 20)  # warm up
        measured = []
        for _ in range(runs):
            time.sleep(rest_seconds)
            measured.append(_run(client, turns))
    table = Table("", "least s", "median s", "most s", box=None)
    for name in ("submitted", "listed", "fetched"):
        seconds = [getattr(each, name) for each in measured]
        figures = (min(seconds), statistics.median(seconds), max(seconds))
        table.add_row(name, *(f"{each:.2f}" for each in figures))
    console.print(table)
    median = statistics.median(each.fetched for each in measured)
    target = Target(name=f"first of {turns:,} turns, median, s", figure=median, limit=_LIMIT_SECONDS)
    print_targets([target], console)
    raise typer.Exit(0 if target.is_met else 1)


if __name__ == "__main__":
    typer.run(main)
