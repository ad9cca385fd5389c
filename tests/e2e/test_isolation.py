"""Another user's job: no byte of an answer tells it from a job that never existed."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.dialogues import HSIAO_YU, dialogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

NO_VOICE = "zh-TW-NobodyNeural"
NEVER_WAS = "01900000-0000-7000-8000-000000000000"


def answer(client: ApiClient, method: str, path: str) -> tuple[int, bytes, set[str]]:
    """Return everything that a client could use to tell two answers apart."""
    response = client.request(method, path)
    return response.status_code, response.content, set(response.headers)


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("GET", "/download"), ("DELETE", "")])
@pytest.mark.parametrize("status", ["pending", "completed", "failed", "cancelled"])
def test_of_every_endpoint_and_status(
    stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient], method: str, suffix: str, status: str
) -> None:
    # Given a job of one user
    stranger = new_client()
    with ExitStack() as held_up:
        if status in {"pending", "cancelled"}:
            held_up.enter_context(stack.cloud.lambdas.pause("plan"))
        voice_id = NO_VOICE if status == "failed" else HSIAO_YU
        job_id = client.submit(dialogue(voices=(voice_id, voice_id)))
        if status == "cancelled":
            client.cancel(job_id)
        client.wait_for(job_id, status)

        # When another asks for it
        told = answer(stranger, method, f"/jobs/{job_id}{suffix}")

        # Then it might as well never have been, and nothing has happened to it
        assert told == answer(stranger, method, f"/jobs/{NEVER_WAS}{suffix}")
        assert told[0] == 404
        assert client.job(job_id)["status"] == status


def test_of_lists_totals_and_cursors(client: ApiClient, new_client: Callable[[], ApiClient]) -> None:
    for _ in range(3):
        client.complete(dialogue())
    cursor = client.get("/jobs", params={"limit": 1}).json()["next_cursor"]
    stranger = new_client()

    nothing: dict[str, Any] = {"items": [], "total": 0, "limit": 20, "offset": 0, "next_cursor": None}
    for query in ({}, {"cursor": cursor}, {"status": "completed"}):
        assert stranger.get("/jobs", params=query).json() == nothing


def test_of_idempotency_keys(client: ApiClient, new_client: Callable[[], ApiClient]) -> None:
    # Given a key that one user has used
    headers = {"Idempotency-Key": "chapter-1"}
    stranger = new_client()
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
