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
    """A plan of a job, as the workflow has to know it."""

    user_id: str
    batches: tuple[BatchRange, ...]


class PlanJob:
    """Says in which batches a job is spoken. The job stays pending until the first of them has its turn."""

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

    def __call__(self, job_id: str) -> JobPlan:
        """Plan a job. Doing it again gives the same plan.

        Raises:
            JobNotActive: the job has been cancelled or has otherwise ended, or is gone.
            InputUnreadable: its dialogue is missing or unreadable.
            ProviderMisconfigured: its provider is not enabled any more.
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
