"""Errors of the API as clients get them: the quickstart's table, their form, their language, and invalid requests."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import HSIAO_YU, dialogue

if TYPE_CHECKING:
    import httpx

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440000"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,de;q=0.8"}
JSON_TYPE = {"Content-Type": "application/json"}


def error(response: httpx.Response) -> dict[str, Any]:
    """Return the body of an error, which has the same three fields whatever went wrong."""
    body: dict[str, Any] = response.json()
    assert set(body) == {"error", "message", "details"}
    assert body["message"]
    return body


def broken_fields(response: httpx.Response) -> list[str]:
    """Return the fields that a VALIDATION_ERROR complains about, each with some message."""
    assert response.status_code == 400, response.text
    body = error(response)
    assert (body["error"], body["message"]) == ("VALIDATION_ERROR", "請求內容有誤")
    for problem in body["details"]["errors"]:
        assert set(problem) - {"line"} == {"field", "message"}
        assert problem["message"]
    return [problem["field"] for problem in body["details"]["errors"]]


class TestDocumentedErrors:
    """The quickstart's table of errors, exactly."""

    def test_job_not_found(self, client: ApiClient) -> None:
        response = client.get(f"/jobs/{UNKNOWN_ID}")

        assert response.status_code == 404
        assert error(response) == {"error": "JOB_NOT_FOUND", "message": "工作不存在", "details": {}}

    def test_job_limit_exceeded(self, stack: LocalStack, client: ApiClient) -> None:
        # Given as many active jobs as a user may have
        with stack.cloud.lambdas.pause("plan"):
            jobs = [client.submit(dialogue()) for _ in range(MAX_ACTIVE_JOBS)]

            # When one more is submitted
            response = client.post("/jobs", json=dialogue())
            for job_id in jobs:
                client.cancel(job_id)

        # Then
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
        assert error(response) == {
            "error": "JOB_LIMIT_EXCEEDED",
            "message": "已達並發上限，請等待現有工作完成",
            "details": {"current_jobs": 3, "max_jobs": 3},
        }

    def test_job_cannot_cancel(self, client: ApiClient) -> None:
        # Given
        job = client.complete(dialogue())

        # When
        response = client.delete(f"/jobs/{job['id']}")

        # Then
        assert response.status_code == 409
        assert error(response) == {
            "error": "JOB_CANNOT_CANCEL",
            "message": "無法取消，只有等待中的工作可以取消",
            "details": {"status": "completed"},
        }

    def test_job_not_completed(self, stack: LocalStack, client: ApiClient) -> None:
        # Given
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())

            # When
            response = client.get(f"/jobs/{job_id}/download")
            client.cancel(job_id)

        # Then
        assert response.status_code == 404
        assert error(response) == {"error": "JOB_NOT_COMPLETED", "message": "音檔尚未完成", "details": {}}

    def test_a_path_that_does_not_exist(self, client: ApiClient) -> None:
        response = client.get("/jokes")

        assert response.status_code == 404
        assert error(response)["error"] == "NOT_FOUND"

    def test_a_method_that_the_path_does_not_have(self, client: ApiClient) -> None:
        response = client.put("/jobs", json={})

        assert response.status_code == 405
        assert error(response)["error"] == "METHOD_NOT_ALLOWED"
        assert response.headers["Allow"] == "GET, HEAD, POST"


class TestLanguage:
    def test_of_an_error_is_the_one_asked_for(self, client: ApiClient) -> None:
        response = client.get(f"/jobs/{UNKNOWN_ID}", headers=ENGLISH)

        assert response.headers["Content-Language"] == "en"
        assert error(response)["message"] == "There is no such job."

    def test_is_chinese_for_everyone_else(self, client: ApiClient) -> None:
        response = client.get(f"/jobs/{UNKNOWN_ID}", headers={"Accept-Language": "fr"})

        assert response.headers["Content-Language"] == "zh-TW"
        assert error(response)["message"] == "工作不存在"

    def test_of_a_broken_field(self, client: ApiClient) -> None:
        response = client.post("/jobs", json=dialogue(gap_ms=-1), headers=ENGLISH)

        assert error(response)["message"] == "The request is not valid."
        assert error(response)["details"]["errors"] == [{"field": "gap_ms", "message": "must be at least 0"}]

    def test_of_a_failed_job(self, client: ApiClient) -> None:
        # Given
        job_id = client.submit(dialogue("Hello.", voices=("en-US-NobodyNeural", "")))

        # When
        job = client.wait_for(job_id, "failed")
        in_english = client.get(f"/jobs/{job_id}", headers=ENGLISH).json()

        # Then
        assert job["error_message"] == "找不到 index 0 這一句使用的聲音「en-US-NobodyNeural」，請換一個聲音"
        assert in_english["error_message"] == (
            "There is no voice en-US-NobodyNeural, which the turn of index 0 asks for. Please choose another."
        )


class TestInvalidRequests:
    """Invalid requests over HTTP. The unit tests of requests and bodies have all the rules."""

    def test_name_all_broken_fields_together_and_leave_nothing_behind(self, client: ApiClient) -> None:
        # Given a dialogue in which everything is wrong, by itself and in combination
        speaker = {"speaker": "A", "voice_id": HSIAO_YU}
        request = dialogue(
            "早安。",
            " ",
            "再見。",
            language="?",
            output_format="ogg",
            gap_ms="long",
            crossfade_ms=501,
            volume=11,
            voice_assignments=[speaker | {"voice_id": "Hsiao Yu"}, speaker],
        )
        request["turns"][2]["index"] = 0
        del request["turns"][0]["speaker"]

        # When
        response = client.post("/jobs", json=request)

        # Then
        assert sorted(broken_fields(response)) == [
            "crossfade_ms",
            "gap_ms",
            "language",
            "output_format",
            "turns[0].speaker",
            "turns[1].text",
            "turns[2].index",
            "voice_assignments",
            "voice_assignments[0].voice_id",
            "voice_assignments[1].speaker",
            "volume",
        ]
        assert client.list_ids() == []

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [(b"{", "application/json"), (b'{"provider": "\xe4\xbd"}', "application/json"), (b"{}", "text/plain")],
        ids=["not JSON", "not UTF-8", "another content type"],
    )
    def test_name_a_body_that_cannot_be_read(self, client: ApiClient, body: bytes, content_type: str) -> None:
        response = client.post("/jobs", content=body, headers={"Content-Type": content_type})

        assert broken_fields(response) == ["body"]

    def test_name_a_broken_parameter(self, client: ApiClient) -> None:
        response = client.get("/jobs", params={"limit": 101})

        assert broken_fields(response) == ["limit"]


def test_every_response_has_a_request_id_of_its_own(client: ApiClient) -> None:
    # When
    responses = [
        client.get("/health"),
        client.get("/jobs"),
        client.get(f"/jobs/{UNKNOWN_ID}"),
        client.get("/nowhere"),
        client.get("/jobs", params={"limit": 0}),
        client.post("/jobs", content=b"{", headers=JSON_TYPE),
        client.post("/jobs/estimate", json=dialogue()),
    ]

    # Then
    assert {response.status_code for response in responses} == {
        HTTPStatus.OK,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
    }
    request_ids = {uuid.UUID(response.headers["X-Request-ID"]) for response in responses}
    assert len(request_ids) == len(responses)
