"""Synthesize one batch of a job: speak and store the utterances that are not stored yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobNotActive
from castline.jobs.model import Batch, SynthesisMode
from castline.jobs.transitions import is_terminal
from castline.metrics import Metric
from castline.observability import logger, measure, note
from castline.speech.errors import TransientSpeechError
from castline.synthesis.mastered_frames import frame_master
from castline.synthesis.paced_requests import PacedRequests
from castline.synthesis.progress import BatchProgress
from castline.synthesis.request_metrics import RequestMetrics
from castline.synthesis.segments import plan_speech
from castline.synthesis.synthesizer import Synthesizer, spoken_segments
from castline.usecases.errors import BatchPaused, JobFailing, JobOverdue, SegmentsExpired
from castline.usecases.start_job import started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import JobRecord, SpokenSegment
    from castline.jobs.repository import JobRepository
    from castline.pacing.repository import PaceRepository
    from castline.speech.pool import SpeechPool
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.segments import BatchRange, PlannedUtterance

_PAUSE_SECONDS: Final = 1.0
"""The time after which another task continues a batch whose task had no time left to wait for the provider."""


class SynthesizeBatch:
    """Synthesizes the utterances of a batch, and records each of them.

    Utterances that are already stored are not spoken again. A second attempt at a batch therefore speaks only the
    missing ones. A batch of a rendition speaks nothing.
    """

    def __init__(
        self,
        repository: JobRepository,
        storage: AudioStorage,
        *,
        provider: Callable[[str], EnabledProvider],
        pool: Callable[[str], SpeechPool],
        pace: Callable[[str], PaceRepository],
        now: Callable[[], datetime],
        max_processing: timedelta,
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the job repository.
            storage: the storage of segments.
            provider: returns the enabled speech provider with an id.
            pool: returns the resources of the provider with an id.
            pace: returns the pace of the requests to the provider with an id.
            now: the clock.
            max_processing: maximum processing time of a job.
        """
        self._repository = repository
        self._storage = storage
        self._provider = provider
        self._pool = pool
        self._pace = pace
        self._now = now
        self._max_processing = max_processing

    def __call__(self, job_id: str, batch: BatchRange, *, give_up_at: datetime) -> None:
        """Speak and store a batch. The first batch of a job changes the job to processing.

        Args:
            job_id: the job's id.
            batch: the range of utterances to speak.
            give_up_at: the time at which the task has to end.

        Raises:
            JobNotActive: the job has ended or is gone.
            JobOverdue: the job has exceeded its maximum processing time.
            BatchPaused: the task's time was up while the provider throttled requests. Spoken utterances are stored.
            JobFailing: an utterance could not be spoken. The other utterances of the batch are still spoken and
                stored, unless the error is permanent. Or an utterance of a rendition is no longer stored.
            InputUnreadable: the dialogue is missing or unreadable.
            ProviderMisconfigured: the job's provider is no longer enabled.
        """
        record = self._demand_active(job_id)
        note(user_id=record.job.user_id)
        deadline = (record.job.started_at or self._now()) + self._max_processing
        if self._now() >= deadline:
            raise JobOverdue(f"batch {batch.number} came after the job's time was up")

        enabled = self._provider(record.job.provider)
        quality = record.readable_dialogue.spoken_quality
        plan = plan_speech(record.readable_dialogue, enabled.provider)
        started(record.job, self._repository, total_segments=plan.segment_count, now=self._now())
        planned = plan.utterances[batch.first_utterance : batch.first_utterance + batch.utterance_count]

        def store_progress(segments: Sequence[SpokenSegment]) -> None:
            done = Batch(number=batch.number, segments=_with_earlier(record, batch.number, segments))
            self._repository.record_batch(job_id, done, now=self._now())

        def store(segments: Sequence[SpokenSegment], *, batched_requests: bool = False, failed: bool = False) -> None:
            done = Batch(
                number=batch.number,
                segments=_with_earlier(record, batch.number, segments),
                batched_requests=batched_requests,
            )
            self._repository.record_batch(job_id, done, now=self._now(), failed=failed, with_words=True)

        def seconds_left() -> float:
            return (min(give_up_at, deadline) - self._now()).total_seconds()

        progress = BatchProgress(store_progress, recorded=_count_recorded(record, batch.number))
        metrics = RequestMetrics(record.job.provider)
        synthesizer = Synthesizer(
            record.job.user_id,
            spoken_for=job_id,
            batched_requests=plan.mode is SynthesisMode.NATIVE,
            quality=quality,
            concurrency=enabled.concurrency,
            storage=self._storage,
            provider=enabled.provider,
            requests=PacedRequests(
                self._pool(record.job.provider),
                self._pace(record.job.provider),
                concurrency=enabled.concurrency,
                metrics=metrics,
                seconds_left=seconds_left,
                is_wanted=lambda: self._is_active(job_id),
            ),
            metrics=metrics,
            frame_master=frame_master(record.readable_dialogue, self._storage, user_id=record.job.user_id),
            progress=lambda stored: progress.advance(lambda: spoken_segments(planned, stored)),
        )
        if record.job.rendition_of is not None:
            self._find(record, planned, synthesizer, store)
            return
        try:
            outcome = synthesizer.speak([each.utterance for each in planned])
        finally:
            metrics.write()
        # The worst error is reported for the whole batch.
        position, error = outcome.worst_error or (0, None)
        spoken = spoken_segments(planned, outcome.stored)
        _count_reused(record, spoken)
        store(spoken, batched_requests=outcome.batched_requests, failed=isinstance(error, TransientSpeechError))
        if error is not None:
            first_segment = planned[position].segments[0]
            logger.warning("batch failed", extra={"error": type(error).__name__, "reason": str(error)})
            raise JobFailing(
                error,
                turn_index=record.readable_dialogue.turns[first_segment.turn].index,
                voice_id=first_segment.utterance.voice_id,
            ) from error
        if outcome.is_unfinished:
            self._demand_active(job_id)
            if self._now() + timedelta(seconds=_PAUSE_SECONDS) >= deadline:
                raise JobOverdue(f"batch {batch.number} was throttled for too long")
            raise BatchPaused(_PAUSE_SECONDS)
        logger.info("batch spoken", extra={"segments": len(spoken)})

    def _demand_active(self, job_id: str) -> JobRecord:
        record = self._repository.get_record(job_id)
        if record is None or is_terminal(record.job.status):
            raise JobNotActive(record.job.status if record else None)
        return record

    def _is_active(self, job_id: str) -> bool:
        """Return whether the job is pending or processing. If this cannot be read, assume that it is."""
        try:
            job = self._repository.get(job_id)
        except ServiceUnavailable:
            return True
        return job is not None and not is_terminal(job.status)

    def _find(
        self,
        record: JobRecord,
        planned: Sequence[PlannedUtterance],
        synthesizer: Synthesizer,
        store: Callable[[Sequence[SpokenSegment]], None],
    ) -> None:
        """Record the stored utterances of a rendition's batch, without speaking.

        Raises:
            JobFailing: one of them is no longer stored (``SegmentsExpired``).
        """
        stored = synthesizer.find([each.utterance for each in planned])
        spoken = spoken_segments(planned, stored)
        _count_reused(record, spoken)
        store(spoken)
        for position, each in enumerate(planned):
            if position not in stored:
                turn = record.readable_dialogue.turns[each.segments[0].turn]
                raise JobFailing(SegmentsExpired("a segment is not stored any more"), turn_index=turn.index)
        logger.info("batch found", extra={"segments": len(spoken)})


def _count_reused(record: JobRecord, spoken: Sequence[SpokenSegment]) -> None:
    """Count the reused segments that no earlier attempt at the batch has counted."""
    counted = {segment.number for batch in record.batches for segment in batch.segments}
    reused = [segment for segment in spoken if segment.is_reused and segment.number not in counted]
    if reused:
        measure({Metric.SEGMENTS_REUSED: len(reused)})


def _count_recorded(record: JobRecord, number: int) -> int:
    return sum(len(batch.segments) for batch in record.batches if batch.number == number)


def _with_earlier(record: JobRecord, number: int, spoken: Sequence[SpokenSegment]) -> tuple[SpokenSegment, ...]:
    """Return the segments of a batch, including the characters that an earlier attempt has billed for them.

    This attempt may have ended with a permanent error before it came to a segment. Or a concurrent job of the user
    has stored the segment since, so that this attempt counts it as reused.
    """
    earlier = {each.number: each for batch in record.batches if batch.number == number for each in batch.segments}
    current = [_as_billed(segment, earlier.pop(segment.number, None)) for segment in spoken]
    return (*current, *earlier.values())


def _as_billed(segment: SpokenSegment, earlier: SpokenSegment | None) -> SpokenSegment:
    if earlier is None or earlier.billed_characters <= segment.billed_characters:
        return segment
    return replace(segment, billed_characters=earlier.billed_characters, is_reused=False)
