"""Benchmark of each function's peak memory and time, on which infra/functions.py is based.

    python -m benchmarks.function_memory

Each invocation is the first one of a new process of the deployed Python version, if it is installed, with the
deployed code (``layers.build``). AWS and the provider are emulated in this process; functions that call them spend
most of their time there. The largest job has 100,000 characters, in 100 turns of the longest request to the provider.
``benchmarks.assembly_memory`` measures the memory that depends on the length of the audio.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.assembly_memory import aws_over_http
from benchmarks.cold_start import FIRST, PROCESS
from castline import composition
from castline.jobs.limits import MAX_DIALOGUE_CHARACTERS
from castline.speech.providers.azure.provider import MAX_UTTERANCE_CHARACTERS, AzureSpeech
from castline.synthesis.segments import plan_speech
from infra import functions
from layers.build import build
from local import resources
from local.azure_speech.server import AzureSpeechEmulator
from local.emulated.runtime import prepare_runtime
from local.environment import environment_variables
from tests.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from layers.build import Artefacts
    from local.emulated.runtime import Runtime

_SENTENCE = "今天天氣真好，我們一起去公園走走，順便買一杯咖啡回來。"
_ROLE = "arn:aws:iam::123456789012:role/benchmark"
_NOTHING = json.dumps({"StartAt": "Nothing", "States": {"Nothing": {"Type": "Succeed"}}})

_REMOVAL = {
    "Records": [
        {
            "eventID": "1",
            "eventName": "REMOVE",
            "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
            "dynamodb": {
                "Keys": {"pk": {"S": "JOB#01900000-0000-7000-8000-000000000000"}, "sk": {"S": "JOB"}},
                "SequenceNumber": "1",
            },
        }
    ]
}
"""The event of the removal of a job by TTL."""

AZURE = AzureSpeech({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The figures of one invocation."""

    function: str
    size: str
    seconds: float
    peak_rss_mb: float
    """The peak memory of the whole process, interpreter included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    name: str
    turns: int
    characters: int
    """The characters of each turn."""

    def body(self) -> dict[str, Any]:
        text = _SENTENCE * (self.characters // len(_SENTENCE) + 1)
        return {
            "provider": "azure",
            "turns": [
                # All turns differ, so that each has to be synthesized.
                {"speaker": "AB"[index % 2], "text": f"{index:03d}{text}"[: self.characters], "index": index}
                for index in range(self.turns)
            ],
            "voice_assignments": [
                {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"},
                {"speaker": "B", "voice_id": "zh-TW-YunJheNeural"},
            ],
        }


SIZES = (
    _Size(name="small", turns=2, characters=20),
    _Size(
        name="largest",
        turns=MAX_DIALOGUE_CHARACTERS // MAX_UTTERANCE_CHARACTERS,
        characters=MAX_UTTERANCE_CHARACTERS,
    ),
)


class _Host:
    """A host that invokes each function in a new process."""

    def __init__(self, artefacts: Artefacts, runtime: Runtime) -> None:
        self._artefacts = artefacts
        self._runtime = runtime

    def invoke(self, spec: functions.FunctionSpec, event: Any, *, size: str) -> Measurement:
        """Invoke a function.

        Raises:
            RuntimeError: the invocation failed.
        """
        layers = [self._artefacts.core, self._artefacts.speech] if spec.needs_speech else [self._artefacts.core]
        task = {
            "path": [
                str(self._artefacts.code),
                *(str(layer / "python") for layer in layers),
                str(self._runtime.packages),
            ],
            "function_name": spec.name,
            "handler": spec.handler,
            "event": event,
            "eager": [],
        }
        child = subprocess.run(  # noqa: S603 (our own program)
            [self._runtime.interpreter, "-I", "-S", "-B", str(PROCESS)],
            input=json.dumps(task),
            check=False,
            capture_output=True,
            text=True,
            env=dict(os.environ),
        )
        if child.returncode or child.stderr:
            raise RuntimeError(f"{spec.name} failed: {child.stderr}")
        figures: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
        return Measurement(
            function=spec.name,
            size=size,
            seconds=figures["ended"] - figures["imported"],
            peak_rss_mb=figures["peak_rss_mb"],
        )


def measure() -> Iterator[Measurement]:
    """Measure every function with a job of each size."""
    runtime = prepare_runtime()
    artefacts = build(python=runtime.python, architecture=runtime.architecture)
    with AzureSpeechEmulator() as speech, aws_over_http(), quiet():
        resources.create_speech_secret({"key": speech.key, "host": speech.host})
        machine = boto3.client("stepfunctions").create_state_machine(
            name="castline", definition=_NOTHING, roleArn=_ROLE
        )
        variables = {
            **resources.create_queues(),
            "SPEECH_PROVIDERS": resources.SPEECH_PROVIDERS,
            "MAX_ACTIVE_JOBS": "100",
            "STATE_MACHINE_ARN": machine["stateMachineArn"],
        }
        with environment_variables(variables):
            composition.reset()
            for size in SIZES:
                yield from _life(_Host(artefacts, runtime), size)


def _life(host: _Host, size: _Size) -> Iterator[Measurement]:
    """Run a job from its submission to the end of its retention, and jobs of its size that end otherwise."""
    completed = yield from _submitted(host, size)
    yield host.invoke(functions.PLAN, {"job_id": completed}, size=size.name)
    record = composition.job_repository().get_record(completed)
    assert record is not None
    for batch in plan_speech(record.readable_dialogue, AZURE).batches[:1]:
        event = {"job_id": completed, "user_id": record.job.user_id, "batch": asdict(batch), "task_token": "none"}
        yield host.invoke(functions.QUEUE_BATCH, event, size=size.name)
        ticket = {"messageId": "1", "receiptHandle": "none", "body": "{}"}
        yield host.invoke(functions.SYNTHESIZE, {"Records": [ticket]}, size=size.name)
    if size is SIZES[0]:
        yield host.invoke(functions.ASSEMBLE, {"job_id": completed}, size=size.name)
    for spec, more in (
        (functions.RECORD_FAILURE, {"failure": {"Error": "States.Timeout", "Cause": ""}}),
        (functions.EXECUTION_ENDED, {}),
    ):
        job_id = yield from _submitted(host, size)
        event = {"job_id": job_id, "detail": {"name": job_id, "status": "TIMED_OUT"}, **more}
        yield host.invoke(spec, event, size=size.name)
    yield host.invoke(functions.EXPIRE, _REMOVAL, size=size.name)
    with environment_variables({"RECONCILE_AFTER_SECONDS": "0", "SETTLE_AFTER_SECONDS": "0"}):
        yield host.invoke(functions.RECONCILE, {}, size=size.name)


def _submitted(host: _Host, size: _Size) -> Generator[Measurement, None, str]:
    event = {**FIRST["api, a submission"].event, "body": json.dumps(size.body(), ensure_ascii=False)}
    yield host.invoke(functions.API, event, size=size.name)
    page = composition.job_repository().list_page("benchmark", now=datetime.now(UTC), limit=1)
    return page.jobs[0].id


def main(
    output: Annotated[Path, typer.Option(help="JSON file for the figures.")] = Path("out") / "function_memory.json",
) -> None:
    """Measure the peak memory of every function, for a small job and for the largest one."""
    console = Console(highlight=False)
    measurements = list(measure())
    table = Table(box=None)
    for heading in ("function", "job"):
        table.add_column(heading)
    for heading in ("s", "peak MB", "has MB"):
        table.add_column(heading, justify="right")
    granted = {spec.name: spec.memory_mb for spec in functions.ALL}
    for each in measurements:
        table.add_row(
            each.function, each.size, f"{each.seconds:.1f}", f"{each.peak_rss_mb:.0f}", str(granted[each.function])
        )
    console.print(table)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps([asdict(each) for each in measurements], indent=2) + "\n", "utf-8")
    console.print(f"Python {platform.python_version()}; saved in {output}")


if __name__ == "__main__":
    typer.run(main)
