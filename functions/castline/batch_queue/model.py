"""Model of the batch queue: waiting batches, taken batches, places and snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingBatch:
    """A batch of a job, with the task token for reporting its outcome."""

    job_id: str
    user_id: str
    batch: Mapping[str, Any]
    """The values of a ``castline.synthesis.segments.BatchRange``."""
    task_token: str
    cost: int
    """The number of its utterances, by which the queue measures its share."""
    queued_at: datetime

    @property
    def number(self) -> int:
        """The number of the batch in its job."""
        return int(self.batch["number"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBatch:
    """A waiting batch that a task has taken to speak it."""

    waiting: WaitingBatch
    sort_key: str
    """Its position in the queue."""
    attempts: int
    """The number of times that it has been taken, including this time and excluding those when it was put off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An estimated place in the queue. Batches that are queued later may still go ahead."""

    ahead: int
    """The number of batches that are to be spoken before."""
    wait: timedelta | None
    """The estimated waiting time; None if it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The front of the queue at one moment."""

    jobs: tuple[str, ...]
    """The job ids of the waiting batches, in the order of the queue."""
    is_whole: bool
    """Whether the snapshot holds the whole queue."""
    taken: int
    """The number of batches that are being spoken."""
    batch_time: timedelta | None
    """The average time of a batch; None if no batch has been measured yet."""

    def place(self, job_id: str) -> Place | None:
        """Return the place of the first waiting batch of a job.

        If the job is not among the batches of the front, its place is behind the front. Return None for a job that is
        not in the queue.
        """
        ahead = next((number for number, each in enumerate(self.jobs) if each == job_id), None)
        if ahead is not None:
            rounds = 1 + ahead // max(1, self.taken)
            return Place(ahead=ahead, wait=rounds * self.batch_time if self.batch_time is not None else None)
        return None if self.is_whole else Place(ahead=len(self.jobs), wait=None)
