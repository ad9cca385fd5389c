"""Every error of the API."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def post(client: ApiClient, body: object, headers: dict[str, str] = JSON_TYPE) -> httpx.Response:
    """Post bytes as they are, anything else as ASCII-only JSON, the only way to send a lone surrogate."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode("ascii")
    return client.post("/jobs", content=content, headers=headers)


@pytest.fixture
def pending_job(stack: LocalStack, client: ApiClient) -> Iterator[str]:
    """Yield the id of a job that stays pending while the test runs."""
    with stack.cloud.lambdas.pause("plan"):
        yield client.submit(dialogue())


class TestDocumentedErrors:
    """The quickstart's table of errors, exactly."""

    def test_job_not_found(self, client: ApiClient) -> None:
        response = client.get(f"/jobs/{UNKNOWN_ID}")

        assert response.status_code == 404
        assert error(response) == {"error": "JOB_NOT_FOUND", "message": "工作不存在", "details": {}}

    def test_job_limit_exceeded(self, stack: LocalStack, client: ApiClient) -> None:
        # Given as many active jobs as a user may have
        with stack.cloud.lambdas.pause("plan"):
            for _ in range(MAX_ACTIVE_JOBS):
                client.submit(dialogue())
            # When one more is submitted
            response = client.post("/jobs", json=dialogue())

        # Then
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
        assert error(response) == {
            "error": "JOB_LIMIT_EXCEEDED",
            "message": "已達並發上限，請等待現有工作完成",
            "details": {"current_jobs": 3, "max_jobs": 3},
        }

    def test_the_limit_is_each_users_own(
        self, stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]
    ) -> None:
        with stack.cloud.lambdas.pause("plan"):
            for _ in range(MAX_ACTIVE_JOBS):
                client.submit(dialogue())

            new_client().submit(dialogue())

    def test_an_ended_job_makes_room_for_another(self, stack: LocalStack, client: ApiClient) -> None:
        # Given a user at the limit
        with stack.cloud.lambdas.pause("plan"):
            jobs = [client.submit(dialogue()) for _ in range(MAX_ACTIVE_JOBS)]
            # When one of the jobs ends
            client.cancel(jobs[0])
            # Then there is room for one job, and no more
            client.submit(dialogue())
            assert client.post("/jobs", json=dialogue()).status_code == 429

    def test_job_cannot_cancel(self, client: ApiClient) -> None:
        job = client.complete(dialogue())

        response = client.delete(f"/jobs/{job['id']}")

        assert response.status_code == 409
        assert error(response) == {
            "error": "JOB_CANNOT_CANCEL",
            "message": "無法取消，只有等待中的工作可以取消",
            "details": {"status": "completed"},
        }

    def test_job_not_completed(self, client: ApiClient, pending_job: str) -> None:
        response = client.get(f"/jobs/{pending_job}/download")

        assert response.status_code == 404
        assert error(response) == {"error": "JOB_NOT_COMPLETED", "message": "音檔尚未完成", "details": {}}

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_a_path_that_does_not_exist(self, client: ApiClient, method: str) -> None:
        response = client.request(method, "/jokes", json={} if method == "POST" else None)

        assert response.status_code == 404
        assert error(response)["error"] == "NOT_FOUND"

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_a_method_that_the_path_does_not_have(self, client: ApiClient, method: str) -> None:
        response = client.request(method, "/jobs", json=None if method == "DELETE" else {})

        assert response.status_code == 405
        assert error(response)["error"] == "METHOD_NOT_ALLOWED"
        assert response.headers["Allow"] == "GET, HEAD, POST"


class TestLanguage:
    def test_of_an_error(self, client: ApiClient) -> None:
        response = client.get(f"/jobs/{UNKNOWN_ID}", headers=ENGLISH)

        assert response.headers["Content-Language"] == "en"
        assert error(response)["message"] == "There is no such job."

    def test_of_a_broken_field(self, client: ApiClient) -> None:
        response = client.post("/jobs", json=dialogue(gap_ms=-1), headers=ENGLISH)

        assert error(response)["message"] == "The request is not valid."
        assert error(response)["details"]["errors"] == [{"field": "gap_ms", "message": "must be at least 0"}]

    def test_of_a_body_that_cannot_be_read(self, client: ApiClient) -> None:
        response = post(client, b"{", JSON_TYPE | ENGLISH)

        assert error(response)["message"] == "The request is not valid."

    def test_of_a_failed_job(self, client: ApiClient) -> None:
        job_id = client.submit(dialogue("Hello.", voices=("en-US-NobodyNeural", "")))
        job = client.wait_for(job_id, "failed")

        in_english = client.get(f"/jobs/{job_id}", headers=ENGLISH).json()

        assert job["error_message"] == "找不到 index 0 這一句使用的聲音「en-US-NobodyNeural」，請換一個聲音"
        assert in_english["error_message"] == (
            "There is no voice en-US-NobodyNeural, which the turn of index 0 asks for. Please choose another."
        )

    def test_is_chinese_for_everyone_else(self, client: ApiClient) -> None:
        for wanted in ("fr", "zh-CN", "*", "en;q=0.5, zh-TW;q=0.6", "en;q=0", ";;q=,"):
            response = client.get(f"/jobs/{UNKNOWN_ID}", headers={"Accept-Language": wanted})

            assert response.headers["Content-Language"] == "zh-TW"
            assert error(response)["message"] == "工作不存在"


def with_turn(**changes: object) -> dict[str, Any]:
    """Return a dialogue of one turn, which is valid but for ``changes``."""
    request = dialogue("早安。")
    request["turns"][0].update(changes)
    return request


def with_voice(**changes: object) -> dict[str, Any]:
    """Return a dialogue of one voice assignment, which is valid but for ``changes``."""
    request = dialogue("早安。")
    request["voice_assignments"][0].update(changes)
    return request


def without(*path: str | int) -> dict[str, Any]:
    """Return a dialogue without the value at ``path``."""
    request = part = dialogue("早安。")
    for step in path[:-1]:
        part = part[step]  # type: ignore[index]
    del part[path[-1]]  # type: ignore[arg-type]
    return request


A_SPEAKER, B_SPEAKER = {"speaker": "A", "voice_id": HSIAO_YU}, {"speaker": "B", "voice_id": YUN_JHE}

INVALID_DIALOGUES = {
    "no provider": (without("provider"), "provider"),
    "an unknown provider": (dialogue(provider="parrot"), "provider"),
    "a number for the provider": (dialogue(provider=1), "provider"),
    "null for the provider": (dialogue(provider=None), "provider"),
    "no turns": (without("turns"), "turns"),
    "an empty list of turns": (dialogue(turns=[]), "turns"),
    "a text for the turns": (dialogue(turns="A: 早安"), "turns"),
    "an object for the turns": (dialogue(turns={"speaker": "A", "text": "早安", "index": 0}), "turns"),
    "1,001 turns": (dialogue(*["早"] * 1001), "turns"),
    "a text for a turn": (dialogue(turns=["早安"]), "turns[0]"),
    "100,001 characters": (dialogue("早" * 100_000, "安"), "turns"),
    "a turn without speaker": (without("turns", 0, "speaker"), "turns[0].speaker"),
    "a turn without text": (without("turns", 0, "text"), "turns[0].text"),
    "an empty text": (with_turn(text=""), "turns[0].text"),
    "a blank text": (with_turn(text=" \n\t\u3000"), "turns[0].text"),
    "a list for a text": (with_turn(text=["早安"]), "turns[0].text"),
    "a control character": (with_turn(text="早\x07安"), "turns[0].text"),
    "a null character": (with_turn(text="早安\x00"), "turns[0].text"),
    "a lone surrogate": (with_turn(text="早\ud83d安"), "turns[0].text"),
    "a noncharacter": (with_turn(text="早\uffff安"), "turns[0].text"),
    "a turn without index": (without("turns", 0, "index"), "turns[0].index"),
    "a negative index": (with_turn(index=-1), "turns[0].index"),
    "a fractional index": (with_turn(index=0.5), "turns[0].index"),
    "a text for an index": (with_turn(index="0"), "turns[0].index"),
    "a truth value for an index": (with_turn(index=True), "turns[0].index"),
    "an index beyond every integer": (with_turn(index=10**400), "turns[0].index"),
    "an infinite index": (with_turn(index=float("inf")), "turns[0].index"),
    "an index used twice": (
        dialogue(turns=[{"speaker": "A", "text": text, "index": 4} for text in ("早", "安")]),
        "turns[1].index",
    ),
    "an unknown field in a turn": (with_turn(tempo=2), "turns[0].tempo"),
    "no voices": (without("voice_assignments"), "voice_assignments"),
    "null for the voices": (dialogue(voice_assignments=None), "voice_assignments"),
    "a speaker without voice": (dialogue(voice_assignments=[A_SPEAKER]), "voice_assignments"),
    "a speaker with two voices": (
        dialogue(voice_assignments=[A_SPEAKER, B_SPEAKER, A_SPEAKER]),
        "voice_assignments[2].speaker",
    ),
    "a voice without id": (without("voice_assignments", 0, "voice_id"), "voice_assignments[0].voice_id"),
    "an empty voice id": (with_voice(voice_id=""), "voice_assignments[0].voice_id"),
    "markup in a voice id": (with_voice(voice_id="zh-TW-X'><break/>"), "voice_assignments[0].voice_id"),
    "a very long voice id": (with_voice(voice_id=f"zh-TW-{'X' * 100}"), "voice_assignments[0].voice_id"),
    "a lone surrogate in a voice's name": (with_voice(voice_name="\udc00"), "voice_assignments[0].voice_name"),
    "a malformed language": (dialogue(language="zh_TW"), "language"),
    "an unknown output format": (dialogue(output_format="ogg"), "output_format"),
    "a gap of 2,001 ms": (dialogue(gap_ms=2001), "gap_ms"),
    "a negative gap": (dialogue(gap_ms=-1), "gap_ms"),
    "a text for the gap": (dialogue(gap_ms="300"), "gap_ms"),
    "not a number for the gap": (dialogue(gap_ms=float("nan")), "gap_ms"),
    "a crossfade of 501 ms": (dialogue(crossfade_ms=501), "crossfade_ms"),
    "a fractional crossfade": (dialogue(crossfade_ms=1.5), "crossfade_ms"),
    "an unknown field": (dialogue(volume=11), "volume"),
}

UNREADABLE_BODIES = {
    "nothing": b"",
    "white space": b" \n",
    "an open brace": b"{",
    "a trailing comma": b'{"provider": "azure",}',
    "two values": b"{} {}",
    "no JSON": "你好".encode(),
    "not UTF-8": '{"provider": "azure"}'.encode("utf-16"),
    "half a character": b'{"provider": "\xe4\xbd"}',
    "an array": b"[]",
    "a text": b'"dialogue"',
    "a number": b"1",
    "null": b"null",
    "a number of 10,000 digits": b'{"gap_ms": ' + b"1" * 10_000 + b"}",
    "arrays nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "objects nested 100,000 deep": b'{"turns":' * 100_000 + b"1" + b"}" * 100_000,
}


class TestInvalidDialogues:
    @pytest.mark.parametrize(("body", "field"), INVALID_DIALOGUES.values(), ids=INVALID_DIALOGUES)
    def test_name_the_broken_field(self, client: ApiClient, body: dict[str, Any], field: str) -> None:
        assert broken_fields(post(client, body)) == [field]

    @pytest.mark.parametrize("speaker", ["", "\u3000 \t", "早" * 51, "A\x00", 7, None], ids=ascii)
    def test_a_speaker_without_a_proper_name(self, client: ApiClient, speaker: object) -> None:
        request = dialogue("早安。")
        request["turns"][0]["speaker"] = speaker
        request["voice_assignments"][0]["speaker"] = speaker

        assert broken_fields(post(client, request)) == ["turns[0].speaker", "voice_assignments[0].speaker"]

    @pytest.mark.parametrize("body", UNREADABLE_BODIES.values(), ids=UNREADABLE_BODIES)
    def test_a_body_that_is_no_object_at_all(self, client: ApiClient, body: bytes) -> None:
        assert broken_fields(post(client, body)) == ["body"]

    @pytest.mark.parametrize("depth", [100, 500, 900, 2000])
    def test_a_field_nested_deeply(self, client: ApiClient, depth: int) -> None:
        nested = b'{"provider": "azure", "turns": ' + b"[" * depth + b"]" * depth + b"}"

        assert broken_fields(post(client, nested))

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
    def test_another_content_type(self, client: ApiClient, content_type: str) -> None:
        assert broken_fields(post(client, dialogue(), {"Content-Type": content_type})) == ["body"]

    @pytest.mark.parametrize(
        "request_body", [dialogue() | {"\ud83d": 1}, with_turn(**{"\udfff": 1})], ids=["top level", "turn"]
    )
    def test_a_field_whose_name_no_answer_can_repeat(self, client: ApiClient, request_body: dict[str, Any]) -> None:
        assert len(broken_fields(post(client, request_body))) == 1

    def test_report_all_broken_fields_together(self, client: ApiClient) -> None:
        # Given a dialogue in which everything is wrong, by itself and in combination
        request = dialogue(
            "早安。",
            " ",
            "再見。",
            language="?",
            output_format="ogg",
            gap_ms="long",
            crossfade_ms=501,
            volume=11,
            voice_assignments=[A_SPEAKER | {"voice_id": "Hsiao Yu"}, A_SPEAKER],
        )
        request["turns"][2]["index"] = 0
        del request["turns"][0]["speaker"]

        # When / Then
        assert sorted(broken_fields(post(client, request))) == [
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

    def test_leave_the_service_and_the_users_slots_as_they_were(self, client: ApiClient) -> None:
        # Given one user's every mistake
        for body in (*UNREADABLE_BODIES.values(), *(body for body, _field in INVALID_DIALOGUES.values())):
            assert post(client, body).status_code == 400

        # When a good request follows
        job = client.complete(dialogue())

        # Then it is the only one that made a job
        assert client.list_ids() == [job["id"]]


class TestLimitsAreInclusive:
    @pytest.mark.parametrize(
        "request_body",
        [
            pytest.param(dialogue(*["早"] * 1000), id="1,000 turns"),
            pytest.param(dialogue("早" * 99_999, "安"), id="100,000 characters"),
            pytest.param(dialogue(gap_ms=2000, crossfade_ms=500), id="gap and crossfade"),
            pytest.param(dialogue(gap_ms=0, crossfade_ms=0), id="no gap, no crossfade"),
            pytest.param(with_turn(index=2**53 - 1), id="the largest index"),
            pytest.param(with_turn(text="<break/> & \U0001f600 \t\n"), id="markup and emoji"),
        ],
    )
    def test_what_is_just_allowed(self, stack: LocalStack, client: ApiClient, request_body: dict[str, Any]) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(request_body)

            assert client.job(job_id)["input_params"]["turns"] == request_body["turns"]
            client.cancel(job_id)

    @pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "Application/JSON"])
    def test_a_content_type_in_another_spelling(self, client: ApiClient, content_type: str) -> None:
        assert post(client, dialogue(), {"Content-Type": content_type}).status_code == 201


class TestInvalidQueries:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"limit": -1}, "limit"),
            ({"limit": "ten"}, "limit"),
            ({"limit": "1.5"}, "limit"),
            ({"limit": ""}, "limit"),
            ({"limit": "9" * 5000}, "limit"),
            ({"offset": -1}, "offset"),
            ({"offset": "many"}, "offset"),
            ({"offset": 10_001}, "offset"),
            ({"status": "done"}, "status"),
            ({"status": "COMPLETED"}, "status"),
            ({"status": ""}, "status"),
            ({"cursor": "x"}, "cursor"),
            ({"cursor": ""}, "cursor"),
            ({"cursor": "你好"}, "cursor"),
            ({"cursor": UNKNOWN_ID}, "cursor"),
            ({"cursor": "VQ6EAOKbQdSnFkRmVUQAAA", "offset": 1}, "offset"),
        ],
        ids=lambda value: (
            ",".join(f"{name}={text!s:.12}" for name, text in value.items()) if isinstance(value, dict) else None
        ),
    )
    def test_name_the_broken_parameter(self, client: ApiClient, query: dict[str, Any], field: str) -> None:
        assert broken_fields(client.get("/jobs", params=query)) == [field]

    @pytest.mark.parametrize("query", [{"limit": 1}, {"limit": 100}, {"offset": 10_000}], ids=str)
    def test_what_is_just_allowed(self, client: ApiClient, query: dict[str, int]) -> None:
        assert client.list_ids(**query) == []


class TestOtherPeoplesJobs:
    CALLS = (("GET", ""), ("GET", "/download"), ("DELETE", ""))

    @pytest.mark.parametrize(("method", "suffix"), CALLS)
    def test_do_not_exist_to_the_byte(
        self, client: ApiClient, new_client: Callable[[], ApiClient], method: str, suffix: str
    ) -> None:
        # Given
        job_id = new_client().submit(dialogue())

        # When
        theirs = client.request(method, f"/jobs/{job_id}{suffix}")
        unknown = client.request(method, f"/jobs/{UNKNOWN_ID}{suffix}")

        # Then
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.content == unknown.content
        assert set(theirs.headers) == set(unknown.headers)

    @pytest.mark.parametrize(("method", "suffix"), CALLS)
    @pytest.mark.parametrize(
        "malformed_id",
        [
            "1",
            "job",
            "你好",
            "' OR '1'='1",
            "JOB#550e8400",
            UNKNOWN_ID.upper(),
            UNKNOWN_ID.replace("-", ""),
            f"{UNKNOWN_ID}\n",
            f" {UNKNOWN_ID}",
            "0" * 5000,
            "%00",
            "$.{}",
        ],
        ids=lambda malformed_id: ascii(malformed_id[:12]),
    )
    def test_are_like_ids_that_are_none(self, client: ApiClient, malformed_id: str, method: str, suffix: str) -> None:
        response = client.request(method, f"/jobs/{quote(malformed_id, safe='')}{suffix}")

        assert response.status_code == 404
        assert response.content == client.get(f"/jobs/{UNKNOWN_ID}").content


class TestRequestId:
    def test_is_on_every_response_and_never_the_same(self, stack: LocalStack, client: ApiClient) -> None:
        # Given one response of each kind
        completed = client.complete(dialogue())["id"]
        with stack.cloud.lambdas.pause("plan"):
            responses = [
                client.get("/health"),
                client.get("/jobs"),
                client.get(f"/jobs/{completed}"),
                client.get(f"/jobs/{completed}/download"),
                client.get(f"/jobs/{UNKNOWN_ID}"),
                client.delete(f"/jobs/{completed}"),
                client.get("/nowhere"),
                client.get("/jobs", params={"limit": 0}),
                post(client, b"{"),
                post(client, {}),
                *(client.post("/jobs", json=dialogue()) for _ in range(MAX_ACTIVE_JOBS + 1)),
            ]

        # Then
        assert {response.status_code for response in responses} == {
            HTTPStatus.OK,
            HTTPStatus.CREATED,
            HTTPStatus.FOUND,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.TOO_MANY_REQUESTS,
        }
        request_ids = {uuid.UUID(response.headers["X-Request-ID"]) for response in responses}
        assert len(request_ids) == len(responses)
