"""Plan a job: make it processing, and divide its dialogue into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.jobs.errors import JobNotActive
from castline.metrics import Metric
from castline.observability import logger, measure, note
from castline.synthesis.segments import plan_speech

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.repository import JobRepository
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.segments import BatchRange


class PlanJob:
    """Makes a pending job processing, and says in which batches it is spoken."""

    def __init__(
        self,
        repository: JobRepository,
        *,
        provider: Callable[[str], EnabledProvider],
        now: Callable[[], datetime],
    ) -> None:
        """Prepare, with the jobs, what gives a speech provider by its id, and the clock."""
        self._repository = repository
        self._provider = provider
        self._now = now

    def __call__(self, job_id: str) -> tuple[BatchRange, ...]:
        """Plan a job. Doing it again gives the same plan.

        Raises:
            JobNotActive: the job has been cancelled or has otherwise ended, or is gone.
            InputUnreadable: its dialogue is missing or unreadable.
            ProviderMisconfigured: its provider is not enabled any more.
        """
        record = self._repository.get_record(job_id)
        if record is None:
            raise JobNotActive(None)
        note(user_id=record.job.user_id)
        provider = self._provider(record.job.provider).provider
        plan = plan_speech(record.readable_dialogue, provider)
        now = self._now()
        if self._repository.start(record.job, total_segments=plan.segment_count, now=now):
            measure({Metric.QUEUE_TIME: (now - record.job.created_at).total_seconds() * 1000})
        logger.info("planned", extra={"segments": plan.segment_count, "batches": len(plan.batches)})
        return plan.batches
