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


def test_turns_of_several_batches_are_where_they_belong(client: ApiClient) -> None:
    # Given turns of different lengths
    texts = [f"第{number}句{'話' * (number % 3)}。" for number in range(40)]

    # When
    job = client.complete(dialogue(*texts))

    # Then each is where it belongs, to the millisecond
    result = job["result_metadata"]
    assert job["progress"] == {"completed_segments": 40, "total_segments": 40}
    assert [turn["speaker"] for turn in result["turn_timings"]] == ["A", "B"] * 20
    assert_consistent(result, texts, step_ms=300 - 50)
    # And not only on paper: the rounding to frames has not added up
    audio = decode(client.download(job["id"]).content)
    assert audio.duration_ms == pytest.approx(result["duration_ms"], abs=FRAME_MS)
    last = result["turn_timings"][-1]
    assert audio.part(last["start_ms"] - 200, last["start_ms"] - 50).level_dbfs() < -60
    assert audio.part(last["start_ms"] + 50, last["end_ms"] - 50).level_dbfs() > -24


def test_a_turn_that_has_to_be_cut_amid_a_sentence_goes_on_without_a_pause(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given a turn longer than the provider takes at once
    text = "沒有標點" * 260

    # When
    job = client.complete(dialogue(text))

    # Then it is spoken in two pieces, and is one turn
    assert job["progress"]["total_segments"] == len(requests_with(speech, "沒有標點")) == 2
    assert_consistent(job["result_metadata"], [text], step_ms=0)
    audio = decode(client.download(job["id"]).content)
    assert audio.part(100_000 - 20, 100_000 + 20).level_dbfs() > -24


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
def test_turns_overlap_by_the_crossfade(client: ApiClient, output_format: str) -> None:
    # Given
    texts = ["我先開始說話，你先聽著。", "我等一下再說，你先聽我把這一段話說完，再換你好嗎？", "最後換我說話，你聽。"]

    # When
    job = client.complete(dialogue(*texts, gap_ms=0, crossfade_ms=500, output_format=output_format))

    # Then
    result = job["result_metadata"]
    assert_consistent(result, texts, step_ms=-500)
    audio = decode(client.download(job["id"]).content)
    assert audio.duration_ms == pytest.approx(result["duration_ms"], abs=FRAME_MS)
    for before, after in pairwise(result["turn_timings"]):
        middle_ms = (before["end_ms"] + after["start_ms"]) / 2
        assert audio.part(middle_ms - 5, middle_ms + 5).level_dbfs() > -30
