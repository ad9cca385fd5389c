"""Another user's job: no byte of an answer tells it from a job that never existed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.dialogues import dialogue
from tests.e2e.ended_jobs import end_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

NEVER_WAS = "01900000-0000-7000-8000-000000000000"
CALLS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "", None),
    ("PATCH", "", {"title": "Mine"}),
    ("DELETE", "", None),
    ("GET", "/download", None),
    ("GET", "/subtitles", None),
    ("GET", "/timings", None),
    ("GET", "/playlist.m3u8", None),
    ("POST", "/stop", None),
    ("POST", "/delete", None),
    ("POST", "/resubmit", None),
    ("POST", "/renditions", {}),
)


def answers(client: ApiClient, job_id: str) -> list[tuple[int, bytes, set[str]]]:
    """Return everything that a client could use to tell two jobs apart."""
    responses = [client.request(method, f"/jobs/{job_id}{path}", json=body) for method, path, body in CALLS]
    return [(response.status_code, response.content, set(response.headers)) for response in responses]


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_of_an_ended_job(
    stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient], status: str
) -> None:
    # Given a job of one user
    job_id, stranger = end_job(stack, client, status), new_client()
    before = client.job(job_id)

    # When another makes every call
    told = answers(stranger, job_id)

    # Then the job might as well never have been, and nothing has happened to it
    assert told == answers(stranger, NEVER_WAS)
    assert {code for code, _, _ in told} == {404}
    assert client.job(job_id) == before


def test_of_a_pending_job(stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]) -> None:
    # Given
    stranger = new_client()
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue())

        # When
        told = answers(stranger, job_id)

    # Then
    assert told == answers(stranger, NEVER_WAS)
    client.wait_for(job_id, "completed")


def test_of_lists_totals_and_cursors(
    stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]
) -> None:
    # Given jobs of one user
    for _ in range(2):
        end_job(stack, client, "cancelled")
    cursor = client.get("/jobs", params={"limit": 1}).json()["next_cursor"]
    stranger = new_client()

    # When another asks for lists, with a cursor of the first user, too
    queries: tuple[dict[str, str], ...] = ({}, {"cursor": cursor}, {"status": "cancelled"})
    pages = [stranger.get("/jobs", params=query).json() for query in queries]

    # Then
    assert pages == [{"items": [], "total": 0, "limit": 20, "offset": 0, "next_cursor": None}] * 3


def test_of_idempotency_keys(stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]) -> None:
    # Given a key that one user has used
    headers = {"Idempotency-Key": "chapter-1"}
    stranger = new_client()
    with stack.cloud.lambdas.pause("plan"):
        first = client.post("/jobs", json=dialogue("一。"), headers=headers)

        # When another uses it, for something else
        second = stranger.post("/jobs", json=dialogue("二。"), headers=headers)

        # Then nothing is known of the first
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] != second.json()["id"]
        # And for the user of the first it stands for the first
        again = client.post("/jobs", json=dialogue("一。"), headers=headers)
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
        other = client.post("/jobs", json=dialogue("三。"), headers=headers)
        assert (other.status_code, other.json()["error"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        client.cancel(first.json()["id"])
        stranger.cancel(second.json()["id"])
