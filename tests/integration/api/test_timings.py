"""``GET /jobs/{id}/timings``, and subtitles that say when each word is heard."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from werkzeug.test import Client

from castline import composition
from castline.api import jobs
from castline.api import timings as timings_of_jobs
from castline.audio.keys import audio_key
from castline.audio.subtitles import SubtitleCue
from castline.audio.word_timing import WordTiming
from castline.dynamodb import serialize
from castline.jobs import items
from castline.jobs.model import (
    ChapterTiming,
    JobStatus,
    Result,
    SynthesisMode,
    Titles,
    TurnTiming,
)
from local import resources
from tests.ended_jobs import end_job
from tests.integration.api.client import Answer, call
from tests.integration.examples import make_dialogue, make_job
from tests.unit.audio.subtitle_files import read_vtt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.jobs.model import Job
    from local.cloud.cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("service")

ORIGIN = "http://127.0.0.1:8080"
CUES = (
    SubtitleCue(0, 500, "A", "你好。"),
    SubtitleCue(600, 1_000, "A", "Hello you."),
    SubtitleCue(1_200, 2_000, "B", "ผมกลับบ้าน"),
)
TURNS = (
    TurnTiming(turn_index=3, speaker="A", start_ms=0, end_ms=1_000),
    TurnTiming(turn_index=7, speaker="B", start_ms=1_200, end_ms=2_000),
)
WORDS = (
    WordTiming(start_ms=0, end_ms=480, turn_index=3, speaker="A", text="你好。", ends_sentence=True),
    WordTiming(start_ms=600, end_ms=800, turn_index=3, speaker="A", text="Hello "),
    WordTiming(
        start_ms=820, end_ms=1_000, turn_index=3, speaker="A", text="you.", ends_sentence=True, estimated=True
    ),
    WordTiming(start_ms=1_200, end_ms=1_500, turn_index=7, speaker="B", text="ผม"),
    WordTiming(start_ms=1_500, end_ms=2_000, turn_index=7, speaker="B", text="กลับบ้าน", ends_sentence=True),
)


def complete(
    cues: Sequence[SubtitleCue] | None = CUES,
    words: Sequence[WordTiming] | None = WORDS,
) -> Job:
    """Store a completed job of two turns and a chapter, as this release does or an older one."""
    repository, job, audio_file_id = composition.job_repository(), make_job(titles=Titles(title="課")), str(uuid4())
    repository.create(job, make_dialogue("你好。Hello you.", "ผมกลับบ้าน"), max_active=3)
    repository.start(job, total_segments=1, now=datetime.now(UTC))
    storage = composition.audio_storage()
    if cues is not None:
        storage.put_cues(job.id, audio_file_id, cues)
    if words is not None:
        storage.put_words(job.id, audio_file_id, words)
    result = Result(
        duration_ms=2_000,
        synthesis_mode=SynthesisMode.SEGMENTED,
        content_type="audio/mpeg",
        size_bytes=1,
        characters=26,
        billed_characters=26,
        reused_segments=0,
        turn_timings=TURNS,
        chapters=(ChapterTiming(title="One", start_ms=0, end_ms=2_000),),
    )
    return end_job(
        repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=audio_file_id, result=result
    )


def timings(job: Job, level: str | None = None) -> dict[str, Any]:
    answer = call("GET", f"/jobs/{job.id}/timings{f'?level={level}' if level else ''}", user=job.user_id)
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert (told["level"], told["duration_ms"]) == (level or "turn", 2_000)
    assert told["estimated"] == any(item.get("estimated", False) for item in told["items"])
    return told


def subtitles(job: Job, query: str) -> Answer:
    return call("GET", f"/jobs/{job.id}/subtitles?{query}", user=job.user_id)


class TestTimings:
    def test_of_words_are_those_that_are_stored(self) -> None:
        assert timings(complete(), "word")["items"] == [
            {"start_ms": 0, "end_ms": 480, "text": "你好。", "speaker": "A", "turn_index": 3},
            {"start_ms": 600, "end_ms": 800, "text": "Hello ", "speaker": "A", "turn_index": 3},
            {
                "start_ms": 820,
                "end_ms": 1_000,
                "text": "you.",
                "speaker": "A",
                "turn_index": 3,
                "estimated": True,
            },
            {"start_ms": 1_200, "end_ms": 1_500, "text": "ผม", "speaker": "B", "turn_index": 7},
            {"start_ms": 1_500, "end_ms": 2_000, "text": "กลับบ้าน", "speaker": "B", "turn_index": 7},
        ]

    def test_of_sentences_join_their_words(self) -> None:
        assert timings(complete(), "sentence")["items"] == [
            {"start_ms": 0, "end_ms": 480, "text": "你好。", "speaker": "A", "turn_index": 3},
            {
                "start_ms": 600,
                "end_ms": 1_000,
                "text": "Hello you.",
                "speaker": "A",
                "turn_index": 3,
                "estimated": True,
            },
            {"start_ms": 1_200, "end_ms": 2_000, "text": "ผมกลับบ้าน", "speaker": "B", "turn_index": 7},
        ]

    @pytest.mark.parametrize("level", ["turn", None])
    def test_of_turns_are_those_of_the_result(self, level: str | None) -> None:
        assert timings(complete(), level)["items"] == [
            {"start_ms": 0, "end_ms": 1_000, "speaker": "A", "turn_index": 3},
            {"start_ms": 1_200, "end_ms": 2_000, "speaker": "B", "turn_index": 7},
        ]

    def test_of_chapters_are_those_of_the_result(self) -> None:
        assert timings(complete(), "chapter")["items"] == [{"start_ms": 0, "end_ms": 2_000, "title": "One"}]

    def test_of_turns_that_overlap_are_in_order_of_time(self) -> None:
        one, *others, last = WORDS
        early = WordTiming(start_ms=700, end_ms=2_000, turn_index=7, speaker="B", text=last.text, ends_sentence=True)
        job = complete(words=[one, *others[:2], early])

        assert [item["start_ms"] for item in timings(job, "word")["items"]] == [0, 600, 700, 820]

    @pytest.mark.parametrize("stored", [None, b"no JSON", b'[[3,"A",[[0,-1,"x"]]]]'])
    def test_of_a_file_without_words_are_estimated_from_its_cues(self, stored: bytes | None) -> None:
        # Given a file of an older release, or one whose words were lost
        job = complete(words=None)
        if stored is not None:
            key = audio_key(job.id, str(job.audio_file_id), "words.json")
            boto3.client("s3").put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=stored)

        words, sentences = (timings(job, level)["items"] for level in ("word", "sentence"))

        # Then the words of Thai, for which the function has no dictionary, stay together
        assert [word["text"] for word in words] == ["你", "好。", "Hello ", "you.", "ผมกลับบ้าน"]
        assert all(word["estimated"] for word in words)
        assert [word["turn_index"] for word in words] == [3, 3, 3, 3, 7]
        assert [(each["start_ms"], each["end_ms"], each["text"]) for each in sentences] == [
            (0, 500, "你好。"),
            (600, 1_000, "Hello you."),
            (1_200, 2_000, "ผมกลับบ้าน"),
        ]

    @pytest.mark.parametrize("level", ["word", "sentence", "turn", "chapter"])
    def test_that_are_lost_are_a_404(self, level: str) -> None:
        # Given a file without words and cues, or a job without its result
        job = complete(cues=None, words=None) if level in {"word", "sentence"} else complete()
        if level in {"turn", "chapter"}:
            key = serialize(items.job_key(job.id, items.RESULT))
            boto3.client("dynamodb").delete_item(TableName=resources.TABLE_NAME, Key=key)
        messages = {"en": "The timings of this job are no longer available.", "zh-TW": "這個工作的時間資料已無法取得"}

        for language, message in messages.items():
            answer = call(
                "GET",
                f"/jobs/{job.id}/timings?level={level}",
                user=job.user_id,
                headers={"Accept-Language": language},
            )
            assert (answer.status, answer.json()) == (
                404,
                {"error": "TIMINGS_NOT_AVAILABLE", "message": message, "details": {}},
            )

    def test_of_an_unfinished_job_are_a_404(self) -> None:
        job = make_job()
        composition.job_repository().create(job, make_dialogue(), max_active=3)

        answer = call("GET", f"/jobs/{job.id}/timings", user=job.user_id)

        assert (answer.status, answer.json()["error"]) == (404, "JOB_NOT_COMPLETED")

    def test_of_an_unknown_level_are_refused(self) -> None:
        job = complete()

        answer = call(
            "GET", f"/jobs/{job.id}/timings?level=syllable", user=job.user_id, headers={"Accept-Language": "en"}
        )

        assert answer.status == 400
        assert answer.json()["details"]["errors"] == [
            {"field": "level", "message": "must be 'word', 'sentence', 'turn' or 'chapter'"}
        ]

    def test_too_large_for_an_answer_are_fetched_from_the_bucket(
        self, service: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given times that are larger than an answer may be
        monkeypatch.setattr(timings_of_jobs, "MAX_BODY_BYTES", 100)
        words = [
            WordTiming(start_ms=number, end_ms=number + 1, turn_index=3, speaker="A", text="😀" * 6)
            for number in range(2)
        ]
        job = complete(words=words)
        monkeypatch.setenv("DOWNLOAD_ENDPOINT_URL", ORIGIN)
        composition.reset()
        s3 = Client(service.s3_wsgi_app())

        # When
        path = f"/jobs/{job.id}/timings?level=word"
        redirects = {
            method: call(method, path, user=job.user_id, headers={"Accept": "application/json"})
            for method in ("GET", "HEAD")
        }

        # Then a client is sent to them, whatever it accepts: they are JSON in either place
        assert {redirect.status for redirect in redirects.values()} == {302}
        assert {redirect.headers["Cache-Control"] for redirect in redirects.values()} == {"no-store"}
        get, head = (
            s3.open(redirect.headers["Location"].removeprefix(ORIGIN), base_url=ORIGIN, method=method)
            for method, redirect in redirects.items()
        )
        assert (get.status_code, head.status_code) == (200, 200)
        assert get.headers["Content-Type"] == "application/json"
        told = json.loads(get.text)
        assert (told["level"], told["duration_ms"], len(told["items"])) == ("word", 2_000, len(words))
        assert told["items"][1] == {
            "start_ms": 1,
            "end_ms": 2,
            "text": "😀" * 6,
            "speaker": "A",
            "turn_index": 3,
        }


class TestSubtitlesWithWords:
    def test_have_timestamps_inside_their_cues(self) -> None:
        job = complete()

        answer = subtitles(job, "format=vtt&words=true")

        assert answer.text == (
            "WEBVTT\n\n"
            "00:00:00.000 --> 00:00:00.500\n<v A>你好。\n\n"
            "00:00:00.600 --> 00:00:01.000\n<v A>Hello <00:00:00.820>you.\n\n"
            "00:00:01.200 --> 00:00:02.000\n<v B>ผม<00:00:01.500>กลับบ้าน\n"
        )
        assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
        assert read_vtt(answer.text) == list(CUES)
        # And without being asked for, there are none
        assert subtitles(job, "format=vtt").text == subtitles(job, "words=false").text
        assert "<00:" not in subtitles(job, "format=vtt").text

    def test_of_ass_are_karaoke(self) -> None:
        job = complete()

        answers = [subtitles(job, query) for query in ("format=ass", "format=ass&words=true")]

        assert {answer.headers["Content-Type"] for answer in answers} == {"text/x-ssa; charset=utf-8"}
        assert {answer.headers["Content-Disposition"] for answer in answers} == {
            "inline; filename=\"_.ass\"; filename*=UTF-8''%E8%AA%B2.ass"
        }
        for answer in answers:
            assert "Title: 課\n" in answer.text
            assert answer.text.splitlines()[-3:] == [
                r"Dialogue: 0,0:00:00.00,0:00:00.50,Default,A,0,0,0,,{\k48}你好。",
                r"Dialogue: 0,0:00:00.60,0:00:01.00,Default,A,0,0,0,,{\k22}Hello {\k18}you.",
                r"Dialogue: 0,0:00:01.20,0:00:02.00,Default,B,0,0,0,,{\k30}ผม{\k50}กลับบ้าน",
            ]

    def test_of_srt_are_refused(self) -> None:
        job = complete()
        messages = {
            "en": "srt cannot contain the times of words; use vtt or ass",
            "zh-TW": "srt 無法標示每個字詞的時間，請改用 vtt 或 ass",
        }

        for language, message in messages.items():
            answer = call(
                "GET",
                f"/jobs/{job.id}/subtitles?format=srt&words=true",
                user=job.user_id,
                headers={"Accept-Language": language},
            )
            assert answer.status == 400
            assert answer.json()["details"]["errors"] == [{"field": "words", "message": message}]
        assert subtitles(job, "format=srt&words=false").status == 200

    @pytest.mark.parametrize("words", [None, WORDS[:2]], ids=["an older file", "words of another file"])
    def test_are_estimated_where_the_file_has_none_that_fit(self, words: Sequence[WordTiming] | None) -> None:
        job = complete(words=words)

        text = subtitles(job, "words=true").text

        assert read_vtt(text) == list(CUES)
        assert text.count("<00:") == 2

    def test_keep_a_file_of_their_own_where_they_are_too_large(
        self, service: LocalCloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given subtitles that are larger than an answer may be
        monkeypatch.setattr(jobs, "MAX_BODY_BYTES", 100)
        job = complete()
        monkeypatch.setenv("DOWNLOAD_ENDPOINT_URL", ORIGIN)
        composition.reset()
        s3 = Client(service.s3_wsgi_app())

        # When
        files = [
            subtitles(job, query).headers["Location"].removeprefix(ORIGIN)
            for query in ("format=vtt", "format=vtt&words=true", "format=ass")
        ]

        # Then
        assert len({file.partition("?")[0] for file in files}) == 3
        assert [s3.open(file, base_url=ORIGIN).status_code for file in files] == [200] * 3
