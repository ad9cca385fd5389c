"""Lists of a user's jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.dialogues import dialogue
from tests.e2e.ended_jobs import end_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@dataclass(frozen=True)
class Five:
    """A user's five cancelled jobs, which cost no speech.

    Attributes:
        client: the user's client.
        ids: the ids of the jobs, newest first, as they are listed.
    """

    client: ApiClient
    ids: list[str]


@pytest.fixture(scope="module")
def five(stack: LocalStack, new_client: Callable[[], ApiClient]) -> Five:
    client = new_client()
    return Five(client, [end_job(stack, client, "cancelled") for _ in range(5)][::-1])


def page(client: ApiClient, **query: str | int) -> dict[str, Any]:
    response = client.get("/jobs", params=query)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def ids_of(page: dict[str, Any]) -> list[str]:
    return [job["id"] for job in page["items"]]


def test_jobs_are_listed_newest_first_without_their_dialogues(five: Five) -> None:
    # When
    listed = page(five.client)

    # Then
    assert ids_of(listed) == five.ids
    for entry in listed["items"]:
        assert set(entry) == {"id", "status", "job_type", "provider", "created_at", "completed_at"}


def test_jobs_are_listed_by_status(stack: LocalStack, client: ApiClient) -> None:
    # Given a job in each status
    ids = {status: end_job(stack, client, status) for status in ("completed", "failed", "cancelled")}
    with stack.cloud.lambdas.pause("assemble"):
        ids["processing"] = client.submit(dialogue())
        client.wait_for(ids["processing"], "processing")
        with stack.cloud.lambdas.pause("plan"):
            ids["pending"] = client.submit(dialogue())

            # When
            found = {status: page(client, status=status) for status in ids}

            client.cancel(ids["pending"])
    client.wait_for(ids["processing"], "completed")

    # Then
    assert {status: ids_of(each) for status, each in found.items()} == {status: [ids[status]] for status in ids}
    assert all(job["status"] == status for status, each in found.items() for job in each["items"])
    assert all(each["total"] == 1 for each in found.values())


@pytest.mark.parametrize("query", [{}, {"status": "cancelled"}], ids=["all", "cancelled"])
def test_pages_by_offset(five: Five, query: dict[str, str]) -> None:
    # When
    pages = [page(five.client, limit=2, offset=offset, **query) for offset in (0, 2, 4, 5, 99)]

    # Then
    assert [ids_of(each) for each in pages] == [five.ids[:2], five.ids[2:4], five.ids[4:], [], []]
    assert [(each["total"], each["limit"], each["offset"]) for each in pages] == [
        (5, 2, 0),
        (5, 2, 2),
        (5, 2, 4),
        (5, 2, 5),
        (5, 2, 99),
    ]


@pytest.mark.parametrize("query", [{}, {"status": "cancelled"}], ids=["all", "cancelled"])
def test_pages_by_cursor_visit_each_job_once_even_while_others_arrive(
    stack: LocalStack, client: ApiClient, query: dict[str, str]
) -> None:
    # Given
    ids = [end_job(stack, client, "cancelled") for _ in range(3)][::-1]

    # When a client walks from page to page, and there is a new job at each step
    visited = [page(client, limit=1, **query)]
    while (cursor := visited[-1]["next_cursor"]) is not None:
        end_job(stack, client, "cancelled")
        visited.append(page(client, limit=1, cursor=cursor, **query))

    # Then the last page is known as such, although it is full
    assert [ids_of(each) for each in visited] == [ids[:1], ids[1:2], ids[2:]]
    assert [each["total"] for each in visited] == [3, 4, 5]
