"""Jobs that have ended in each of the ways that there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@dataclass(frozen=True)
class CompletedJob:
    """A completed job that the tests of a module share.

    Attributes:
        client: the client of its user.
        job: the job.
    """

    client: ApiClient
    job: dict[str, Any]


def end_job(stack: LocalStack, client: ApiClient, status: str, **changes: Any) -> str:
    """Have a job become completed, failed or cancelled; return its id.

    Args:
        stack: where it runs.
        client: whose job it is.
        status: with which it ends.
        changes: fields of its dialogue.
    """
    if status == "cancelled":
        with stack.cloud.lambdas.pause("plan"):
            client.cancel(job_id := client.submit(dialogue(**changes)))
        return job_id
    voice = "zh-TW-NobodyNeural" if status == "failed" else "zh-TW-HsiaoYuNeural"
    job_id = client.submit(dialogue("早安。", voices=(voice, ""), **changes))
    client.wait_for(job_id, status)
    return job_id
