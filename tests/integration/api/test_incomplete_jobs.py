"""Completed jobs with a missing part, temporarily or permanently: the API answers with the parts that it has."""

from __future__ import annotations

import json
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import boto3
import pytest

from castline import composition
from castline.audio.keys import audio_key
from castline.dynamodb import serialize
from castline.jobs import items
from castline.jobs.plain_values import plain_values
from castline.observability import logger
from local import resources
from tests.integration.api.client import Answer, call
from tests.integration.api.completed_jobs import AUDIO, complete_job
from tests.integration.examples import make_dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.jobs.model import Job

pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def job() -> Job:
    return complete_job()


def delete_item(job: Job, sort_key: str) -> None:
    boto3.client("dynamodb").delete_item(
        TableName=resources.TABLE_NAME, Key=serialize(items.job_key(job.id, sort_key))
    )


def key_of(job: Job) -> str:
    assert job.audio_file_id is not None
    return audio_key(job.id, job.audio_file_id, job.output_format)


def get(job: Job, suffix: str = "", *, accept: str = "*/*", language: str = "en") -> Answer:
    headers = {"Accept": accept, "Accept-Language": language}
    return call("GET", f"/jobs/{job.id}{suffix}", user=job.user_id, headers=headers)


@contextmanager
def result_hidden(*, reads: int) -> Iterator[list[int]]:
    """Hide the result from the first ``reads`` queries, as if they saw half of the completing transaction."""
    events = composition.job_repository()._client.meta.events
    seen: list[int] = []

    def hide(parsed: dict[str, Any], **_: Any) -> None:
        seen.append(len(parsed["Items"]))
        if len(seen) <= reads:
            parsed["Items"] = [item for item in parsed["Items"] if item["sk"] != {"S": items.RESULT}]

    events.register("after-call.dynamodb.Query", hide)
    try:
        yield seen
    finally:
        events.unregister("after-call.dynamodb.Query", hide)


@pytest.mark.parametrize("hidden", [1, 2])
def test_a_result_that_is_not_visible_yet_is_read_again(job: Job, hidden: int) -> None:
    # When a query sees half of the transaction that has completed a job
    with result_hidden(reads=hidden) as queries:
        answer = get(job)

    # Then its client sees all of it
    assert answer.json()["status"] == "completed"
    assert answer.json()["result_metadata"]["size_bytes"] == len(AUDIO)
    assert len(queries) == hidden + 1


def test_a_result_that_is_lost_is_left_out_and_told_of(
    job: Job, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given
    delete_item(job, items.RESULT)
    warning = Mock()
    monkeypatch.setattr(logger, "warning", warning)

    # When
    answer = get(job)

    # Then
    assert (answer.status, answer.json()["status"]) == (200, "completed")
    assert "result_metadata" not in answer.json()
    (call_,) = warning.call_args_list
    assert call_.kwargs["extra"] == {"reason": f"JOB#{job.id} RESULT: missing"}
    assert caplog.records == []


def test_a_job_whose_input_is_lost_cannot_be_resubmitted(job: Job) -> None:
    # Given
    delete_item(job, items.INPUT)

    # When
    answers = {
        language: call("POST", f"/jobs/{job.id}/resubmit", user=job.user_id, headers={"Accept-Language": language})
        for language in ("en", "zh-TW")
    }

    # Then it is said what to do, which is not to wait
    assert {language: (answer.status, answer.json()) for language, answer in answers.items()} == {
        language: (409, {"error": "INPUT_NOT_AVAILABLE", "message": message, "details": {}})
        for language, message in {
            "en": "The input of this job is no longer available. Please submit it as a new job.",
            "zh-TW": "這個工作的輸入內容已無法取得，請建立新的工作",
        }.items()
    }


def test_a_download_needs_no_result(job: Job) -> None:
    # Given
    delete_item(job, items.RESULT)

    # When
    redirect, as_json = (get(job, "/download", accept=accept) for accept in ("*/*", "application/json"))

    # Then both forms lead to the file, which is described as it is
    assert redirect.status == 302
    assert redirect.headers["Location"].partition("?")[0] == as_json.json()["download_url"].partition("?")[0]
    assert as_json.json()["size_bytes"] == len(AUDIO)
    assert as_json.json()["content_type"] == "audio/mpeg"


@pytest.mark.parametrize(("refusal", "accept"), [("404", "*/*"), ("403", "*/*"), ("403", "application/json")])
def test_audio_that_is_gone_is_a_404_in_either_form(job: Job, accept: str, refusal: str) -> None:
    # Given a job without its file; S3 says 403 to those who may not list the bucket, as the API's function
    boto3.client("s3").delete_object(Bucket=resources.BUCKET_NAME, Key=key_of(job))
    events: Any = composition.published_audio()._client.meta.events

    def forbid(**_: Any) -> tuple[Any, dict[str, Any]]:
        return Mock(status_code=403), {"Error": {"Code": "403", "Message": "Forbidden"}, "ResponseMetadata": {}}

    if refusal == "403":
        events.register("before-call.s3.HeadObject", forbid)
    try:
        # When
        answers = {language: get(job, "/download", accept=accept, language=language) for language in ("en", "zh-TW")}
    finally:
        events.unregister("before-call.s3.HeadObject", forbid)

    # Then
    assert {language: (answer.status, answer.json()) for language, answer in answers.items()} == {
        language: (404, {"error": "AUDIO_NOT_AVAILABLE", "message": message, "details": {}})
        for language, message in {
            "en": "The audio of this job is no longer available. Please submit it again.",
            "zh-TW": "這個工作的音檔已無法取得，請重新提交",
        }.items()
    }


def test_a_job_whose_input_breaks_a_rule_of_today_is_shown_without_its_turns() -> None:
    # Given a job of a time when a text of nothing visible was taken
    dialogue = make_dialogue("好")
    values = plain_values(dialogue)
    values["turns"][0]["text"] = "\u200b"
    job = complete_job(dialogue=dialogue)
    item = {**items.job_key(job.id, items.INPUT), "dialogue": zlib.compress(json.dumps(values).encode())}
    boto3.client("dynamodb").put_item(TableName=resources.TABLE_NAME, Item=serialize(item))

    # When
    answer = get(job)

    # Then
    assert (answer.status, answer.json()["status"]) == (200, "completed")
    input_params = answer.json()["input_params"]
    assert input_params["turns"] == []
    assert (input_params["quality"], input_params["loudness"]) == ("standard", "none")
    assert answer.json()["result_metadata"]


def test_nobody_guesses_how_a_job_sounds_whose_input_is_lost(job: Job) -> None:
    delete_item(job, items.INPUT)

    answer = get(job)

    assert (answer.status, answer.json()["status"]) == (200, "completed")
    assert not {"quality", "loudness", "music", "cover_id"} & answer.json()["input_params"].keys()
