"""Dialogues of many turns, of long ones, and of ones that overlap."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

FRAME_MS = 24
SHORTEST_PAUSE_MS = 72
TONE_MS_PER_CHARACTER = 100
ROUNDING_MS = 1


def assert_consistent(result: dict[str, Any], texts: list[str], *, step_ms: int) -> None:
    """Check that each turn lasts as long as its tone and starts ``step_ms`` after the end of the one before it."""
    timings = result["turn_timings"]
    assert [turn["turn_index"] for turn in timings] == list(range(len(texts)))
    assert timings[0]["start_ms"] == 0
    for turn, text in zip(timings, texts, strict=True):
        length_ms = turn["end_ms"] - turn["start_ms"]
        # of silence around it, up to 10 ms are kept at either end
        assert -ROUNDING_MS <= length_ms - len(text) * TONE_MS_PER_CHARACTER <= 20 + ROUNDING_MS
    for before, after in pairwise(timings):
        assert after["start_ms"] - before["end_ms"] == pytest.approx(step_ms, abs=FRAME_MS + ROUNDING_MS)
    assert timings[-1]["end_ms"] == result["duration_ms"]


def test_two_hundred_turns(client: ApiClient) -> None:
    # Given turns of different lengths
    texts = [f"第{number}句{'話' * (number % 3)}。" for number in range(200)]

    # When
    job = client.complete(dialogue(*texts))

    # Then each is where it belongs, to the millisecond
    result = job["result_metadata"]
    assert job["progress"] == {"completed_segments": 200, "total_segments": 200}
    assert [turn["speaker"] for turn in result["turn_timings"]] == ["A", "B"] * 100
    assert_consistent(result, texts, step_ms=300 - 50)
    # And not only on paper: the rounding to frames has not added up
    audio = decode(client.download(job["id"]).content)
    assert audio.duration_ms == pytest.approx(result["duration_ms"], abs=FRAME_MS)
    last = result["turn_timings"][-1]
    assert audio.part(last["start_ms"] - 200, last["start_ms"] - 50).level_dbfs() < -60
    assert audio.part(last["start_ms"] + 50, last["end_ms"] - 50).level_dbfs() > -24


def test_a_turn_of_5000_characters(speech: AzureSpeechEmulator, client: ApiClient) -> None:
    # Given a turn far beyond what the provider takes at once
    sentence = "這是很長很長的一段話。"
    text = (sentence * (5000 // len(sentence) + 1))[:5000]

    # When
    job = client.complete(dialogue(text))

    # Then it was spoken in pieces, and is one turn all the same
    assert job["progress"]["total_segments"] > 1
    assert 1 < len(requests_with(speech, sentence)) <= job["progress"]["total_segments"]
    (turn,) = job["result_metadata"]["turn_timings"]
    audio = decode(client.download(job["id"]).content)
    assert audio.duration_ms == pytest.approx(turn["end_ms"], abs=FRAME_MS)
    # And between sentences there is no more than a breath
    joints = job["progress"]["total_segments"] - 1
    assert 0 <= turn["end_ms"] - len(text) * TONE_MS_PER_CHARACTER <= joints * SHORTEST_PAUSE_MS


def test_a_turn_that_has_to_be_cut_amid_a_sentence_goes_on_without_a_pause(client: ApiClient) -> None:
    # Given
    text = "沒有標點" * 600

    # When
    job = client.complete(dialogue(text))

    # Then
    assert job["progress"]["total_segments"] == 3
    assert_consistent(job["result_metadata"], [text], step_ms=0)
    audio = decode(client.download(job["id"]).content)
    for joint_ms in (100_000, 200_000):
        assert audio.part(joint_ms - 20, joint_ms + 20).level_dbfs() > -24


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
@pytest.mark.parametrize(
    ("gap_ms", "crossfade_ms"),
    [
        pytest.param(0, 500, id="overlap"),
        pytest.param(0, 0, id="no gap"),
        pytest.param(60, 0, id="short gap"),
        pytest.param(2000, 0, id="longest gap"),
    ],
)
def test_gap_and_crossfade(client: ApiClient, gap_ms: int, crossfade_ms: int, output_format: str) -> None:
    # Given
    texts = ["我先開始說話，你先聽著。", "我等一下再說，你先聽我把這一段話說完，再換你好嗎？", "最後換我說話，你聽。"]

    # When
    job = client.complete(dialogue(*texts, gap_ms=gap_ms, crossfade_ms=crossfade_ms, output_format=output_format))

    # Then
    result = job["result_metadata"]
    assert_consistent(result, texts, step_ms=gap_ms - crossfade_ms)
    audio = decode(client.download(job["id"]).content)
    assert audio.duration_ms == pytest.approx(result["duration_ms"], abs=FRAME_MS)
    # And between turns it is as loud or as silent as it should be
    for before, after in pairwise(result["turn_timings"]):
        middle_ms = (before["end_ms"] + after["start_ms"]) / 2
        level_dbfs = audio.part(middle_ms - 5, middle_ms + 5).level_dbfs()
        assert level_dbfs < -50 if gap_ms > crossfade_ms else level_dbfs > -30
