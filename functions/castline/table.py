"""Layout of the table: its keys, its indexes and their attributes.

The deployment, the local stack and the tests create the table with this layout.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

PARTITION_KEY = "pk"
SORT_KEY = "sk"
TTL_ATTRIBUTE = "expires_at"

SUMMARY_ATTRIBUTES = (
    "job_id",
    "user_id",
    "status",
    "job_type",
    "provider",
    "output_format",
    "created_at",
    "started_at",
    "completed_at",
    TTL_ATTRIBUTE,
)
"""The attributes of a job that the indexes hold. They suffice for a list; they exclude the job's input."""


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index on string keys. Job ids are UUIDv7, so sorting by id is sorting by age."""

    name: str
    partition_key: str
    sort_key: str
    further_attributes: tuple[str, ...] = ()
    """Attributes that the index holds in addition to the summary."""

    @property
    def non_key_attributes(self) -> tuple[str, ...]:
        """The attributes to project explicitly. DynamoDB always projects the keys."""
        held = (*SUMMARY_ATTRIBUTES, *self.further_attributes)
        return tuple(name for name in held if name not in {self.partition_key, self.sort_key})


USER_JOBS = Index("user_jobs", "user_key", "job_id")
USER_STATUS_JOBS = Index("user_status_jobs", "user_status_key", "job_id")
OPEN_JOBS = Index("open_jobs", "open_key", "open_sort")
"""A sparse index for the reconciler, spread over ``OPEN_SHARDS`` partitions.

It holds pending and processing jobs, failed jobs that are not settled yet, and users with slots taken.
"""

DAY_JOBS = Index("day_jobs", "day_key", "job_id", ("failure_code",))
"""The jobs of all users by the UTC day of their creation, for operators and for publishing events again.

A partition of an index takes 1,000 write units a second, which is enough for about 250 jobs a second.
"""

INDEXES = (USER_JOBS, USER_STATUS_JOBS, OPEN_JOBS, DAY_JOBS)
OPEN_SHARDS = 8


def user_key(user_id: str) -> str:
    """Return the key of a user's partition, in the table and in the index ``user_jobs``."""
    return f"USER#{user_id}"


def day_key(day: date) -> str:
    """Return the partition of ``day_jobs`` that holds the jobs created on a day in UTC."""
    return f"DAY#{day.isoformat()}"


def shard_of(value: str) -> int:
    """Return the shard that a job id or a user id belongs to."""
    return int(hashlib.sha256(value.encode("utf-8")).hexdigest()[:8], 16) % OPEN_SHARDS
