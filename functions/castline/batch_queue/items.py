"""DynamoDB items of the batch queue.

QUEUE         <tag>#<n>#<time>#<job id>#<number>   a waiting batch, also while it is spoken; n is 0 for the batch
with which its job enters the queue, otherwise 1
DEPLOYMENT    QUEUE                                the queue's virtual time, and the average time of a batch
JOB#<job id>  SHARE                                the tag at which the job's next batch may start
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from castline.batch_queue.model import WaitingBatch
from castline.dynamodb import deserialize, encode_expiry, encode_time, to_json
from castline.jobs.items import job_key
from castline.table import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

PARTITION: Final = "QUEUE"
_TAG_DIGITS: Final = 15


def clock_key() -> dict[str, str]:
    """Return the key of the item with the queue's virtual time."""
    return {"pk": "DEPLOYMENT", "sk": "QUEUE"}


def share_key(job_id: str) -> dict[str, str]:
    """Return the key of the item with the tag of a job's next batch."""
    return job_key(job_id, "SHARE")


def batch_key(sort_key: str) -> dict[str, str]:
    """Return the key of a waiting batch."""
    return {"pk": PARTITION, "sk": sort_key}


def waiting_item(waiting: WaitingBatch, tag: int, *, is_first: bool, lifetime: timedelta) -> dict[str, Any]:
    """Return the item of a waiting batch.

    Among equal tags, batches with which a job enters the queue come first. Otherwise batches sort by time.
    """
    queued_at = encode_time(waiting.queued_at)
    sort_key = f"{tag:0{_TAG_DIGITS}d}#{0 if is_first else 1}#{queued_at}#{waiting.job_id}#{waiting.number:04d}"
    return {
        **batch_key(sort_key),
        "job_id": waiting.job_id,
        "user_id": waiting.user_id,
        "batch": to_json(dict(waiting.batch)).decode("utf-8"),
        "task_token": waiting.task_token,
        "cost": waiting.cost,
        "queued_at": queued_at,
        "attempts": 0,
        "claimed_until_ms": 0,
        TTL_ATTRIBUTE: encode_expiry(waiting.queued_at + lifetime),
    }


def read_waiting(item: Mapping[str, Any]) -> WaitingBatch:
    """Return the waiting batch from its item."""
    values = deserialize(item)
    return WaitingBatch(
        job_id=values["job_id"],
        user_id=values["user_id"],
        batch=json.loads(values["batch"]),
        task_token=values["task_token"],
        cost=int(values["cost"]),
        queued_at=datetime.fromisoformat(values["queued_at"]),
    )


def tag_of(sort_key: str) -> int:
    """Return the tag of a waiting batch: the virtual time at which it starts."""
    return int(sort_key[:_TAG_DIGITS])


def batch_of(sort_key: str) -> str:
    """Return the job id and the number of a waiting batch, as one text."""
    return sort_key.split("#", 3)[3]


def read_queued_at(item: Mapping[str, Any]) -> datetime:
    """Return the time at which the batch of an item was queued."""
    return datetime.fromisoformat(item["queued_at"]["S"])


def milliseconds(moment: datetime) -> int:
    """Return the milliseconds since the epoch."""
    return int(moment.astimezone(UTC).timestamp() * 1000)
