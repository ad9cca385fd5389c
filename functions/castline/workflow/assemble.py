"""The last task: joins the stored segments into one file and completes the job."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.audio.assembly import plan_assembly
from castline.audio.errors import BrokenSegment
from castline.audio.formats import OutputFormat
from castline.audio.keys import audio_key
from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus, Result, SynthesisMode, TurnTiming
from castline.metrics import Metric
from castline.observability import logger, measure, note, observed
from castline.speech.places import ends_sentence
from castline.workflow.captions import mp3_tag, subtitle_cues
from castline.workflow.failures import with_details
from castline.workflow.segment_source import StoredSegments
from castline.workflow.segments import plan_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.audio.assembly import Assembly
    from castline.audio.storage import AudioStorage
    from castline.jobs.model import JobRecord, SpokenSegment
    from castline.workflow.segments import Segment


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

    provider = composition.speech_provider(record.job.provider).provider
    planned = plan_segments(record.readable_dialogue, provider)
    turns = _spoken_turns(record, planned)
    assembly = plan_assembly(
        [[segment.samples for segment in turn] for turn in turns],
        output_format=OutputFormat(record.job.output_format),
        gap_ms=record.readable_dialogue.gap_ms,
        crossfade_ms=record.readable_dialogue.crossfade_ms,
        has_seamless_joints=any(
            one.turn == other.turn and not ends_sentence(one.utterance.text) for one, other in pairwise(planned)
        ),
    )
    # The same id at every attempt: a second one overwrites what the first has left.
    audio_file_id = str(uuid.uuid5(uuid.UUID(job_id), "audio"))
    size_bytes = _write(record, turns, assembly, audio_file_id, storage)
    spoken = list(chain.from_iterable(turns))
    storage.put_cues(job_id, audio_file_id, subtitle_cues(record, planned, spoken, assembly))
    try:
        completed = repository.finish(
            record.job,
            JobStatus.COMPLETED,
            now=datetime.now(UTC),
            completed_segments=record.completed_segments,
            retry_count=record.retry_count,
            audio_file_id=audio_file_id,
            result=_describe(record, turns, assembly, size_bytes),
        )
    except JobNotActive as refusal:
        if refusal.status is not JobStatus.COMPLETED:
            storage.delete_audio(job_id)
        raise
    measure({Metric.JOBS_COMPLETED: 1, Metric.JOB_LATENCY: completed.latency_ms or 0})
    logger.info("completed", extra={"duration_ms": assembly.timeline.duration_ms, "size_bytes": size_bytes})


def _spoken_turns(record: JobRecord, planned: Sequence[Segment]) -> list[list[SpokenSegment]]:
    """The stored segments of each turn, in spoken order.

    Raises:
        BrokenSegment: no batch has recorded one of the planned segments.
    """
    spoken = {segment.number: segment for batch in record.batches for segment in batch.segments}
    turns: list[list[SpokenSegment]] = []
    for position, segments in groupby(planned, key=lambda segment: segment.turn):
        try:
            turns.append([spoken[segment.number] for segment in segments])
        except KeyError:
            raise _broken(record, position, "a segment was not recorded") from None
    return turns


def _write(
    record: JobRecord,
    turns: list[list[SpokenSegment]],
    assembly: Assembly,
    audio_file_id: str,
    storage: AudioStorage,
) -> int:
    """Stream the joined turns into one object, and return its size in bytes.

    Raises:
        BrokenSegment: a segment is not as it was stored. All that are not are deleted: the next job has them spoken
            again.
    """
    output_format = assembly.output_format
    segments = list(chain.from_iterable(turns))
    source = StoredSegments(storage, record.job.user_id, segments)
    chunks = assembly.write(source)
    if output_format is OutputFormat.MP3:
        chunks = chain([mp3_tag(record, assembly)], chunks)
    try:
        return storage.put_audio(
            audio_key(record.job.id, audio_file_id, output_format.extension),
            chunks,
            content_type=output_format.content_type,
        )
    except BrokenSegment as error:
        turn_of = [position for position, turn in enumerate(turns) for _ in turn]
        for segment in {segments[source.position], *source.broken()}:
            storage.delete_segment(record.job.user_id, segment.fingerprint)
        raise _broken(record, turn_of[source.position], str(error)) from error


def _broken(record: JobRecord, position: int, reason: str) -> BrokenSegment:
    return with_details(BrokenSegment(reason), turn_index=record.readable_dialogue.turns[position].index)


def _describe(record: JobRecord, turns: list[list[SpokenSegment]], assembly: Assembly, size_bytes: int) -> Result:
    segments = list(chain.from_iterable(turns))
    is_native = any(batch.is_native for batch in record.batches)
    return Result(
        duration_ms=assembly.timeline.duration_ms,
        synthesis_mode=SynthesisMode.NATIVE if is_native else SynthesisMode.SEGMENTED,
        content_type=assembly.output_format.content_type,
        size_bytes=size_bytes,
        characters=sum(len(turn.text) for turn in record.readable_dialogue.turns),
        billed_characters=sum(segment.billed_characters for segment in segments),
        reused_segments=sum(segment.is_reused for segment in segments),
        turn_timings=tuple(
            TurnTiming(turn_index=turn.index, speaker=turn.speaker, start_ms=span.start_ms, end_ms=span.end_ms)
            for turn, span in zip(record.readable_dialogue.turns, assembly.timeline.spans, strict=True)
        ),
    )
