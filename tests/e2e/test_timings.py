"""Times of words, sentences, turns and chapters: ``GET /jobs/{id}/timings``, and subtitles with words."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.unit.audio.subtitle_files import read_vtt

if TYPE_CHECKING:
    from tests.e2e.api_client import ApiClient

HD_VOICE = "en-US-Ava:DragonHDLatestNeural"
TIMESTAMP = re.compile(r"<(\d\d):(\d\d):(\d\d)\.(\d\d\d)>")


def timings(client: ApiClient, job: dict[str, Any], level: str) -> dict[str, Any]:
    response = client.get(f"/jobs/{job['id']}/timings", params={"level": level})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    assert told["level"] == level
    assert told["duration_ms"] == job["result_metadata"]["duration_ms"]
    return told


def by_turn(items: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    of_turn = itemgetter("turn_index")
    return {index: list(own) for index, own in groupby(sorted(items, key=of_turn), of_turn)}


def demand_order(job: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """See to it that the items of each turn follow each other inside it."""
    turns = {turn["turn_index"]: turn for turn in job["result_metadata"]["turn_timings"]}
    assert [item["start_ms"] for item in items] == sorted(item["start_ms"] for item in items)
    for index, own in by_turn(items).items():
        assert turns[index]["start_ms"] <= own[0]["start_ms"]
        assert all(item["start_ms"] < item["end_ms"] for item in own)
        assert all(one["end_ms"] <= other["start_ms"] for one, other in pairwise(own))
        assert own[-1]["end_ms"] <= turns[index]["end_ms"] <= job["result_metadata"]["duration_ms"]
        assert {item["speaker"] for item in own} == {turns[index]["speaker"]}


def test_every_word_is_told_and_heard(client: ApiClient) -> None:
    # Given a turn of one sentence, one of several, and one with numbers
    texts = ("今天天氣真好！", "“Yes,” she said. Is it 3.14 or 2,024?", "我們要不要去公園走走？好。")
    job = client.complete(dialogue(*texts))

    # When
    told = timings(client, job, "word")

    # Then the words of each turn are its text, as the provider has reported them
    assert ["".join(word["text"] for word in own) for own in by_turn(told["items"]).values()] == list(texts)
    assert not told["estimated"]
    demand_order(job, told["items"])
    # And where words are heard, somebody speaks
    audio = decode(client.download(job["id"]).content)
    for own in by_turn(told["items"]).values():
        assert audio.part(own[0]["start_ms"], own[-1]["end_ms"]).level_dbfs() > -35


def test_sentences_are_those_of_the_text(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue("今天天氣真好！我們要不要去公園走走？", "Mr. Li is here. Is that so?"))

    # When
    told = timings(client, job, "sentence")

    # Then
    assert [(item["speaker"], item["text"]) for item in told["items"]] == [
        ("A", "今天天氣真好！"),
        ("A", "我們要不要去公園走走？"),
        ("B", "Mr. Li is here."),
        ("B", "Is that so?"),
    ]
    demand_order(job, told["items"])
    # And a sentence is heard when its cue is shown
    cues = read_vtt(client.get(f"/jobs/{job['id']}/subtitles").text)
    for item, cue in zip(told["items"], cues, strict=True):
        assert item["start_ms"] == pytest.approx(cue.start_ms, abs=1)


def test_words_of_a_long_turn_are_timed_over_all_its_segments(client: ApiClient) -> None:
    # Given
    text = "".join(f"This is sentence number {number} of many. " for number in range(30)).strip()
    job = client.complete(dialogue("先說一句。", text))

    # When
    words = timings(client, job, "word")["items"]

    # Then
    assert job["progress"]["total_segments"] > 2
    assert ["".join(word["text"] for word in own) for own in by_turn(words).values()] == ["先說一句。", text]
    demand_order(job, words)


def test_words_of_turns_that_overlap_stay_in_their_turn(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue("今天天氣真好！", "好", "我們走吧。", gap_ms=0, crossfade_ms=500))

    # When
    words = timings(client, job, "word")["items"]

    # Then
    demand_order(job, words)
    assert ["".join(word["text"] for word in own) for own in by_turn(words).values()] == [
        "今天天氣真好！",
        "好",
        "我們走吧。",
    ]


def test_words_of_a_voice_that_does_not_report_them_are_estimated(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue("你好，世界。", "Hello there, you two.", voices=(HSIAO_YU, HD_VOICE)))

    # When
    told = timings(client, job, "word")

    # Then
    assert told["estimated"]
    assert {
        speaker: {word.get("estimated", False) for word in told["items"] if word["speaker"] == speaker}
        for speaker in "AB"
    } == {"A": {False}, "B": {True}}
    demand_order(job, told["items"])


def test_a_text_that_is_spoken_twice_is_timed_twice(client: ApiClient) -> None:
    # Given two turns that share a stored segment, and a second job that has nothing to speak
    body = dialogue("一樣的話。", "不同的話。", "一樣的話。")
    job, again = client.complete(body), client.complete(body)

    # When
    words, words_again = (timings(client, each, "word") for each in (job, again))

    # Then
    assert again["result_metadata"]["billed_characters"] == 0
    assert words_again == words
    one, _, other = by_turn(words["items"]).values()
    assert [word["text"] for word in one] == [word["text"] for word in other]
    assert not words["estimated"]


def test_webvtt_says_when_each_word_is_heard(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue("今天天氣真好！我們走吧。", "Tom & Jerry said 1 < 2."))

    # When
    plain = client.get(f"/jobs/{job['id']}/subtitles").text
    timed = client.get(f"/jobs/{job['id']}/subtitles", params={"words": "true"}).text

    # Then the cues are the same but for timestamps, each of which is when a word begins
    assert TIMESTAMP.sub("", timed) == plain
    assert read_vtt(timed) == read_vtt(plain)
    starts_ms = {word["start_ms"] for word in timings(client, job, "word")["items"]}
    told_ms = [((int(h) * 60 + int(m)) * 60 + int(s)) * 1_000 + int(ms) for h, m, s, ms in TIMESTAMP.findall(timed)]
    assert told_ms
    assert set(told_ms) <= starts_ms
    assert told_ms == sorted(told_ms)
