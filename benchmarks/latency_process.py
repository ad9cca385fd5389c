"""Process of the latency benchmark: a local stack of the checkout that PYTHONPATH names.

``benchmarks.latency`` also starts it with the code of older checkouts, so it uses only modules that they have, too.
Each line on its standard input is a list of numbers of turns. The process runs jobs of these lengths at once, and
prints their times and calls as JSON.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3
import httpx

from benchmarks.speech_process import speech_process
from castline import composition
from castline.observability import logger
from infra import functions
from local.azure_speech.engines import VoiceEngineName
from local.quickstart import DIALOGUE
from local.resources import SECRET_ID
from local.stack import AzureAccount, LocalStack

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHARACTERS = "天地人你我他好大小多少上下來去今明日月年時春夏秋冬東西南北山水風雨花草樹木星空海河湖田路橋車船"
_CHARACTERS_A_TURN = 15
_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 120.0
_SERVICES = ("s3", "dynamodb", "sqs", "stepfunctions")


class Calls:
    """A listener on boto3's default session that counts the calls of all functions except the API."""

    def __init__(self) -> None:
        boto3.setup_default_session()
        session: Any = boto3.DEFAULT_SESSION
        session.events.register("after-call", self._count)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self) -> dict[str, int]:
        """Return the number of calls by operation since the last ``take``."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return dict(sorted(counts.items()))

    def _count(self, model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        # Threads that a function starts may have no function name.
        function = logger.thread_safe_get_current_keys().get("function_name")
        if service in _SERVICES and function != functions.API.name:
            with self._lock:
                self._counts[f"{service}.{model.name}"] += 1


class Stack:
    """A client of a local stack that is running."""

    def __init__(self, client: httpx.Client, calls: Calls) -> None:
        self._client = client
        self._calls = calls
        self._chance = random.Random(1)  # noqa: S311 (repeatable, not secret)
        self._executions = boto3.Session().client("stepfunctions")  # calls of this session are not counted

    def run(self, lengths: Sequence[int]) -> dict[str, Any]:
        """Run jobs at once; return the seconds until each was seen completed, the CPU time, calls and transitions."""
        self._calls.take()
        started, cpu_before = time.perf_counter(), time.process_time()
        open_jobs = {self._submit(turns): position for position, turns in enumerate(lengths)}
        ids, seconds = list(open_jobs), [0.0] * len(lengths)
        while open_jobs:
            time.sleep(_POLL_SECONDS)
            for job_id, position in list(open_jobs.items()):
                job = self._client.get(f"/jobs/{job_id}").raise_for_status().json()
                elapsed = time.perf_counter() - started
                if job["status"] == "failed" or elapsed > _PATIENCE_SECONDS:
                    told = {name: job[name] for name in ("status", "progress", "retry_count")}
                    raise RuntimeError(f"job {job_id} after {elapsed:.1f} s: {told}, {job.get('error_code')}")
                if job["status"] == "completed":
                    seconds[position] = elapsed
                    del open_jobs[job_id]
        return {
            "seconds": seconds,
            "cpu_seconds": time.process_time() - cpu_before,
            "calls": self._calls.take(),
            "transitions": sum(map(self._transitions, ids)),
        }

    def _submit(self, count: int) -> str:
        turns = [
            {
                "speaker": "AB"[index % 2],
                "text": "".join(self._chance.choices(_CHARACTERS, k=_CHARACTERS_A_TURN - 1)) + "。",
                "index": index,
            }
            for index in range(count)
        ]
        job_id: str = self._client.post("/jobs", json={**DIALOGUE, "turns": turns}).raise_for_status().json()["id"]
        return job_id

    def _transitions(self, job_id: str) -> int:
        """Return the number of states that the execution of a job has entered."""
        (machine,) = self._executions.list_state_machines()["stateMachines"]
        arn = machine["stateMachineArn"].replace(":stateMachine:", ":execution:") + f":{job_id}"
        pages = self._executions.get_paginator("get_execution_history").paginate(executionArn=arn)
        return sum(event["type"].endswith("StateEntered") for page in pages for event in page["events"])


def _serve(latency_ms: int) -> None:
    answers = sys.stdout
    with (
        redirect_stdout(sys.stderr),
        speech_process(voice_engine=VoiceEngineName.TONE, latency_ms=latency_ms) as speech,
        TemporaryDirectory() as folder,
        LocalStack(
            speech=AzureAccount(key=speech.key, region="local"), log_file=Path(folder) / "functions.log"
        ) as stack,
        httpx.Client(base_url=f"{stack.url}/api/v1", timeout=_PATIENCE_SECONDS) as client,
    ):
        boto3.Session().client("secretsmanager").put_secret_value(
            SecretId=SECRET_ID, SecretString=json.dumps({"key": speech.key, "host": speech.host})
        )
        calls = Calls()
        composition.reset()  # existing clients do not report to the listener
        ready = Stack(client, calls)
        ready.run([20])
        for line in sys.stdin:
            print(json.dumps(ready.run(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
