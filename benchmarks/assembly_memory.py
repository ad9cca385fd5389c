"""Benchmark of the assemble task: peak memory and time by the length of the dialogue, for each kind of file.

The real handler runs in a separate process, as in Lambda. DynamoDB and S3 run in another process.

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
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from uuid6 import uuid7

from benchmarks.process_figures import cpu_seconds, peak_rss_mb
from benchmarks.recipe import Recipe
from benchmarks.spoken_segments import MUSIC, write_music
from castline.audio.profile import Loudness, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS_A_TURN = 6
_USER = "benchmark"
_BED = "bed"
_LUFS = -13.0
"""The approximate loudness of the hum in LUFS."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The length of one dialogue, and the time and memory for its assembly."""

    turns: int
    recipe: Recipe
    audio_seconds: float
    size_bytes: int
    seconds: float
    cpu_seconds: float
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


def measure(turns: int, recipe: Recipe) -> Measurement:
    """Assemble a dialogue with ``turns`` turns in a separate process, within :func:`aws_over_http`."""
    job_id = _store_spoken_job(turns, recipe)
    child = subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-m", "benchmarks.assembly_memory", "--assemble", job_id],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    report: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])  # the lines before it are logs
    from castline import composition

    record = composition.job_repository().get_record(job_id)
    assert record is not None
    assert record.result is not None
    return Measurement(
        turns=turns,
        recipe=recipe,
        audio_seconds=record.result.duration_ms / 1000,
        size_bytes=record.result.size_bytes,
        **report,
    )


def _store_spoken_job(turns: int, recipe: Recipe) -> str:
    """Store a job whose segments have all been synthesized, and return its id."""
    from castline import composition
    from castline.audio.stored_segment import encode_segment, studio_segment
    from castline.jobs.model import (
        Batch,
        Bed,
        Dialogue,
        Job,
        JobStatus,
        JobType,
        Music,
        SpokenSegment,
        Turn,
        VoiceAssignment,
    )
    from castline.synthesis.mastered_frames import frame_master

    now = datetime.now(UTC)
    job = Job(
        id=str(uuid7()),
        user_id=_USER,
        status=JobStatus.PENDING,
        job_type=JobType.MULTI_ROLE_TTS,
        provider="azure",
        output_format=recipe.output_format,
        created_at=now,
    )
    dialogue = Dialogue(
        provider="azure",
        turns=tuple(Turn(speaker="A", text=f"{number}", index=number) for number in range(turns)),
        voice_assignments=(VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural"),),
        language="zh-TW",
        output_format=recipe.output_format,
        gap_ms=300,
        crossfade_ms=50,
        quality=recipe.quality,
        loudness=Loudness.PODCAST,
        music=Music(bed=Bed(sound_id=_BED)) if recipe.has_music else None,
    )
    samples = SECONDS_A_TURN * 24_000
    is_studio = recipe.quality is Quality.STUDIO
    sine = (int(9000 * math.sin(number / 19)) for number in range(samples * (2 if is_studio else 1)))
    hum = (studio_segment if is_studio else encode_segment)(array("h", sine).tobytes())
    repository, storage = composition.job_repository(), composition.audio_storage()
    if recipe.has_music:
        _store_music()
    repository.create(job, dialogue, max_active=1_000)
    repository.start(job, total_segments=turns, now=now)
    record = repository.get_record(job.id)
    assert record is not None
    frames = frame_master(record.readable_dialogue, storage, user_id=record.job.user_id)
    spoken = []
    for number in range(turns):
        fingerprint = f"{number:064x}"
        segment, mastered = frames.add_to(hum, fingerprint, lufs=_LUFS) if frames else (hum, None)
        storage.put_segment(_USER, fingerprint, segment, {})
        spoken.append(
            SpokenSegment(number=number, fingerprint=fingerprint, samples=samples, lufs=_LUFS, mastered=mastered)
        )
    repository.record_batch(job.id, Batch(number=0, segments=tuple(spoken)), now=now)
    return job.id


def _store_music() -> None:
    from castline import composition
    from castline.sounds.keys import PCM

    with TemporaryDirectory() as folder:
        write_music(Path(folder))
        composition.sound_storage().put_file(_USER, _BED, PCM[Quality.STUDIO], Path(folder) / MUSIC)


def _assemble(job_id: str) -> dict[str, float]:
    """Run the handler in this process, and report the process's peak memory."""
    from castline.workflow import assemble
    from local.cloud.lambda_context import LambdaContext

    context: Any = LambdaContext(function_name="assemble", function_arn="arn", memory_mb=1024, timeout_seconds=300)
    started = time.perf_counter()
    assemble.handler({"job_id": job_id}, context)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "cpu_seconds": cpu_seconds(), "peak_rss_mb": peak_rss_mb()}


def main(
    turns: Annotated[list[int] | None, typer.Option(min=1, max=1000, help="Turns of 6 s each; repeatable.")] = None,
    output: Annotated[Path | None, typer.Option(help="JSON file for the figures.")] = None,
    assemble: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure the assemble task, whose peak memory must not grow with the dialogue."""
    if assemble is not None:
        print(json.dumps(_assemble(assemble)))
        return
    with aws_over_http():
        measurements = [measure(count, recipe) for recipe in Recipe for count in turns or [20, 200, 1000]]
    print(f"{'turns':>6} {'file':>22} {'audio s':>8} {'MB':>7} {'time s':>7} {'CPU s':>7} {'peak RSS MB':>12}")
    for each in measurements:
        print(
            f"{each.turns:>6} {each.recipe.label:>22} {each.audio_seconds:>8.0f} {each.size_bytes / 1e6:>7.1f} "
            f"{each.seconds:>7.2f} {each.cpu_seconds:>7.2f} {each.peak_rss_mb:>12.1f}"
        )
    if output is not None:
        rows = [{**asdict(each), "recipe": each.recipe.label} for each in measurements]
        output.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    typer.run(main)
