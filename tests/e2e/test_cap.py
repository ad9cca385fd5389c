"""Limit of three active jobs a user, under concurrent requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import dialogue
from tests.e2e.slots import assert_all_slots_are_free

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

SUBMISSIONS = 12


def test_many_submissions_at_once_make_three_jobs(
    stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]
) -> None:
    # Given a user in a hurry, and one who is not
    other = new_client()

    def submit(_number: int) -> httpx.Response:
        return client.post("/jobs", json=dialogue())

    # When the one submits many jobs at once, none of which can begin yet
    with stack.cloud.lambdas.pause("plan"):
        with ThreadPoolExecutor(SUBMISSIONS) as pool:
            responses = list(pool.map(submit, range(SUBMISSIONS)))
        others_job = other.submit(dialogue())

        # Then three are accepted, and the others are told the truth
        accepted = [response.json()["id"] for response in responses if response.status_code == 201]
        refused = [response for response in responses if response.status_code == 429]
        assert (len(accepted), len(refused)) == (MAX_ACTIVE_JOBS, SUBMISSIONS - MAX_ACTIVE_JOBS)
        assert all(response.json()["details"] == {"current_jobs": 3, "max_jobs": 3} for response in refused)
        assert all(int(response.headers["Retry-After"]) > 0 for response in refused)
        assert sorted(client.list_ids(limit=100)) == sorted(accepted)

    # And when they are done, all slots are free again
    for job_id in accepted:
        client.wait_for(job_id, "completed")
    other.wait_for(others_job, "completed")
    assert_all_slots_are_free(stack, client)


def test_an_ended_job_makes_room_for_another(stack: LocalStack, client: ApiClient) -> None:
    # Given a user at the limit
    with stack.cloud.lambdas.pause("plan"):
        jobs = [client.submit(dialogue()) for _ in range(MAX_ACTIVE_JOBS)]

        # When one of the jobs ends
        client.cancel(jobs[0])

        # Then there is room for one job, and no more
        jobs.append(client.submit(dialogue()))
        assert client.post("/jobs", json=dialogue()).status_code == 429
        for job_id in jobs[1:]:
            client.cancel(job_id)
