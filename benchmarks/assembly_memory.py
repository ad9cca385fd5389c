"""Benchmark of the assembling task: peak memory and time against the length of the dialogue.

The real handler runs in a process of its own, as it does in Lambda. DynamoDB and S3 run in another process.

    python -m benchmarks.assembly_memory --turns 20 --turns 200 --turns 1000
"""

from __future__ import annotations

import json
import logging
import math
import subprocess
import sys
import time
from array import array
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from uuid6 import uuid7

from benchmarks.process_figures import peak_rss_mb
from castline.audio.formats import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS_A_TURN = 6
_USER = "benchmark"


@dataclass(frozen=True, slots=True)
class Measurement:
    """The length of one dialogue, and the time and memory for its assembly."""

    turns: int
    output_format: OutputFormat
    audio_seconds: float
    size_bytes: int
    seconds: float
    peak_rss_mb: float
    """The peak memory of the whole process, imports included."""


@contextmanager
def aws_over_http() -> Iterator[None]:
    """Run DynamoDB and S3 in this process. Boto3 reaches them over HTTP from here and from child processes."""
    from moto.server import ThreadedMotoServer

    from castline import composition
    from local import resources
    from local.environment import environment_variables

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "TABLE_NAME": "castline",
        "BUCKET_NAME": "castline-audio",
        "SPEECH_PROVIDERS": resources.SPEECH_PROVIDERS,
        "POWERTOOLS_LOG_LEVEL": "ERROR",
    }
    try:
        with environment_variables(variables):
            composition.reset()
            resources.create_table(variables["TABLE_NAME"])
            resources.create_bucket(variables["BUCKET_NAME"])
            yield
            composition.reset()
    finally:
        server.stop()


def measure(turns: int, output_format: OutputFormat) -> Measurement:
    """Assemble a dialogue with ``turns`` turns in a process of its own, within :func:`aws_over_http`."""
    job_id = _store_spoken_job(turns, output_format)
    child = subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-m", "benchmarks.assembly_memory", "--assemble", job_id],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    report: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])  # before it, what the handler has to tell
    from castline import composition

    record = composition.job_repository().get_record(job_id)
    assert record is not None
    assert record.result is not None
    return Measurement(
        turns=turns,
        output_format=output_format,
        audio_seconds=record.result.duration_ms / 1000,
        size_bytes=record.result.size_bytes,
        **report,
    )


def _store_spoken_job(turns: int, output_format: OutputFormat) -> str:
    """Store a job whose segments have all been spoken, and return its id."""
    from castline import composition
    from castline.audio.stored_segment import encode_segment
    from castline.jobs.model import Batch, Dialogue, Job, JobStatus, JobType, SpokenSegment, Turn, VoiceAssignment

    now = datetime.now(UTC)
    job = Job(
        id=str(uuid7()),
        user_id=_USER,
        status=JobStatus.PENDING,
        job_type=JobType.MULTI_ROLE_TTS,
        provider="azure",
        output_format=output_format,
        created_at=now,
    )
    dialogue = Dialogue(
        provider="azure",
        turns=tuple(Turn(speaker="A", text=f"{number}", index=number) for number in range(turns)),
        voice_assignments=(VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural"),),
        language="zh-TW",
        output_format=output_format,
        gap_ms=300,
        crossfade_ms=50,
    )
    samples = SECONDS_A_TURN * 24_000
    hum = encode_segment(array("h", (int(9000 * math.sin(number / 19)) for number in range(samples))).tobytes())
    repository, storage = composition.job_repository(), composition.audio_storage()
    repository.create(job, dialogue, max_active=1_000)
    repository.start(job, total_segments=turns, now=now)
    spoken = []
    for number in range(turns):
        fingerprint = f"{number:064x}"
        storage.put_segment(_USER, fingerprint, hum, {})
        spoken.append(SpokenSegment(number=number, fingerprint=fingerprint, samples=samples))
    repository.record_batch(job.id, Batch(number=0, segments=tuple(spoken)), now=now)
    return job.id


def _assemble(job_id: str) -> dict[str, float]:
    """Run the handler in this process, and report the process's peak memory."""
    from castline.workflow import assemble
    from local.cloud.lambda_context import LambdaContext

    context: Any = LambdaContext(function_name="assemble", function_arn="arn", memory_mb=1024, timeout_seconds=300)
    started = time.perf_counter()
    assemble.handler({"job_id": job_id}, context)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_rss_mb": peak_rss_mb()}


def main(
    turns: Annotated[list[int] | None, typer.Option(min=1, max=1000, help="Turns of 6 s each; repeatable.")] = None,
    output: Annotated[Path | None, typer.Option(help="A JSON file for the figures.")] = None,
    assemble: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure the assembling task: peak memory must not grow with the dialogue."""
    if assemble is not None:
        print(json.dumps(_assemble(assemble)))
        return
    with aws_over_http():
        measurements = [
            measure(count, output_format) for output_format in OutputFormat for count in turns or [20, 200, 1000]
        ]
    print(f"{'turns':>6} {'format':>6} {'audio s':>8} {'MB':>7} {'time s':>7} {'peak RSS MB':>12}")
    for each in measurements:
        print(
            f"{each.turns:>6} {each.output_format:>6} {each.audio_seconds:>8.0f} {each.size_bytes / 1e6:>7.1f} "
            f"{each.seconds:>7.2f} {each.peak_rss_mb:>12.1f}"
        )
    if output is not None:
        from dataclasses import asdict

        output.write_text(json.dumps([asdict(each) for each in measurements], indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(main)
