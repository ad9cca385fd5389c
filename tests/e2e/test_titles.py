"""Titles of jobs: in tags, in lists, in searches and in the names of files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mutagen.id3 import ID3

from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.ended_jobs import end_job

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

TITLES = {"title": "第一課–餐廳", "author": "林老師", "album": "Slow City Walks"}


def completed(client: ApiClient, **titles: Any) -> dict[str, Any]:
    return client.complete(dialogue("早安。", "你好。", **titles))


def tags_of(client: ApiClient, job: dict[str, Any]) -> dict[str, str]:
    tag = ID3(io.BytesIO(client.download(job["id"]).content))
    return {name: str(tag[name].text[0]) for name in ("TIT2", "TPE1", "TALB") if name in tag}


def filename_of(client: ApiClient, job: dict[str, Any], path: str = "download") -> str:
    answer = client.get(f"/jobs/{job['id']}/{path}", follow_redirects=True)
    return unquote(answer.headers["content-disposition"].partition("filename*=UTF-8''")[2])


def test_titles_are_in_the_tags_and_in_the_names_of_files(client: ApiClient) -> None:
    # When
    job = completed(client, **TITLES)

    # Then
    assert {name: job[name] for name in TITLES} == TITLES
    assert {name: job["input_params"][name] for name in TITLES} == TITLES
    assert tags_of(client, job) == {"TIT2": "第一課–餐廳", "TPE1": "林老師", "TALB": "Slow City Walks"}
    assert filename_of(client, job) == "第一課–餐廳.mp3"
    assert filename_of(client, job, "subtitles") == "第一課–餐廳.vtt"


def test_without_titles_everything_is_as_it_was(client: ApiClient) -> None:
    # When
    job = completed(client)

    # Then
    assert not TITLES.keys() & {*job, *job["input_params"]}
    assert tags_of(client, job).keys() == {"TIT2", "TPE1"}
    assert filename_of(client, job) == f"castline-{job['created_at'][:10]}-{job['id'][-8:]}.mp3"


def test_a_single_text_has_titles_too(client: ApiClient) -> None:
    # Given
    request = {"provider": "azure", "text": "早安。", "voice_id": HSIAO_YU, **TITLES}

    # When
    job = client.wait_for(client.post("/jobs/tts", json=request).json()["id"], "completed")

    # Then
    assert tags_of(client, job)["TIT2"] == TITLES["title"]


def test_a_finished_job_is_renamed(client: ApiClient) -> None:
    # Given
    job = completed(client, title="Draft", author="Lin")
    before = client.get(f"/jobs/{job['id']}")

    # When its title changes, its author is removed, and its album stays as it is
    answer = client.patch(f"/jobs/{job['id']}", json={"title": "Final / 1", "author": None})

    # Then every answer says so, and the name of the file follows
    assert answer.status_code == 200
    assert (answer.json()["title"], answer.json().keys() & {"author", "album"}) == ("Final / 1", set())
    after = client.get(f"/jobs/{job['id']}", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["title"]) == (200, "Final / 1")
    assert [each.get("title") for each in client.get("/jobs").json()["items"]] == ["Final / 1"]
    assert filename_of(client, job) == "Final - 1.mp3"


def test_a_title_that_is_none_is_refused(stack: LocalStack, client: ApiClient) -> None:
    # Given
    job_id = end_job(stack, client, "cancelled")

    for title in ("", "\u200b", "x" * 201, "a\x00b"):
        # When
        answer = client.patch(f"/jobs/{job_id}", json={"title": title})

        # Then
        assert (answer.status_code, answer.json()["details"]["errors"][0]["field"]) == (400, "title")


def test_jobs_are_found_by_the_words_of_their_titles(stack: LocalStack, client: ApiClient) -> None:
    # Given
    jobs = [
        end_job(stack, client, "cancelled", title=title, album=album)
        for title, album in (
            ("Lesson 1: Coffee", "English"),
            ("Lesson 2: Tea", "English"),
            ("第一課：茶", "中文"),
            ("Nothing", "Tea Time"),
        )
    ]
    end_job(stack, client, "cancelled")

    def found(words: str, **query: str | int) -> list[int]:
        return [jobs.index(job_id) for job_id in client.list_ids(q=words, **query)]

    assert found("lesson") == [1, 0]
    assert found("TEA") == [3, 1]
    assert found("english lesson coffee") == [0]
    assert found("茶") == [2]
    assert found("ＬＥＳＳＯＮ　２") == [1]
    assert found("coffee tea") == []
    assert found("lesson", status="failed") == []
    page = client.get("/jobs", params={"q": "lesson", "limit": 1}).json()
    assert (page["total"], [job["id"] for job in page["items"]]) == (2, [jobs[1]])
    assert found("lesson", limit=1, cursor=page["next_cursor"]) == [0]
    assert found("lesson", limit=1, offset=1) == [0]


def test_a_job_that_is_submitted_again_keeps_its_titles(stack: LocalStack, client: ApiClient) -> None:
    # Given
    job_id = end_job(stack, client, "cancelled", **TITLES)

    # When
    with stack.cloud.lambdas.pause("plan"):
        again = client.post(f"/jobs/{job_id}/resubmit").json()
        client.cancel(again["id"])

    # Then
    assert again["title"] == TITLES["title"]
    assert client.job(again["id"])["album"] == TITLES["album"]


def test_another_title_is_another_submission(stack: LocalStack, client: ApiClient) -> None:
    # Given
    headers = {"Idempotency-Key": "key"}

    # When
    with stack.cloud.lambdas.pause("plan"):
        first, same, other = (
            client.post("/jobs", json=dialogue("好。", title=title), headers=headers)
            for title in ("One", "One", "Two")
        )
        client.cancel(first.json()["id"])

    # Then
    assert (first.json()["id"], other.status_code) == (same.json()["id"], 422)
