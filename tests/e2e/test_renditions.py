"""Other versions of a finished job: another file of what was spoken, for which nothing is spoken or billed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline import composition
from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from local.quickstart import DIALOGUE
from tests.e2e.dialogues import dialogue
from tests.e2e.ended_jobs import CompletedJob, end_job
from tests.e2e.stored_segments import delete_segments

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.jobs.model import Dialogue
    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

EXPIRED = {
    "en": "The speech of this dialogue is no longer stored. Please submit the dialogue again to have it spoken anew.",
    "zh-TW": "這段對話的語音已不再保存，請重新提交對話以重新合成",
}


def render(client: ApiClient, job_id: str, **changes: Any) -> dict[str, Any]:
    """Ask for another version of a job, and return it once it is completed."""
    response = client.post(f"/jobs/{job_id}/renditions", json=changes)
    assert response.status_code == 201, response.text
    return client.wait_for(response.json()["id"], "completed")


def stored_dialogue(job_id: str) -> Dialogue:
    record = composition.job_repository().get_record(job_id)
    assert record is not None
    return record.readable_dialogue


@pytest.fixture(scope="module")
def source(new_client: Callable[[], ApiClient]) -> CompletedJob:
    client = new_client()
    return CompletedJob(client, client.complete(DIALOGUE | {"title": "Lesson 1"}))


def test_a_version_is_made_of_what_was_spoken(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a finished job with titles, which have changed since
    source = client.complete(DIALOGUE | {"title": "第一課", "author": "林老師", "album": "餐廳"})
    client.patch(f"/jobs/{source['id']}", json={"album": None})
    spoken = len(speech.traffic.requests)

    # When
    submitted = client.post(f"/jobs/{source['id']}/renditions", json={"output_format": "wav", "loudness": "none"})
    version = client.wait_for(submitted.json()["id"], "completed")

    # Then it is a job of its own, of the same words and titles
    assert submitted.status_code == 201
    assert set(submitted.json()) == {
        "id", "status", "job_type", "provider", "title", "author", "created_at", "rendition_of",
    }  # fmt: skip
    assert version["id"] != source["id"]
    assert version["rendition_of"] == source["id"]
    titles = {"title": "第一課", "author": "林老師"}
    assert version.items() >= titles.items()
    assert "album" not in version
    expected = source["input_params"] | titles | {"output_format": "wav", "loudness": "none"}
    assert version["input_params"] == {name: value for name, value in expected.items() if name != "album"}
    # And nothing has been spoken for it
    assert len(speech.traffic.requests) == spoken
    result = version["result_metadata"]
    assert (result["billed_characters"], result["reused_segments"]) == (0, 2)
    assert result["content_type"] == "audio/wav"
    assert client.download(version["id"]).content[:4] == b"RIFF"
    # And it is listed with the job that it is a version of, which is none itself
    assert "rendition_of" not in client.job(source["id"])
    listed = {job["id"]: job.get("rendition_of") for job in client.get("/jobs").json()["items"]}
    assert (listed[version["id"]], listed[source["id"]]) == (source["id"], None)


@pytest.mark.parametrize("output_format", [OutputFormat.MP3, OutputFormat.M4B])
def test_a_version_has_the_name_and_the_type_of_its_format(source: CompletedJob, output_format: OutputFormat) -> None:
    # Given
    client = source.client

    # When
    version = render(client, source.job["id"], output_format=output_format)

    # Then
    download = client.get(f"/jobs/{version['id']}/download", headers={"Accept": "application/json"}).json()
    assert download["filename"] == f"Lesson 1.{output_format}"
    assert download["content_type"] == version["result_metadata"]["content_type"] == output_format.content_type
    file = client.download(version["id"])
    assert file.headers["Content-Type"] == output_format.content_type
    assert len(file.content) == download["size_bytes"] == version["result_metadata"]["size_bytes"]


def test_a_single_text_has_versions(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    text = {"provider": "azure", "text": "早安。", "voice_id": "zh-TW-HsiaoYuNeural", "speed": 1.5, "volume": 0.5}
    source = client.wait_for(client.post("/jobs/tts", json=text).json()["id"], "completed")
    spoken = len(speech.traffic.requests)

    # When
    version = render(client, source["id"], output_format="flac", loudness="none")

    # Then
    assert version["job_type"] == "single_tts"
    assert version["input_params"] == source["input_params"] | {"output_format": "flac", "loudness": "none"}
    assert version["result_metadata"]["billed_characters"] == 0
    assert len(speech.traffic.requests) == spoken


def test_a_version_of_a_version_names_the_job_that_was_spoken(
    source: CompletedJob, speech: AzureSpeechEmulator
) -> None:
    # Given
    spoken = len(speech.traffic.requests)

    # When
    studio = render(source.client, source.job["id"], quality="studio")
    standard = render(source.client, studio["id"], quality="standard", loudness="broadcast")

    # Then its speech is looked up by the quality in which it was spoken
    assert {studio["rendition_of"], standard["rendition_of"]} == {source.job["id"]}
    assert stored_dialogue(studio["id"]).recording is Quality.STANDARD
    assert stored_dialogue(standard["id"]).recording is None
    assert stored_dialogue(standard["id"]).loudness is Loudness.BROADCAST
    assert len(speech.traffic.requests) == spoken


def test_a_version_changes_nothing_of_what_is_spoken(client: ApiClient) -> None:
    # Given a dialogue with a style that was looked up, and a pronunciation that was resolved, when it was submitted
    request = dialogue("[cheerful] 你好，AWS。", "好。", voices=("zh-CN-XiaoxiaoNeural", "zh-TW-YunJheNeural"))
    request["pronunciations"] = [{"text": "AWS", "alias": "A W S"}]
    source = client.complete(request)

    # When
    version = render(client, source["id"], loudness="audiobook")

    # Then
    before, after = stored_dialogue(source["id"]), stored_dialogue(version["id"])
    assert before.voice_assignments[0].styles == ("cheerful",)
    assert len(before.pronunciations) == 1
    for name in ("turns", "voice_assignments", "pronunciations", "markup", "language", "delivery", "gap_ms"):
        assert getattr(after, name) == getattr(before, name)


def test_speech_that_is_not_stored_any_more_fails_the_version_and_is_never_spoken_for_it(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given a finished job whose speech is gone
    source = client.complete(DIALOGUE)
    assert delete_segments(client.headers["X-User-Id"])
    spoken = len(speech.traffic.requests)

    # When
    response = client.post(f"/jobs/{source['id']}/renditions", json={"output_format": "wav"})
    version = client.wait_for(response.json()["id"], "failed")

    # Then
    assert version["error_code"] == "SEGMENTS_EXPIRED"
    assert version["error_details"]["turn_index"] == 0
    assert version["retry_count"] == 0
    for language, message in EXPIRED.items():
        answer = client.get(f"/jobs/{version['id']}", headers={"Accept-Language": language})
        assert answer.json()["error_message"] == message
    assert len(speech.traffic.requests) == spoken

    # And submitted again it is an ordinary job, which speaks
    again = client.post(f"/jobs/{version['id']}/resubmit").json()["id"]
    resubmitted = client.wait_for(again, "completed")
    assert "rendition_of" not in resubmitted
    assert resubmitted["input_params"]["output_format"] == "wav"
    assert resubmitted["result_metadata"]["billed_characters"] > 0
    assert len(speech.traffic.requests) > spoken


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_a_job_without_audio_has_no_versions(stack: LocalStack, client: ApiClient, status: str) -> None:
    # Given
    job_id = end_job(stack, client, status)

    # When
    answer = client.post(f"/jobs/{job_id}/renditions", json={}, headers={"Accept-Language": "en"})

    # Then
    assert (answer.status_code, answer.json()["error"]) == (409, "JOB_CANNOT_RENDER")
    assert answer.json()["details"] == {"status": status}
    assert answer.json()["message"] == "Only a completed job can have other versions."


def test_a_pending_job_has_no_versions(stack: LocalStack, client: ApiClient) -> None:
    # Given
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue())

        # When
        answer = client.post(f"/jobs/{job_id}/renditions", json={})
        client.cancel(job_id)

    # Then
    assert (answer.status_code, answer.json()["error"]) == (409, "JOB_CANNOT_RENDER")
    assert answer.json()["details"] == {"status": "pending"}
    assert answer.json()["message"] == "無法產生其他版本，只有已完成的工作可以"


def test_the_limit_of_active_jobs_holds(stack: LocalStack, source: CompletedJob) -> None:
    # When
    with stack.cloud.lambdas.pause("plan"):
        answers = [source.client.post(f"/jobs/{source.job['id']}/renditions", json={}) for _ in range(4)]
        for answer in answers[:3]:
            source.client.cancel(answer.json()["id"])

    # Then
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


def test_under_a_key_it_happens_once(stack: LocalStack, source: CompletedJob) -> None:
    # Given
    client, job_id = source.client, source.job["id"]
    other = client.complete(dialogue("二"))["id"]
    key = {"Idempotency-Key": "a version"}

    def ask(job_id: str, **changes: Any) -> Any:
        return client.post(f"/jobs/{job_id}/renditions", json=changes, headers=key)

    # When
    with stack.cloud.lambdas.pause("plan"):
        first, again, spelled_out = ask(job_id), ask(job_id), ask(job_id, output_format="mp3", quality="standard")
        reused = [
            ask(job_id, output_format="wav"),
            ask(other),
            client.post(f"/jobs/{job_id}/resubmit", headers=key),
        ]
        client.cancel(first.json()["id"])

    # Then
    assert first.status_code == 201
    assert first.json()["id"] == again.json()["id"] == spelled_out.json()["id"]
    assert {each.status_code for each in reused} == {422}
    assert {each.json()["error"] for each in reused} == {"IDEMPOTENCY_KEY_REUSED"}


def test_what_cannot_be_made_is_refused(source: CompletedJob) -> None:
    def problems(**changes: Any) -> list[dict[str, str]]:
        path = f"/jobs/{source.job['id']}/renditions"
        answer = source.client.post(path, json=changes, headers={"Accept-Language": "en"})
        assert answer.status_code == 400
        details: list[dict[str, str]] = answer.json()["details"]["errors"]
        return details

    assert problems(quality="best") == [{"field": "quality", "message": "must be 'standard' or 'studio'"}]
    assert problems(gap_ms=100) == [{"field": "gap_ms", "message": "unknown field"}]
    assert problems(music={"intro": {"sound_id": "nothing"}}) == [
        {"field": "music.intro.sound_id", "message": "you have no such sound"}
    ]
