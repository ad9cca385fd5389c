"""The table's layout: keys, attributes that index it, and indexes.

Every host that creates the table (the deployment, the local stack, the tests) reads it from here.
"""

from __future__ import annotations

from dataclasses import dataclass

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
"""What the indexes hold of a job: enough for a list, never its input."""


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index on string keys. Job ids are UUIDv7, so sorting by them is sorting by age."""

    name: str
    partition_key: str
    sort_key: str

    @property
    def non_key_attributes(self) -> tuple[str, ...]:
        """What it has to be told to hold; keys it holds anyhow."""
        return tuple(name for name in SUMMARY_ATTRIBUTES if name not in {self.partition_key, self.sort_key})


USER_JOBS = Index("user_jobs", "user_key", "job_id")
USER_STATUS_JOBS = Index("user_status_jobs", "user_status_key", "job_id")
OPEN_JOBS = Index("open_jobs", "open_key", "open_sort")
"""Sparse, for the reconciler: pending and processing jobs, and the users who have slots taken, each over
``OPEN_SHARDS`` partitions."""

INDEXES = (USER_JOBS, USER_STATUS_JOBS, OPEN_JOBS)
OPEN_SHARDS = 8
