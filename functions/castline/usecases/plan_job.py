"""Plan a job: divide its dialogue into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from castline.jobs.errors import JobNotActive
from castline.jobs.transitions import is_terminal
from castline.observability import logger, note
from castline.synthesis.segments import plan_speech

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.repository import JobRepository
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.segments import BatchRange


class JobPlan(NamedTuple):
    """The plan of a job, as the workflow needs it."""

    user_id: str
    batches: tuple[BatchRange, ...]


class PlanJob:
    """Divides jobs into batches. A job stays pending until its first batch is taken from the queue."""

    def __init__(
        self,
        repository: JobRepository,
        *,
        provider: Callable[[str], EnabledProvider],
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators: the job repository, a function that returns a provider by id, and the clock."""
        self._repository = repository
        self._provider = provider
        self._now = now

    def __call__(self, job_id: str) -> JobPlan:
        """Plan a job. A repeated call returns the same plan.

        Raises:
            JobNotActive: the job has ended or is gone.
            InputUnreadable: the job's dialogue is missing or unreadable.
            ProviderMisconfigured: the job's provider is no longer enabled.
        """
        record = self._repository.get_record(job_id)
        if record is None or is_terminal(record.job.status):
            raise JobNotActive(record.job.status if record else None)
        note(user_id=record.job.user_id)
        provider = self._provider(record.job.provider).provider
        plan = plan_speech(record.readable_dialogue, provider)
        self._repository.mark_planned(record.job, now=self._now())
        logger.info("planned", extra={"segments": plan.segment_count, "batches": len(plan.batches)})
        return JobPlan(user_id=record.job.user_id, batches=plan.batches)
