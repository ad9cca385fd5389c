"""Speakers: different spellings of a name are the same speaker, who has one name in all stored data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api.client import Answer, call

pytestmark = pytest.mark.usefixtures("service")

VOICE = "zh-TW-HsiaoYuNeural"
SPELLINGS = [("Jos\u00e9", "Jose\u0301"), ("A", "\u200e\uff21 ")]


def submit(user: str, turns: list[tuple[str, str]], assigned: list[str]) -> Answer:
    body: dict[str, Any] = {
        "provider": "azure",
        "turns": [{"speaker": speaker, "text": text, "index": index} for index, (speaker, text) in enumerate(turns)],
        "voice_assignments": [{"speaker": speaker, "voice_id": VOICE} for speaker in assigned],
    }
    return call("POST", "/jobs", user=user, json=body, headers={"Accept-Language": "en"})


def problems(answer: Answer) -> dict[str, str]:
    assert answer.status == 400
    return {each["field"]: each["message"] for each in answer.json()["details"]["errors"]}


@pytest.mark.parametrize(("first", "second"), SPELLINGS)
def test_two_spellings_are_one_speaker_with_the_first_turns_name(first: str, second: str, user: str) -> None:
    submitted = submit(user, [(first, "早"), (second, "安")], [second])

    assert submitted.status == 201
    stored = call("GET", f"/jobs/{submitted.json()['id']}", user=user).json()["input_params"]
    assert [turn["speaker"] for turn in stored["turns"]] == [first, first]
    assert [each["speaker"] for each in stored["voice_assignments"]] == [first]


@pytest.mark.parametrize(("first", "second"), SPELLINGS)
def test_two_spellings_have_one_voice(first: str, second: str, user: str) -> None:
    assert problems(submit(user, [(first, "早")], [first, second])) == {
        "voice_assignments[1].speaker": f"speaker {second} already has a voice"
    }


def test_upper_and_lower_case_are_two_speakers(user: str) -> None:
    assert problems(submit(user, [("A", "早"), ("a", "安")], ["A"])) == {
        "voice_assignments": "speaker a has no voice"
    }


@pytest.mark.parametrize("invisible", ["\u3164", " \u2060\u3000"])
def test_what_nobody_sees_is_blank(invisible: str, user: str) -> None:
    assert problems(submit(user, [(invisible, "早"), ("A", invisible)], ["A"])) == {
        "turns[0].speaker": "must not be blank",
        "turns[1].text": "must not be blank",
    }
    answer = call("POST", "/jobs/tts", user=user, json={"provider": "azure", "text": invisible, "voice_id": VOICE})
    assert list(problems(answer)) == ["text"]


@pytest.mark.parametrize("script", ["[\u3164]: hello", "A: hi\nB: \u3164", "A: \u3164"])
def test_a_script_with_an_invisible_name_or_text_is_refused(script: str) -> None:
    assert list(problems(call("POST", "/dialogues/parse", json={"script": script}))) == ["script"]


def test_an_invisible_name_in_bold_names_nobody() -> None:
    parsed = call("POST", "/dialogues/parse", json={"script": "**\u2060**: hello"}).json()

    assert [each["question"] for each in parsed["questions"]] == ["no_speakers"]


def test_a_script_has_one_name_for_each_speaker() -> None:
    script = "Jos\u00e9: one\nJose\u0301: two\n[Jos\u00e9\u200b]: three\nＪｏｓé: four\n\u200e**Jo\u00adsé**: five"

    parsed = call("POST", "/dialogues/parse", json={"script": script}).json()

    assert parsed["speakers"] == ["Jos\u00e9"]
    assert [turn["speaker"] for turn in parsed["turns"]] == ["Jos\u00e9"] * 5
