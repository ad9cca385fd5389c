"""A batch that waits to be spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingBatch:
    """A batch of a job, with the task token by which its outcome is told."""

    job_id: str
    user_id: str
    batch: Mapping[str, Any]
    """The values of a ``castline.synthesis.segments.BatchRange``."""
    task_token: str
    cost: int
    """Its share of what is to be spoken: the number of its utterances."""
    queued_at: datetime

    @property
    def number(self) -> int:
        """The number of the batch in its job."""
        return int(self.batch["number"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBatch:
    """A waiting batch that somebody has taken to speak it."""

    waiting: WaitingBatch
    sort_key: str
    """Its place in the queue."""
    attempts: int
    """The number of times that it has been taken, this one included, and not put off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the queue, roughly: what comes into it meanwhile may go before."""

    ahead: int
    """The number of batches that are to be spoken before."""
    wait: timedelta | None
    """The time that it may take until then; None where that cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The front of the queue at one moment."""

    jobs: tuple[str, ...]
    """The ids of the jobs of the batches that wait, in their order."""
    is_whole: bool
    """Whether that is all of them."""
    taken: int
    """The number of batches that are being spoken."""
    batch_time: timedelta | None
    """The time that a batch takes; None where none is known to have been spoken."""

    def place(self, job_id: str) -> Place | None:
        """Return the place of a job that waits for its first batch.

        It is that behind the front if the job is not seen there. None for one that is not in the queue.
        """
        ahead = next((number for number, each in enumerate(self.jobs) if each == job_id), None)
        if ahead is not None:
            rounds = 1 + ahead // max(1, self.taken)
            return Place(ahead=ahead, wait=rounds * self.batch_time if self.batch_time is not None else None)
        return None if self.is_whole else Place(ahead=len(self.jobs), wait=None)
