"""Scripts over HTTP: what is answered, what is refused, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.api.client import call

if TYPE_CHECKING:
    from tests.integration.api.client import Answer

pytestmark = pytest.mark.usefixtures("functions_environment")


def parse(script: object, **headers: str) -> Answer:
    return call("POST", "/dialogues/parse", json={"script": script}, headers=headers)


def refusals(answer: Answer) -> list[dict[str, Any]]:
    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    errors: list[dict[str, Any]] = answer.json()["details"]["errors"]
    return errors


def test_a_script_becomes_turns() -> None:
    answer = parse("A: 你好\r\n[B]：早安\n\n今天好嗎？\nDr. Wang: Hi!\nA：再見")

    assert (answer.status, answer.json()) == (
        200,
        {
            "turns": [
                {"speaker": "A", "text": "你好", "index": 0, "line": 1},
                {"speaker": "B", "text": "早安\n今天好嗎？", "index": 1, "line": 2},
                {"speaker": "Dr. Wang", "text": "Hi!", "index": 2, "line": 5},
                {"speaker": "A", "text": "再見", "index": 3, "line": 6},
            ],
            "speakers": ["A", "B", "Dr. Wang"],
            "total_characters": 15,
        },
    )


def test_the_turns_can_be_submitted_as_they_are() -> None:
    parsed = parse("小美：早\n阿傑：安").json()
    voices = [{"speaker": speaker, "voice_id": "zh-TW-HsiaoYuNeural"} for speaker in parsed["speakers"]]

    answer = call("POST", "/jobs", json={"provider": "azure", "turns": parsed["turns"], "voice_assignments": voices})

    assert answer.status == 201
    stored = call("GET", f"/jobs/{answer.json()['id']}").json()["input_params"]["turns"]
    assert [turn.keys() for turn in stored] == [{"speaker", "text", "index"}] * 2


@pytest.mark.parametrize(
    ("script", "line", "words"),
    [
        ("", 1, "line 1: the script has nothing to speak; write lines such as A: Hello"),
        ("\n大家好\nA: 早", 2, "line 2: nobody speaks this; begin the line with a speaker, such as A:, or delete it"),
        (
            "A: 早\nB:\nA: 安",
            2,
            "line 2: speaker B says nothing; add text or delete the line, and put a stage direction in parentheses",
        ),
        (
            "A: 早\n" + "名" * 51 + "：安",
            2,
            f"line 2: a speaker's name must not have more than 50 characters; shorten {'名' * 50}…",
        ),
        ("A: 早\r\nB: \x00", 2, "line 2: holds a character that cannot be spoken (U+0000); delete it"),
        (
            "A: 早\n" * 1001,
            1001,
            "line 1001: the script has more than 1000 turns from this line on; shorten the script",
        ),
        (
            "A: " + "早" * 100_000 + "\nB: 安",
            2,
            (
                "line 2: all texts together have 100001 characters, more than 100000 from this line on; "
                "shorten the script"
            ),
        ),
        ("A" * 150_001, None, "must not have more than 150000 characters"),
        (5, None, "must be a string"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(script: object, line: int | None, words: str) -> None:
    problem: dict[str, Any] = {"field": "script", "message": words} | ({"line": line} if line else {})

    assert refusals(parse(script, **{"Accept-Language": "en"})) == [problem]


def test_all_problems_are_told_at_once_and_in_chinese() -> None:
    errors = refusals(parse("早\nA:\nB:"))

    assert [error["message"].partition("：")[0] for error in errors] == ["第 1 行", "第 2 行", "第 3 行"]
    assert [error["line"] for error in errors] == [1, 2, 3]


def test_the_line_where_a_body_is_not_json_is_told() -> None:
    answer = call("POST", "/dialogues/parse", data=b'{\n"script": A}', content_type="application/json")

    assert [(error["field"], error["line"]) for error in refusals(answer)] == [("body", 2)]


@pytest.mark.parametrize(
    "script", ["A: 早\n" * 1000, "A: " + "早" * 100_000], ids=["1,000 turns", "100,000 characters"]
)
def test_limits_are_inclusive(script: str) -> None:
    assert parse(script).status == 200


def test_half_a_surrogate_pair_is_refused() -> None:
    answer = call("POST", "/dialogues/parse", data=b'{"script": "A: \\ud83d"}', content_type="application/json")

    assert [error["field"] for error in refusals(answer)] == ["script"]
