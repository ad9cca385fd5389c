"""Assemble a job: join its stored segments into one file, and complete it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from castline.audio.errors import BrokenSegment
from castline.audio.keys import audio_key
from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus, Result, SubtitleTiming, SynthesisMode, TurnTiming
from castline.jobs.transitions import is_terminal
from castline.metrics import Metric
from castline.observability import logger, measure, note
from castline.scratch_folder import scratch_folder
from castline.synthesis.captions import chapter_timings, file_tags, subtitle_cues
from castline.synthesis.programme import plan_programme
from castline.synthesis.segment_source import StoredSegments
from castline.synthesis.segments import plan_turns
from castline.synthesis.word_timings import word_timings
from castline.usecases.errors import JobFailing
from castline.usecases.start_job import started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from castline.audio.assembly import Assembly
    from castline.audio.storage import AudioStorage
    from castline.audio.tags import Cover
    from castline.jobs.model import Dialogue, JobRecord, SpokenSegment
    from castline.jobs.repository import JobRepository
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.clips import DialogueClips
    from castline.synthesis.programme import Programme
    from castline.synthesis.segments import PlannedTurn


class AssembleJob:
    """Writes the audio of a job whose segments are all stored, and completes the job."""

    def __init__(
        self,
        repository: JobRepository,
        storage: AudioStorage,
        *,
        provider: Callable[[str], EnabledProvider],
        fetch_clips: Callable[[str, Dialogue, Path], DialogueClips],
        fetch_cover: Callable[[str, Dialogue], Cover | None],
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the job repository.
            storage: the audio storage.
            provider: returns the enabled speech provider with an id.
            fetch_clips: downloads the uploaded clips of a user's dialogue into a folder.
            fetch_cover: returns the cover of a user's dialogue.
            now: the clock.
        """
        self._repository = repository
        self._storage = storage
        self._fetch_clips = fetch_clips
        self._fetch_cover = fetch_cover
        self._provider = provider
        self._now = now

    def __call__(self, job_id: str) -> None:
        """Assemble a job.

        Raises:
            JobNotActive: the job has ended meanwhile. No audio is left behind.
            JobFailing: a segment is missing or damaged (``BrokenSegment``).
            InputUnreadable: the dialogue is missing or unreadable.
            ProviderMisconfigured: the job's provider is no longer enabled.
        """
        record = self._repository.get_record(job_id, with_words=True)
        if record is None or is_terminal(record.job.status):
            raise JobNotActive(record.job.status if record else None)
        note(user_id=record.job.user_id)

        provider = self._provider(record.job.provider).provider
        planned = plan_turns(record.readable_dialogue, provider)
        # The job is still pending if it has no batches, as a dialogue of pauses alone.
        total_segments = sum(len(turn.segments) for turn in planned)
        job = started(record.job, self._repository, total_segments=total_segments, now=self._now())
        record = replace(record, job=job)
        turns = _spoken_turns(record, planned)
        # The id is the same at every attempt, so that a second attempt overwrites the objects of the first.
        audio_file_id = str(uuid.uuid5(uuid.UUID(job_id), "audio"))
        spoken = list(chain.from_iterable(turns))
        segments = list(chain.from_iterable(turn.segments for turn in planned))
        with scratch_folder() as folder, ThreadPoolExecutor(2, thread_name_prefix="texts") as pool:
            clips = self._fetch_clips(record.job.user_id, record.readable_dialogue, folder)
            programme = plan_programme(record.readable_dialogue, planned, turns, clips)
            assembly = programme.assembly
            # Cues and words depend only on the plan, so they are stored while the file is written.
            cues = subtitle_cues(record, segments, spoken, assembly)
            cues_stored = pool.submit(copy_context().run, self._storage.put_cues, job_id, audio_file_id, cues)
            words = word_timings(record, segments, spoken, assembly)
            words_stored = pool.submit(copy_context().run, self._storage.put_words, job_id, audio_file_id, words)
            written = self._write(record, planned, turns, programme, audio_file_id, folder)
            cues_stored.result()
            words_stored.result()
        reports_words = all(provider.traits(segment.utterance.voice_id).reports_words for segment in segments)
        result = replace(
            _describe(record, turns, assembly, written),
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
        logger.info("completed", extra={"duration_ms": result.duration_ms, "size_bytes": result.size_bytes})

    def _write(
        self,
        record: JobRecord,
        planned: Sequence[PlannedTurn],
        turns: list[list[SpokenSegment]],
        programme: Programme,
        audio_file_id: str,
        folder: Path,
    ) -> _Written:
        """Stream the file into one object.

        Raises:
            JobFailing: a segment is damaged. All damaged ones are deleted, so that the next job speaks them again.
        """
        job, output_format = record.job, record.job.output_format
        segments = list(chain.from_iterable(turns))
        dialogue = record.readable_dialogue
        source = StoredSegments(
            self._storage, job.user_id, segments, quality=dialogue.spoken_quality, loudness=dialogue.loudness
        )
        cover = self._fetch_cover(job.user_id, dialogue)
        tags = file_tags(record, planned, programme.assembly, cover=cover)
        try:
            chunks, lufs = programme.write(source, tags, folder)
            size_bytes = self._storage.put_audio(
                audio_key(job.id, audio_file_id, output_format.extension),
                chunks,
                content_type=output_format.content_type,
            )
        except BrokenSegment as error:
            turn_of = [position for position, turn in enumerate(turns) for _ in turn]
            source.remove_broken()
            raise _broken(record, turn_of[source.position], str(error)) from error
        return _Written(size_bytes, lufs)


class _Written(NamedTuple):
    size_bytes: int
    lufs: float | None


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


def _broken(record: JobRecord, position: int, reason: str) -> JobFailing:
    return JobFailing(BrokenSegment(reason), turn_index=record.readable_dialogue.turns[position].index)


def _describe(record: JobRecord, turns: list[list[SpokenSegment]], assembly: Assembly, written: _Written) -> Result:
    segments = list(chain.from_iterable(turns))
    batched_requests = any(batch.batched_requests for batch in record.batches)
    return Result(
        duration_ms=assembly.timeline.duration_ms,
        synthesis_mode=SynthesisMode.NATIVE if batched_requests else SynthesisMode.SEGMENTED,
        content_type=record.job.output_format.content_type,
        size_bytes=written.size_bytes,
        loudness_lufs=None if written.lufs is None else round(written.lufs, 1),
        characters=sum(len(turn.text) for turn in record.readable_dialogue.turns),
        billed_characters=sum(segment.billed_characters for segment in segments),
        reused_segments=sum(segment.is_reused for segment in segments),
        turn_timings=tuple(
            TurnTiming(turn_index=turn.index, speaker=turn.speaker, start_ms=span.start_ms, end_ms=span.end_ms)
            for turn, span in zip(record.readable_dialogue.turns, assembly.timeline.spans, strict=True)
        ),
    )
