"""Scripts over HTTP: what is answered, what is refused, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.api.client import call

if TYPE_CHECKING:
    from tests.integration.api.client import Answer

pytestmark = pytest.mark.usefixtures("service")


def parse(script: object, *, language: str = "zh-TW", **options: str) -> Answer:
    return call(
        "POST",
        "/dialogues/parse",
        json={"script": script, **options},
        headers={"Accept-Language": language},
    )


def turns_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the turns of an answer: speaker and text, and the chapter if there is one."""
    assert answer.status == 200
    return [{name: turn[name] for name in turn if name not in {"index", "line"}} for turn in answer.json()["turns"]]


def warnings_of(answer: Answer) -> list[tuple[str, int, int | None, str]]:
    return [(each["code"], each["line"], each.get("turn_index"), each["text"]) for each in answer.json()["warnings"]]


def refusals(answer: Answer) -> list[dict[str, Any]]:
    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    errors: list[dict[str, Any]] = answer.json()["details"]["errors"]
    return errors


def test_a_script_becomes_turns() -> None:
    answer = parse("A: 你好\r\n[B]：早安\n\n今天好嗎？\nDr. Wang: Hi!\nA：再見")

    assert (answer.status, answer.json()) == (
        200,
        {
            "format": "plain",
            "turns": [
                {"speaker": "A", "text": "你好", "index": 0, "line": 1},
                {"speaker": "B", "text": "早安\n今天好嗎？", "index": 1, "line": 2},
                {"speaker": "Dr. Wang", "text": "Hi!", "index": 2, "line": 5},
                {"speaker": "A", "text": "再見", "index": 3, "line": 6},
            ],
            "speakers": ["A", "B", "Dr. Wang"],
            "total_characters": 15,
            "warnings": [],
            "languages": {"A": "zh-TW", "B": "zh-TW"},
            "language": "zh-TW",
            "questions": [],
        },
    )


def test_the_turns_can_be_submitted_as_they_are(user: str) -> None:
    parsed = parse("小美：早\n阿傑：安").json()
    voices = [{"speaker": speaker, "voice_id": "zh-TW-HsiaoYuNeural"} for speaker in parsed["speakers"]]

    job = {"provider": "azure", "turns": parsed["turns"], "voice_assignments": voices}
    answer = call("POST", "/jobs", user=user, json=job)

    assert answer.status == 201
    stored = call("GET", f"/jobs/{answer.json()['id']}", user=user).json()["input_params"]["turns"]
    assert [turn.keys() for turn in stored] == [{"speaker", "text", "index"}] * 2


@pytest.mark.parametrize(
    ("script", "line", "words"),
    [
        ("", 1, "line 1: the script has nothing to speak; write lines such as A: Hello"),
        (
            "\n大家好\nA: 早",
            2,
            "line 2: there is no speaker before this line; begin it with a speaker such as A:, or delete it",
        ),
        (
            "A: 早\nB:\nA: 安",
            2,
            "line 2: speaker B says nothing; add text or delete the line, and put stage directions in parentheses",
        ),
        (
            "A: 早\n" + "名" * 51 + "：安",
            2,
            f"line 2: a speaker's name must not have more than 50 characters; shorten {'名' * 50}…",
        ),
        ("A: 早\r\nB: \x00", 2, "line 2: contains a character that cannot be spoken (U+0000); delete it"),
        (
            "A: 早\n" * 1001,
            1001,
            "line 1001: from this line on, the script exceeds 1000 turns; shorten it",
        ),
        (
            "A: " + "早" * 100_000 + "\nB: 安",
            2,
            ("line 2: from this line on, the texts exceed 100000 characters (100001 in total); shorten the script"),
        ),
        ("A" * 150_001, None, "must not have more than 150000 characters"),
        (5, None, "must be a string"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(script: object, line: int | None, words: str) -> None:
    problem: dict[str, Any] = {"field": "script", "message": words} | ({"line": line} if line else {})

    assert refusals(parse(script, language="en")) == [problem]


@pytest.mark.parametrize(
    ("script", "line", "words"),
    [
        ('[{"speaker": "A",\n"text"}]', 2, "line 2: this is not valid JSON"),
        (
            '{"text": "hi"}',
            1,
            "line 1: the JSON has no turns; write an array of turns, or an object with an array named turns",
        ),
        (
            '{"turns": [{"speaker": "A", "text": "hi"},\n{"speaker": "B"}]}',
            2,
            'line 2: turns[1].text is missing or is not text; write each turn as {"speaker": "A", "text": "Hello"}',
        ),
        (
            '[{"speaker": "A", "text": "hi\\u0000"}]',
            1,
            "line 1: contains a character that cannot be spoken (U+0000); delete it",
        ),
        (
            '[{"speaker": "A", "text": "hi\\ud83d"}]',
            1,
            "line 1: contains a character that cannot be spoken (U+D83D); delete it",
        ),
    ],
)
def test_json_that_is_no_dialogue_is_refused_with_its_line(script: str, line: int, words: str) -> None:
    assert refusals(parse(script, language="en")) == [{"field": "script", "message": words, "line": line}]
    assert f"第 {line} 行" in refusals(parse(script))[0]["message"]


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


@pytest.mark.parametrize(
    ("script", "turns"),
    [
        ("A: hi\n\n## Part two\n\nB (whispering): yo", [("A", "hi"), ("B", "[whispering] yo", "Part two")]),
        ("A: 早\nB: ……\nA: 安", [("A", "早"), ("B", "……"), ("A", "安")]),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nAnna: Hi.\n\n2\n00:00:03,000 --> 00:00:04,000\n- Bob: Yo.\n",
            [("Anna", "Hi."), ("Bob", "Yo.")],
        ),
        (
            "INT. KITCHEN - DAY\n\nAnna sits.\n\nANNA\n(to Bob)\nHi, *you*.\n\nBOB (V.O.)\nYo.\n",
            [("ANNA", "Hi, you.", "INT. KITCHEN - DAY"), ("BOB", "Yo.")],
        ),
    ],
    ids=["markdown", "a beat", "captions", "screenplay"],
)
def test_what_people_paste_becomes_turns_that_can_be_submitted(
    user: str, script: str, turns: list[tuple[str, ...]]
) -> None:
    answer = parse(script)

    assert turns_of(answer) == [dict(zip(("speaker", "text", "chapter"), turn, strict=False)) for turn in turns]
    parsed = answer.json()
    voices = [{"speaker": speaker, "voice_id": "zh-TW-HsiaoYuNeural"} for speaker in parsed["speakers"]]
    job = {"provider": "azure", "turns": parsed["turns"], "voice_assignments": voices}
    assert call("POST", "/jobs", user=user, json=job).status == 201


def test_a_question_is_asked_in_words_and_its_answer_is_followed() -> None:
    script = "Maya: Hello, everybody.\nSFX: a door\nMAYA: Who is there?"

    asked = parse(script, language="en").json()
    answers = [
        {"question": each["question"], "speaker": each["speaker"], "choice": choice}
        for each, choice in zip(asked["questions"], ["sound", "join"], strict=True)
    ]
    answered = call("POST", "/dialogues/parse", json={"script": script, "answers": answers}).json()

    assert asked["questions"] == [
        {
            "question": "sound",
            "speaker": "SFX",
            "lines": [2],
            "message": "Is SFX a sound, or text to be spoken?",
            "choices": [
                {"choice": "leave_out", "label": "Leave it out"},
                {"choice": "speak", "label": "Speak it"},
                {"choice": "sound", "label": "Use a sound"},
            ],
        },
        {
            "question": "same_speaker",
            "speaker": "MAYA",
            "other": "Maya",
            "lines": [3],
            "message": "Are MAYA and Maya the same person?",
            "choices": [
                {"choice": "join", "label": "One person: Maya"},
                {"choice": "keep", "label": "Two people"},
            ],
        },
    ]
    assert [turn["speaker"] for turn in asked["turns"]] == ["Maya", "MAYA"]
    assert answered["turns"] == [
        {"speaker": "Maya", "text": "Hello, everybody.", "index": 0, "line": 1},
        {"speaker": "SFX", "text": "a door", "index": 1, "line": 2, "is_sound": True},
        {"speaker": "Maya", "text": "Who is there?", "index": 2, "line": 3},
    ]
    assert answered["questions"] == []
    assert answered["languages"] == {"Maya": "en"}


def test_an_answer_has_to_be_a_choice_of_its_question() -> None:
    answers = [{"question": "sound", "speaker": "SFX", "choice": "join"}]

    answer = call(
        "POST",
        "/dialogues/parse",
        json={"script": "A: hi", "answers": answers},
        headers={"Accept-Language": "en"},
    )

    assert refusals(answer) == [
        {
            "field": "answers[0]",
            "message": "must be one of the question's choices: leave_out, speak, sound",
        }
    ]


def test_an_answer_names_its_speaker_in_characters_that_scripts_may_have() -> None:
    answers = [{"question": "sound", "speaker": "SFX\x0f", "choice": "leave_out"}]

    answer = call("POST", "/dialogues/parse", json={"script": "A: hi", "answers": answers})

    assert [each["field"] for each in refusals(answer)] == ["answers[0].speaker"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("A: hi\nB（笑）：yo", [("direction_not_spoken", 2, 1, "（笑）")]),
        ("A: hi\nB: (laughs)\nA: yo", [("direction_not_spoken", 2, None, "(laughs)")]),
        ("A: hi\n\n# One\n# Two\n\nB: yo", [("not_dialogue", 3, None, "One")]),
    ],
)
def test_nothing_is_dropped_without_a_word(script: str, expected: list[tuple[str, int, int | None, str]]) -> None:
    assert warnings_of(parse(script)) == expected


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Stage directions are not spoken: （笑）"), ("zh-TW", "舞台指示不會朗讀：（笑）")]
)
def test_a_warning_is_told_in_the_clients_language(language: str, words: str) -> None:
    assert parse("A（笑）：hi", language=language).json()["warnings"] == [
        {"code": "direction_not_spoken", "message": words, "line": 1, "turn_index": 0, "text": "（笑）"}
    ]


@pytest.mark.parametrize(
    ("script", "options", "expected"),
    [
        ("A: hi", {"format": "auto"}, "plain"),
        ("A: hi", {"format": "markdown"}, "markdown"),
        ("00:01.000 --> 00:02.000\nhi", {}, "srt"),
        ("00:01.000 --> 00:02.000\nhi", {"format": "vtt"}, "vtt"),
        ('[{"speaker": "A", "text": "hi"}]', {}, "json"),
    ],
)
def test_the_format_is_found_out_unless_it_is_named(script: str, options: dict[str, str], expected: str) -> None:
    assert parse(script, **options).json()["format"] == expected


def test_literal_text_stays_as_it_stands() -> None:
    answer = parse("A: **hi** [laughs]\n# one", markup="literal")

    assert turns_of(answer) == [{"speaker": "A", "text": "**hi** [laughs]\n# one"}]
    assert answer.json()["warnings"] == []


@pytest.mark.parametrize("options", [{"format": "docx"}, {"markup": "html"}])
def test_an_unknown_format_or_markup_is_refused(options: dict[str, str]) -> None:
    assert [error["field"] for error in refusals(parse("A: hi", **options))] == list(options)


def test_a_long_heading_is_cut() -> None:
    answer = parse(f"# {'x' * 300}\nA: hi")

    assert turns_of(answer)[0]["chapter"] == "x" * 199 + "…"


def test_the_first_thousand_warnings_are_told() -> None:
    assert len(parse("A: hi" + "[laughs]" * 2_000).json()["warnings"]) == 1_000
