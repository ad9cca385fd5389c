"""Assemble a job: join its stored segments into one file, and complete it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from castline.audio.assembly import plan_assembly
from castline.audio.errors import BrokenSegment
from castline.audio.formats import OutputFormat
from castline.audio.keys import audio_key
from castline.audio.timeline import TurnLengths
from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus, Result, SubtitleTiming, SynthesisMode, TurnTiming
from castline.metrics import Metric
from castline.observability import logger, measure, note
from castline.pcm import ms_to_samples
from castline.speech.places import ends_sentence
from castline.synthesis.captions import chapter_timings, mp3_tag, subtitle_cues
from castline.synthesis.segment_source import StoredSegments
from castline.synthesis.segments import plan_turns
from castline.synthesis.word_timings import word_timings
from castline.usecases.errors import JobFailing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from castline.audio.assembly import Assembly
    from castline.audio.storage import AudioStorage
    from castline.jobs.model import Dialogue, JobRecord, SpokenSegment
    from castline.jobs.repository import JobRepository
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.segments import PlannedTurn


class AssembleJob:
    """Writes the audio of a job whose segments are all stored, and makes the job completed."""

    def __init__(
        self,
        repository: JobRepository,
        storage: AudioStorage,
        *,
        provider: Callable[[str], EnabledProvider],
        now: Callable[[], datetime],
    ) -> None:
        """Prepare, with the jobs, their audio, what gives a speech provider by its id, and the clock."""
        self._repository = repository
        self._storage = storage
        self._provider = provider
        self._now = now

    def __call__(self, job_id: str) -> None:
        """Assemble a job.

        Raises:
            JobNotActive: the job has ended meanwhile; no audio is left behind.
            JobFailing: a segment is missing or not as it was stored (``BrokenSegment``).
            InputUnreadable: the dialogue is missing or unreadable.
            ProviderMisconfigured: the job's provider is not enabled any more.
        """
        record = self._repository.get_record(job_id, with_words=True)
        if record is None or record.job.status is not JobStatus.PROCESSING:
            raise JobNotActive(record.job.status if record else None)
        note(user_id=record.job.user_id)

        dialogue = record.readable_dialogue
        provider = self._provider(record.job.provider).provider
        planned = plan_turns(dialogue, provider)
        turns = _spoken_turns(record, planned)
        assembly = plan_assembly(
            _lengths(dialogue, planned, turns),
            output_format=record.job.output_format,
            crossfade_ms=dialogue.crossfade_ms,
            has_seamless_joints=any(map(_has_seamless_joint, planned)),
        )
        # The same id at every attempt: a second one overwrites what the first has left.
        audio_file_id = str(uuid.uuid5(uuid.UUID(job_id), "audio"))
        size_bytes = _write(record, planned, turns, assembly, audio_file_id, self._storage)
        spoken = list(chain.from_iterable(turns))
        segments = list(chain.from_iterable(turn.segments for turn in planned))
        self._storage.put_cues(job_id, audio_file_id, subtitle_cues(record, segments, spoken, assembly))
        self._storage.put_words(job_id, audio_file_id, word_timings(record, segments, spoken, assembly))
        reports_words = all(provider.traits(segment.utterance.voice_id).reports_words for segment in segments)
        result = replace(
            _describe(record, turns, assembly, size_bytes),
            subtitle_timing=SubtitleTiming.REPORTED if reports_words else SubtitleTiming.ESTIMATED,
            chapters=chapter_timings(planned, assembly),
        )
        try:
            completed = self._repository.complete(record, result, audio_file_id=audio_file_id, now=self._now())
        except JobNotActive as refusal:
            if refusal.status is not JobStatus.COMPLETED:
                self._storage.delete_audio(job_id)
            raise
        measure({Metric.JOBS_COMPLETED: 1, Metric.JOB_LATENCY: completed.latency_ms or 0})
        logger.info("completed", extra={"duration_ms": assembly.timeline.duration_ms, "size_bytes": size_bytes})


def _spoken_turns(record: JobRecord, planned: Sequence[PlannedTurn]) -> list[list[SpokenSegment]]:
    """Return the stored segments of each turn, in spoken order.

    Raises:
        JobFailing: no batch has recorded one of the planned segments.
    """
    spoken = {segment.number: segment for batch in record.batches for segment in batch.segments}
    turns: list[list[SpokenSegment]] = []
    for position, turn in enumerate(planned):
        try:
            turns.append([spoken[segment.number] for segment in turn.segments])
        except KeyError:
            raise _broken(record, position, "a segment was not recorded") from None
    return turns


def _lengths(
    dialogue: Dialogue, planned: Sequence[PlannedTurn], spoken: Sequence[Sequence[SpokenSegment]]
) -> list[TurnLengths]:
    """Return the lengths of the turns' parts. The pause after the last turn is silence at the end of the file."""
    *_, last = dialogue.turns
    return [
        TurnLengths(
            segments=tuple(segment.samples for segment in segments),
            pauses=_pauses(turn, silence_at_end_ms=(wanted.pause_after_ms or 0) if wanted is last else 0),
            gap_ms=dialogue.gap_ms if wanted.pause_after_ms is None else wanted.pause_after_ms,
        )
        for wanted, turn, segments in zip(dialogue.turns, planned, spoken, strict=True)
    ]


def _pauses(turn: PlannedTurn, *, silence_at_end_ms: int) -> tuple[int, ...]:
    pauses_ms = [
        *(segment.pause_before_ms for segment in turn.segments),
        turn.pause_after_ms + silence_at_end_ms,
    ]
    return tuple(map(ms_to_samples, pauses_ms)) if any(pauses_ms) else ()


def _has_seamless_joint(turn: PlannedTurn) -> bool:
    return any(
        not other.pause_before_ms and not ends_sentence(one.utterance.text) for one, other in pairwise(turn.segments)
    )


def _write(
    record: JobRecord,
    planned: Sequence[PlannedTurn],
    turns: list[list[SpokenSegment]],
    assembly: Assembly,
    audio_file_id: str,
    storage: AudioStorage,
) -> int:
    """Stream the joined turns into one object, and return its size in bytes.

    Raises:
        JobFailing: a segment is not as it was stored. All that are not are deleted: the next job has them spoken
            again.
    """
    output_format = assembly.output_format
    segments = list(chain.from_iterable(turns))
    source = StoredSegments(storage, record.job.user_id, segments)
    chunks = assembly.write(source)
    if output_format is OutputFormat.MP3:
        chunks = chain([mp3_tag(record, planned, assembly)], chunks)
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


def _broken(record: JobRecord, position: int, reason: str) -> JobFailing:
    return JobFailing(BrokenSegment(reason), turn_index=record.readable_dialogue.turns[position].index)


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
