"""Check that a user's active jobs have freed their slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def assert_all_slots_are_free(stack: LocalStack, client: ApiClient) -> None:
    """Take all of a user's slots, which fails unless all are free, and free them again."""
    with stack.cloud.lambdas.pause("plan"):
        jobs = [client.submit(dialogue()) for _ in range(MAX_ACTIVE_JOBS)]
        for job_id in jobs:
            client.cancel(job_id)
