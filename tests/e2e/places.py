"""Places of pending jobs in the queue."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from tests.e2e.api_client import ApiClient


def place_of(client: ApiClient, job_id: str) -> dict[str, Any]:
    """Wait until a job is in the queue; return its place."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "queue" not in (job := client.job(job_id)):
        assert job["status"] == "pending", job
        assert time.monotonic() < deadline, "the job does not come into the queue"
        time.sleep(0.05)
    place: dict[str, Any] = job["queue"]
    return place
