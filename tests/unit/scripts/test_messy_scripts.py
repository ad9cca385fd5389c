"""Scripts as people paste them: each gives the right turns, or a question whose answer does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from castline.casting.languages import guess_languages
from castline.scripts.parser import parse_script
from castline.scripts.questions import CHOICES, Answers, Choice, QuestionKind

FOLDER = Path(__file__).parent / "messy"
SCRIPTS = sorted(file.stem for file in FOLDER.glob("*.txt"))


def script(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text("utf-8")


def read(name: str, *answers: tuple[QuestionKind, str, Choice]) -> dict[str, Any]:
    """Return what becomes of a script, as the files say it."""
    parsed = parse_script(script(name), max_turns=1_000, answers=Answers(answers))
    languages, language = guess_languages((turn.speaker, turn.text) for turn in parsed.turns)
    return {
        "format": parsed.format.value,
        "turns": [
            {"speaker": turn.speaker, "text": turn.text} | ({"chapter": turn.chapter} if turn.chapter else {})
            for turn in parsed.turns
        ],
        "warnings": [{"code": warning.kind.value, "line": warning.line} for warning, _ in parsed.warnings],
        "questions": [
            {"question": question.kind.value, "speaker": question.speaker, "lines": list(question.lines)}
            for question in parsed.questions
        ],
        "languages": languages,
        "language": language,
    }


def turns(name: str, *answers: tuple[QuestionKind, str, Choice]) -> list[tuple[str, str]]:
    return [(turn["speaker"], turn["text"]) for turn in read(name, *answers)["turns"]]


def test_a_script_gives_these_turns_languages_and_questions() -> None:
    for name in SCRIPTS:
        expected = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))

        assert read(name) == expected


def test_every_choice_answers_its_question() -> None:
    for name in SCRIPTS:
        for question in read(name)["questions"]:
            kind = QuestionKind(question["question"])
            for choice in CHOICES[kind]:
                left = read(name, (kind, question["speaker"], choice))["questions"]

                asked = [(each["question"], each["speaker"]) for each in left]
                assert (question["question"], question["speaker"]) not in asked


def test_labels_of_sounds_are_left_out_spoken_or_marked() -> None:
    def heard(choice: Choice) -> list[tuple[str, str, bool]]:
        answers = Answers([(QuestionKind.SOUND, "SFX", choice)])
        parsed = parse_script(script("radio_play"), max_turns=1_000, answers=answers)
        return [(turn.speaker, turn.text, turn.is_sound) for turn in parsed.turns if turn.speaker == "SFX"]

    described = ["FOOTSTEPS ON GRAVEL", "A GATE CREAKS", "WIND"]
    assert heard(Choice.SOUND) == [("SFX", text, True) for text in described]
    assert heard(Choice.SPEAK) == [("SFX", text, False) for text in described]
    assert heard(Choice.LEAVE_OUT) == []
    warnings = parse_script(
        script("radio_play"),
        max_turns=1_000,
        answers=Answers([(QuestionKind.SOUND, "SFX", Choice.LEAVE_OUT)]),
    ).warnings
    assert [(warning.kind, warning.text, warning.count) for warning, _ in warnings if warning.text == "SFX"] == [
        ("sound_left_out", "SFX", 3)
    ]


def test_names_that_differ_in_case_are_joined_to_the_first() -> None:
    joined = (QuestionKind.SAME_SPEAKER, "Thomas", Choice.JOIN)

    assert {speaker for speaker, _ in turns("radio_play", joined)} == {"NARRATOR", "THOMAS"}
    assert {speaker for speaker, _ in turns("radio_play")} == {"NARRATOR", "THOMAS", "Thomas"}


def test_a_title_may_be_spoken() -> None:
    spoken = turns("interview", (QuestionKind.PREAMBLE, "", Choice.SPEAK))

    assert spoken[0] == ("Narrator", "Interview with the author, spring 2026")
    assert spoken[1:] == turns("interview")


def test_action_may_be_left_out() -> None:
    spoken = turns("chinese_with_directions", (QuestionKind.ACTION, "", Choice.LEAVE_OUT))

    assert ("阿傑", "我就在妳後面。") in spoken


def test_lines_of_a_text_without_speakers_may_take_turns() -> None:
    spoken = turns("dash_dialogue", (QuestionKind.NO_SPEAKERS, "", Choice.ALTERNATE))

    assert spoken == [
        ("A", "Bonjour, Monsieur. Vous désirez ?"),
        ("B", "Un café, s'il vous plaît."),
        ("A", "Avec du sucre ?"),
        ("B", "Non, merci. Sans sucre."),
    ]


def test_lines_of_one_caption_may_be_those_of_two_speakers() -> None:
    spoken = turns("subtitles.srt", (QuestionKind.CAPTION_LINES, "", Choice.ALTERNATE))

    assert ("ANNA", "I don't think so.") in spoken


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dashes", QuestionKind.SPEAKER_DASH),
        ("columns_without_header", QuestionKind.SPEAKER_COLUMN),
        ("name_lines", QuestionKind.SPEAKER_LINES),
    ],
)
def test_what_looks_like_speakers_may_be_text(name: str, kind: QuestionKind) -> None:
    assert {speaker for speaker, _ in turns(name, (kind, "", Choice.TEXT))} == {"Narrator"}
    assert turns(name, (kind, "", Choice.SPEAKERS)) == turns(name)


def test_a_dash_after_labels_with_colons_is_text_unless_it_is_answered() -> None:
    mixed = "Host: Today we have two guests.\nAnna - hello\nBen - hi\nAnna - so"

    unanswered = parse_script(mixed, max_turns=10)
    answered = parse_script(mixed, max_turns=10, answers=Answers([(QuestionKind.SPEAKER_DASH, "", Choice.SPEAKERS)]))

    assert [turn.speaker for turn in unanswered.turns] == ["Host"]
    assert [question.kind for question in unanswered.questions] == [QuestionKind.SPEAKER_DASH]
    assert [turn.speaker for turn in answered.turns] == ["Host", "Anna", "Ben", "Anna"]


@pytest.mark.parametrize(
    "prose",
    [
        "He was tired.\n\nThere were three things left: bread, milk, salt.\n\nHe went on.\n\nIt rained.\n\nAll day.",
        "One line of prose, and nothing else.",
        "他累了。\n\n外面下著雨，他想著一件事：回家。\n\n他走了很久。\n\n雨一直下。\n\n天黑了。",
    ],
)
def test_prose_is_read_by_a_narrator_who_is_told(prose: str) -> None:
    parsed = parse_script(prose, max_turns=100)

    assert {turn.speaker for turn in parsed.turns} <= {"Narrator", "旁白"}
    assert "\n\n".join(turn.text for turn in parsed.turns) == prose
    assert [question.kind for question in parsed.questions] == [QuestionKind.NO_SPEAKERS]
    assert "no_speakers" in [warning.kind for warning, _ in parsed.warnings]


def test_names_that_are_words_of_email_headers_are_names() -> None:
    parsed = parse_script("Van: Chào An.\nAn: Chào Van, bạn khỏe không?", max_turns=10)

    assert [turn.speaker for turn in parsed.turns] == ["Van", "An"]
