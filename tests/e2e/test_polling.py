"""Polling, and the download of the result, by a careful client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.e2e.dialogues import dialogue
from tests.e2e.ended_jobs import CompletedJob
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

ENGLISH = {"Accept-Language": "en"}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def completed(new_client: Callable[[], ApiClient]) -> CompletedJob:
    client = new_client()
    return CompletedJob(client, client.complete(dialogue()))


def ask(completed: CompletedJob, path: str = "", **request: Any) -> httpx.Response:
    """Return the answer to ``GET /jobs/{id}`` or a path below it."""
    return completed.client.get(f"/jobs/{completed.job['id']}{path}", **request)


def fetch(url: str) -> httpx.Response:
    """Fetch a file from its presigned URL."""
    return httpx.get(url, trust_env=False, timeout=PATIENCE_SECONDS)


class TestPolling:
    def test_says_nothing_twice(self, stack: LocalStack, client: ApiClient) -> None:
        # Given a pending job that the client has seen
        with stack.cloud.lambdas.pause("plan"):
            job = client.submit(dialogue())
            seen = client.get(f"/jobs/{job}")

            # When it asks again
            again = client.get(f"/jobs/{job}", headers={"If-None-Match": seen.headers["ETag"]})

        # Then it is told that nothing has changed, and when to ask next
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Retry-After"):
            assert again.headers[name] == seen.headers[name]
        assert seen.headers["Cache-Control"] == "private, no-cache"
        assert int(seen.headers["Retry-After"]) > 0
        # And once it has changed, it is told all
        client.wait_for(job, "completed")
        changed = client.get(f"/jobs/{job}", headers={"If-None-Match": seen.headers["ETag"]})
        assert (changed.status_code, changed.json()["status"]) == (200, "completed")
        assert changed.headers["ETag"] != seen.headers["ETag"]
        assert "Retry-After" not in changed.headers

    def test_understands_a_list_of_tags(self, completed: CompletedJob) -> None:
        # Given
        tag = ask(completed).headers["ETag"]

        # When
        known = ask(completed, headers={"If-None-Match": f'"other", W/{tag}'})
        unknown = ask(completed, headers={"If-None-Match": '"other"'})

        # Then
        assert (known.status_code, unknown.status_code) == (304, 200)

    def test_tells_languages_apart(self, completed: CompletedJob) -> None:
        # Given
        chinese = ask(completed)

        # When
        english = ask(completed, headers=ENGLISH | {"If-None-Match": chinese.headers["ETag"]})

        # Then
        assert english.status_code == 200
        assert "Accept-Language" in english.headers["Vary"]
        assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh-TW", "en")


class TestDownload:
    def test_as_json_says_where_the_file_is(self, completed: CompletedJob) -> None:
        # When
        response = ask(completed, "/download", headers=JSON)

        # Then
        body = response.json()
        assert response.status_code == 200
        assert (response.headers["Cache-Control"], response.headers["Vary"]) == ("no-store", "Accept, Authorization")
        assert body["content_type"] == "audio/mpeg"
        assert body["size_bytes"] == completed.job["result_metadata"]["size_bytes"]
        remaining = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
        assert 14 * 60 < remaining.total_seconds() <= 15 * 60
        file = fetch(body["download_url"])
        assert len(file.content) == body["size_bytes"]
        assert f'attachment; filename="{body["filename"]}"' in file.headers["Content-Disposition"]

    def test_is_a_redirect_for_everyone_else(self, completed: CompletedJob) -> None:
        assert ask(completed, "/download", headers={"Accept": "text/html,*/*;q=0.8"}).status_code == 302

    def test_head_is_answered_wherever_it_is_redirected_to(self, completed: CompletedJob) -> None:
        # Given a client that looks at a file before it downloads it, as feed readers do
        path = f"/jobs/{completed.job['id']}/download"

        # When it follows the redirect with the method that it came with
        head = completed.client.head(path, follow_redirects=True)

        # Then it is told of the file that GET delivers
        file = completed.client.download(completed.job["id"])
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["Content-Length"]) == len(file.content)
        for name in ("Content-Type", "ETag"):
            assert head.headers[name] == file.headers[name]

    @pytest.mark.parametrize("disposition", ["inline", "attachment"])
    def test_is_to_play_or_to_save(self, completed: CompletedJob, disposition: str) -> None:
        # When
        redirect = ask(completed, "/download", params={"disposition": disposition})
        as_json = ask(completed, "/download", params={"disposition": disposition}, headers=JSON)

        # Then
        for url in (redirect.headers["Location"], as_json.json()["download_url"]):
            assert fetch(url).headers["Content-Disposition"].startswith(f"{disposition};")

    def test_to_any_other_end_is_refused(self, completed: CompletedJob) -> None:
        response = ask(completed, "/download", params={"disposition": "print"})

        assert (response.status_code, response.json()["details"]["errors"][0]["field"]) == (400, "disposition")

    def test_of_an_unfinished_job_is_refused_in_either_form(self, stack: LocalStack, client: ApiClient) -> None:
        # Given
        with stack.cloud.lambdas.pause("plan"):
            job = client.submit(dialogue())

            # When
            responses = [client.get(f"/jobs/{job}/download", headers=headers) for headers in ({}, JSON)]
            client.cancel(job)

        # Then
        assert [response.json()["error"] for response in responses] == ["JOB_NOT_COMPLETED"] * 2
