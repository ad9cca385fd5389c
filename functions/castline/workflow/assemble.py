"""The last task: joins the stored segments into one file and completes the job."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.audio.errors import BrokenSegment
from castline.audio.formats import OutputFormat, encode
from castline.audio.mixing import mix
from castline.audio.pcm import ms_to_samples
from castline.audio.storage import audio_key
from castline.audio.timeline import Timeline, lay_out
from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus, Result, TurnTiming
from castline.metrics import Metric
from castline.observability import logger, measure, note, observed
from castline.workflow.failures import with_details
from castline.workflow.segments import plan_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import JobRecord, SpokenSegment


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Assemble the job ``event["job_id"]``.

    Raises:
        JobNotActive: the job has ended meanwhile; no audio is left behind.
        BrokenSegment: a segment is missing or not as long as it was; the message names its turn.
    """
    job_id: str = event["job_id"]
    note(job_id=job_id)
    repository, storage = composition.job_repository(), composition.audio_storage()
    record = repository.get_record(job_id)
    if record is None or record.job.status is not JobStatus.PROCESSING:
        raise JobNotActive(record.job.status if record else None)
    note(user_id=record.job.user_id)

    turns = _spoken_turns(record)
    timeline = lay_out(
        [sum(segment.samples for segment in turn) for turn in turns],
        gap_ms=record.dialogue.gap_ms,
        crossfade_ms=record.dialogue.crossfade_ms,
    )
    output_format = OutputFormat(record.job.output_format)
    # The same id at every attempt: a second one overwrites what the first has left.
    audio_file_id = str(uuid.uuid5(uuid.UUID(job_id), "audio"))
    key = audio_key(job_id, audio_file_id, output_format.extension)
    size_bytes = _write(record, turns, timeline, storage=storage, key=key, output_format=output_format)
    try:
        completed = repository.finish(
            record.job,
            JobStatus.COMPLETED,
            now=datetime.now(UTC),
            completed_segments=record.completed_segments,
            retry_count=record.retry_count,
            audio_file_id=audio_file_id,
            result=_describe(record, timeline, output_format, size_bytes),
        )
    except JobNotActive as refusal:
        if refusal.status is not JobStatus.COMPLETED:
            storage.delete_audio(job_id)
        raise
    measure({Metric.JOBS_COMPLETED: 1, Metric.JOB_LATENCY: completed.latency_ms or 0})
    logger.info("completed", extra={"duration_ms": timeline.duration_ms, "size_bytes": size_bytes})


def _spoken_turns(record: JobRecord) -> list[list[SpokenSegment]]:
    """The stored segments of each turn, in spoken order.

    Raises:
        BrokenSegment: no batch has recorded one of the planned segments.
    """
    spoken = {segment.number: segment for batch in record.batches for segment in batch.segments}
    turns: list[list[SpokenSegment]] = []
    for position, planned in groupby(plan_segments(record.dialogue), key=lambda segment: segment.turn):
        try:
            turns.append([spoken[segment.number] for segment in planned])
        except KeyError:
            raise _broken(record, position, "a segment was not recorded") from None
    return turns


def _write(
    record: JobRecord,
    turns: list[list[SpokenSegment]],
    timeline: Timeline,
    *,
    storage: AudioStorage,
    key: str,
    output_format: OutputFormat,
) -> int:
    """Stream the joined turns into one object, and return its size in bytes."""
    streams = storage.read_segments(record.job.user_id, [segment.fingerprint for turn in turns for segment in turn])
    current = 0

    def read_turns() -> Iterator[Iterator[bytes]]:
        nonlocal current
        for current, turn in enumerate(turns):  # noqa: B007 (read below, when a turn proves broken)
            yield chain.from_iterable(islice(streams, len(turn)))

    pcm = mix(read_turns(), timeline, fade_in_samples=ms_to_samples(record.dialogue.crossfade_ms))
    chunks = encode(output_format, pcm, timeline.total_samples)
    try:
        return storage.put_audio(key, chunks, content_type=output_format.content_type)
    except BrokenSegment as error:
        raise _broken(record, current, str(error)) from error


def _broken(record: JobRecord, position: int, reason: str) -> BrokenSegment:
    return with_details(BrokenSegment(reason), turn_index=record.dialogue.turns[position].index)


def _describe(record: JobRecord, timeline: Timeline, output_format: OutputFormat, size_bytes: int) -> Result:
    return Result(
        duration_ms=timeline.duration_ms,
        synthesis_mode="segmented",
        content_type=output_format.content_type,
        size_bytes=size_bytes,
        characters=sum(len(turn.text) for turn in record.dialogue.turns),
        turn_timings=tuple(
            TurnTiming(turn_index=turn.index, speaker=turn.speaker, start_ms=span.start_ms, end_ms=span.end_ms)
            for turn, span in zip(record.dialogue.turns, timeline.spans, strict=True)
        ),
    )
