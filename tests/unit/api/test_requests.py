"""Rules of a create request, each broken alone and several together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from castline.api.negotiation import Language
from castline.api.requests import CreateJobRequest
from castline.api.validation import explain

GOOD: dict[str, Any] = {
    "provider": "azure",
    "turns": [
        {"speaker": "A", "text": "你好", "index": 0},
        {"speaker": "B", "text": "Hello", "index": 1},
    ],
    "voice_assignments": [
        {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"},
        {"speaker": "B", "voice_id": "en-US-AvaNeural", "voice_name": "Ava"},
    ],
}


def request_with(path: str, value: Any) -> dict[str, Any]:
    """Return a good request with one value replaced; ``path`` is like ``turns.0.text``, a last part ``-`` deletes."""
    request: Any = copy.deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target = request
    for parent in parents:
        target = target[parent]
    if value is MISSING:
        del target[last]
    else:
        target[last] = value
    result: dict[str, Any] = request
    return result


MISSING = object()
NOT_A_VOICE = "not a voice id"


def problems_of(request: Any) -> dict[str, str]:
    """Return the fields that are refused, with the English message of each."""
    with pytest.raises(ValidationError) as refused:
        CreateJobRequest.model_validate(request)
    errors = explain(refused.value.errors(), Language.ENGLISH)["errors"]
    return {error["field"]: error["message"] for error in errors}


def test_a_good_request_is_accepted_with_defaults() -> None:
    dialogue = CreateJobRequest.model_validate(GOOD).to_dialogue()

    assert (dialogue.language, dialogue.output_format) == ("zh-TW", "mp3")
    assert (dialogue.gap_ms, dialogue.crossfade_ms) == (300, 50)


def test_turns_are_spoken_in_order_of_index_not_of_appearance() -> None:
    request = request_with("turns.0.index", 10**9)

    assert [turn.speaker for turn in CreateJobRequest.model_validate(request).to_dialogue().turns] == ["B", "A"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("turns.0.speaker", "名" * 50),
        ("turns.0.text", "字" * (100_000 - len("Hello"))),
        ("turns.0.text", "tab\tand\nnewline and 😀 and 𠮷"),
        ("gap_ms", 0),
        ("gap_ms", 2000),
        ("crossfade_ms", 500),
        ("output_format", "wav"),
        ("language", "en"),
        ("voice_assignments.0.voice_id", "zh-CN-liaoning-XiaobeiNeural"),
    ],
)
def test_values_at_the_edge_are_accepted(path: str, value: Any) -> None:
    request = request_with(path, value)
    if path == "turns.0.speaker":
        request["voice_assignments"][0]["speaker"] = value

    CreateJobRequest.model_validate(request)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    request = request_with("turns.0.index", 7.0) | {"gap_ms": 100.0}

    dialogue = CreateJobRequest.model_validate(request).to_dialogue()

    assert ([turn.index for turn in dialogue.turns], dialogue.gap_ms) == ([1, 7], 100)
    assert problems_of(request_with("turns.0.index", 1.0)) == {"turns[1].index": "index 1 is used by an earlier turn"}


def test_a_thousand_turns_are_accepted_and_one_more_is_not() -> None:
    turns = [{"speaker": "A", "text": "好", "index": index} for index in range(1001)]

    assert len(CreateJobRequest.model_validate(request_with("turns", turns[:1000])).turns) == 1000
    assert problems_of(request_with("turns", turns)) == {"turns": "must not have more than 1000 items"}


@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        ("provider", MISSING, "provider", "required"),
        ("provider", "", "provider", "must have at least 1 characters"),
        ("turns", MISSING, "turns", "required"),
        ("turns", [], "turns", "must have at least 1 items"),
        ("turns", "text", "turns", "must be an array"),
        ("turns.0", "text", "turns[0]", "must be an object"),
        ("turns.0.text", MISSING, "turns[0].text", "required"),
        ("turns.0.text", "", "turns[0].text", "must have at least 1 characters"),
        ("turns.0.text", " \n\u3000", "turns[0].text", "must not be blank"),
        ("turns.0.text", 5, "turns[0].text", "must be a string"),
        ("turns.0.text", None, "turns[0].text", "must be a string"),
        ("turns.0.text", "a\x00b", "turns[0].text", "character 2 cannot be spoken (U+0000)"),
        ("turns.0.text", "\ud800", "turns[0].text", "holds half of a surrogate pair"),
        ("turns.0.index", -1, "turns[0].index", "must be at least 0"),
        ("turns.0.index", "0", "turns[0].index", "must be an integer"),
        ("turns.0.index", 0.5, "turns[0].index", "must be an integer"),
        ("turns.0.index", True, "turns[0].index", "must be an integer"),
        ("turns.0.index", 2**53, "turns[0].index", f"must be at most {2**53 - 1}"),
        ("turns.0.index", 1, "turns[1].index", "index 1 is used by an earlier turn"),
        ("turns.0.mood", "sad", "turns[0].mood", "unknown field"),
        ("voice_assignments.0.voice_id", "x' onload='", "voice_assignments[0].voice_id", NOT_A_VOICE),
        ("voice_assignments.1.speaker", "A", "voice_assignments[1].speaker", "speaker A has a voice already"),
        ("language", "zh_TW", "language", "not a language tag such as zh-TW"),
        ("output_format", "ogg", "output_format", "must be 'mp3', 'wav', 'flac', 'opus' or 'm4b'"),
        ("gap_ms", 2001, "gap_ms", "must be at most 2000"),
        ("gap_ms", -1, "gap_ms", "must be at least 0"),
        ("crossfade_ms", 501, "crossfade_ms", "must be at most 500"),
        ("webhook", "https://example.com", "webhook", "unknown field"),
    ],
)  # fmt: skip
def test_each_rule_is_enforced(path: str, value: Any, field: str, message: str) -> None:
    assert problems_of(request_with(path, value))[field] == message


def test_a_speaker_without_a_voice_is_named() -> None:
    request = request_with("turns.1.speaker", "小明")

    assert problems_of(request) == {"voice_assignments": "speaker 小明 has no voice"}


def test_a_speaker_name_that_is_too_long_is_refused() -> None:
    request = request_with("turns.0.speaker", "名" * 51)

    assert problems_of(request)["turns[0].speaker"] == "must not have more than 50 characters"


def test_the_total_of_characters_is_bounded() -> None:
    request = request_with("turns.0.text", "字" * (100_001 - len("Hello")))

    assert problems_of(request) == {"turns": "all texts together have 100001 characters, which is more than 100000"}


def test_all_broken_fields_are_reported_together() -> None:
    request = request_with("gap_ms", "soon")
    request["turns"][0] |= {"text": "", "index": 1}
    request["turns"][1]["speaker"] = "C"
    request["voice_assignments"].append({"speaker": "A", "voice_id": "no body"})
    request["extra"] = 1

    assert set(problems_of(request)) == {
        "gap_ms",
        "turns[0].text",
        "turns[1].index",
        "voice_assignments",
        "voice_assignments[2].speaker",
        "voice_assignments[2].voice_id",
        "extra",
    }


@pytest.mark.parametrize("body", [None, [], "text", 5, True])
def test_what_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(ValidationError):
        CreateJobRequest.model_validate(body)


def test_problems_are_explained_in_chinese_too() -> None:
    with pytest.raises(ValidationError) as refused:
        CreateJobRequest.model_validate(request_with("output_format", "ogg"))

    assert explain(refused.value.errors(), Language.CHINESE) == {
        "errors": [{"field": "output_format", "message": "必須是 'mp3', 'wav', 'flac', 'opus' 或 'm4b'"}]
    }
