"""Lists of a user's jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def cancelled_jobs(stack: LocalStack, client: ApiClient, count: int) -> list[str]:
    """Create jobs that cost no speech; return them newest first, as they should be listed."""
    ids = []
    with stack.cloud.lambdas.pause("plan"):
        for _ in range(count):
            client.cancel(job_id := client.submit(dialogue()))
            ids.append(job_id)
    return ids[::-1]


def page(client: ApiClient, **query: str | int) -> dict[str, Any]:
    response = client.get("/jobs", params=query)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_newest_first(stack: LocalStack, client: ApiClient) -> None:
    ids = cancelled_jobs(stack, client, 4)

    assert client.list_ids() == ids


def test_by_status(stack: LocalStack, client: ApiClient) -> None:
    # Given a job in each status
    completed = client.complete(dialogue())["id"]
    failed = client.submit(dialogue("早安。", voices=("zh-TW-NobodyNeural", "")))
    client.wait_for(failed, "failed")
    [cancelled] = cancelled_jobs(stack, client, 1)
    with stack.cloud.lambdas.pause("assemble"):
        processing = client.submit(dialogue())
        client.wait_for(processing, "processing")
        with stack.cloud.lambdas.pause("plan"):
            pending = client.submit(dialogue())

            # When
            found = {
                status: page(client, status=status)
                for status in ("pending", "processing", "completed", "failed", "cancelled")
            }

    # Then
    assert {status: [job["id"] for job in each["items"]] for status, each in found.items()} == {
        "pending": [pending],
        "processing": [processing],
        "completed": [completed],
        "failed": [failed],
        "cancelled": [cancelled],
    }
    assert all(job["status"] == status for status, each in found.items() for job in each["items"])
    assert all(each["total"] == 1 for each in found.values())


@pytest.mark.parametrize("query", [{}, {"status": "cancelled"}], ids=["all", "cancelled"])
class TestPages:
    def test_by_offset(self, stack: LocalStack, client: ApiClient, query: dict[str, str]) -> None:
        # Given
        ids = cancelled_jobs(stack, client, 5)

        # When
        pages = [page(client, limit=2, offset=offset, **query) for offset in (0, 2, 4, 5, 99)]

        # Then
        assert [[job["id"] for job in each["items"]] for each in pages] == [ids[:2], ids[2:4], ids[4:], [], []]
        assert [(each["total"], each["limit"], each["offset"]) for each in pages] == [
            (5, 2, 0),
            (5, 2, 2),
            (5, 2, 4),
            (5, 2, 5),
            (5, 2, 99),
        ]

    def test_by_cursor_visit_each_job_once_even_while_others_arrive(
        self, stack: LocalStack, client: ApiClient, query: dict[str, str]
    ) -> None:
        # Given
        ids = cancelled_jobs(stack, client, 5)

        # When a client walks from page to page, and there is a new job at each step
        current = page(client, limit=2, **query)
        visited = [current]
        while current["next_cursor"] is not None:
            cancelled_jobs(stack, client, 1)
            current = page(client, limit=2, cursor=current["next_cursor"], **query)
            visited.append(current)

        # Then
        assert [[job["id"] for job in each["items"]] for each in visited] == [ids[:2], ids[2:4], ids[4:]]
        assert [each["total"] for each in visited] == [5, 6, 7]

    def test_the_last_one_is_known_as_such_even_when_it_is_full(
        self, stack: LocalStack, client: ApiClient, query: dict[str, str]
    ) -> None:
        cancelled_jobs(stack, client, 2)

        assert page(client, limit=2, **query)["next_cursor"] is None


def test_others_see_nothing(stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]) -> None:
    # Given
    cancelled_jobs(stack, client, 2)
    cursor = page(client, limit=1)["next_cursor"]

    # When
    other = new_client()
    pages = [page(other, **query) for query in ({}, {"status": "cancelled"}, {"cursor": cursor})]

    # Then
    assert all((each["items"], each["total"], each["next_cursor"]) == ([], 0, None) for each in pages)


def test_an_entry_shows_a_job_without_its_dialogue(stack: LocalStack, client: ApiClient) -> None:
    # Given
    cancelled_jobs(stack, client, 1)

    # When
    [entry] = page(client)["items"]

    # Then
    assert set(entry) == {"id", "status", "job_type", "provider", "created_at", "completed_at"}
