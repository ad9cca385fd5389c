"""Polling, and the download of the result, by a careful client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

ENGLISH = {"Accept-Language": "en"}
JSON = {"Accept": "application/json"}


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

    @pytest.mark.parametrize("header", ["*", "W/{}", '"other", {}', '"a,b",W/{}'])
    def test_understands_every_form_of_the_condition(self, client: ApiClient, header: str) -> None:
        job = client.complete(dialogue())["id"]
        tag = client.get(f"/jobs/{job}").headers["ETag"]

        assert client.get(f"/jobs/{job}", headers={"If-None-Match": header.format(tag)}).status_code == 304
        assert client.get(f"/jobs/{job}", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_tells_languages_apart(self, client: ApiClient) -> None:
        job = client.complete(dialogue())["id"]
        chinese = client.get(f"/jobs/{job}")

        english = client.get(f"/jobs/{job}", headers=ENGLISH | {"If-None-Match": chinese.headers["ETag"]})

        assert english.status_code == 200
        assert "Accept-Language" in english.headers["Vary"]
        assert (chinese.headers["Content-Language"], english.headers["Content-Language"]) == ("zh-TW", "en")


class TestDownload:
    def test_as_json_says_where_the_file_is(self, client: ApiClient) -> None:
        # Given
        job = client.complete(dialogue())

        # When
        response = client.get(f"/jobs/{job['id']}/download", headers=JSON)

        # Then
        body = response.json()
        assert response.status_code == 200
        assert (response.headers["Cache-Control"], response.headers["Vary"]) == ("no-store", "Accept, Authorization")
        assert body["content_type"] == "audio/mpeg"
        assert body["size_bytes"] == job["result_metadata"]["size_bytes"]
        remaining = datetime.fromisoformat(body["expires_at"]) - datetime.now(UTC)
        assert 14 * 60 < remaining.total_seconds() <= 15 * 60
        file = httpx.get(body["download_url"], trust_env=False, timeout=PATIENCE_SECONDS)
        assert len(file.content) == body["size_bytes"]
        assert f'attachment; filename="{body["filename"]}"' in file.headers["Content-Disposition"]

    @pytest.mark.parametrize("accept", ["*/*", "audio/mpeg", "text/html,*/*;q=0.8"])
    def test_is_a_redirect_for_everyone_else(self, client: ApiClient, accept: str) -> None:
        job = client.complete(dialogue())["id"]

        assert client.get(f"/jobs/{job}/download", headers={"Accept": accept}).status_code == 302

    def test_head_is_answered_wherever_it_is_redirected_to(self, client: ApiClient) -> None:
        # Given a client that looks at a file before it downloads it, as feed readers do
        job = client.complete(dialogue())

        # When it follows the redirect with the method that it came with
        head = client.head(f"/jobs/{job['id']}/download", follow_redirects=True)

        # Then it is told of the file that GET delivers
        file = client.download(job["id"])
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["Content-Length"]) == len(file.content) == job["result_metadata"]["size_bytes"]
        for name in ("Content-Type", "ETag"):
            assert head.headers[name] == file.headers[name]

    @pytest.mark.parametrize("disposition", ["inline", "attachment"])
    @pytest.mark.parametrize("headers", [{}, JSON], ids=["redirect", "json"])
    def test_to_play_or_to_save(self, client: ApiClient, disposition: str, headers: dict[str, str]) -> None:
        job = client.complete(dialogue())["id"]

        response = client.get(f"/jobs/{job}/download", params={"disposition": disposition}, headers=headers)

        url = response.headers["Location"] if response.status_code == 302 else response.json()["download_url"]
        assert (
            httpx.get(url, trust_env=False, timeout=PATIENCE_SECONDS)
            .headers["Content-Disposition"]
            .startswith(f"{disposition};")
        )

    def test_any_other_disposition_is_refused(self, client: ApiClient) -> None:
        job = client.complete(dialogue())["id"]

        response = client.get(f"/jobs/{job}/download", params={"disposition": "print"})

        assert (response.status_code, response.json()["details"]["errors"][0]["field"]) == (400, "disposition")

    def test_of_an_unfinished_job_is_refused_in_either_form(self, stack: LocalStack, client: ApiClient) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job = client.submit(dialogue())
            responses = [client.get(f"/jobs/{job}/download", headers=headers) for headers in ({}, JSON)]

        assert [response.json()["error"] for response in responses] == ["JOB_NOT_COMPLETED"] * 2
