"""A batch that waits to be spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


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
    """How often it has been taken, this time included, and neither put off nor given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of a job that waits for its first batch."""

    ahead: int
    """The number of batches that are to be spoken before it, as far as was counted."""
    starts_in_seconds: float | None
    """A rough estimate; None where nothing is known of how long a batch takes."""
