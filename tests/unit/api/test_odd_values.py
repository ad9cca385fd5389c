"""Values of a create request that are of another type, or beyond what any field holds: each names its field."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from castline.api.negotiation import Language
from castline.api.requests import CreateJobRequest, CreateSingleVoiceJobRequest
from castline.api.validation import explain

DIALOGUE: dict[str, Any] = {
    "provider": "azure",
    "turns": [{"speaker": "A", "text": "早安。", "index": 0}],
    "voice_assignments": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"}],
}
SINGLE: dict[str, Any] = {"provider": "azure", "text": "早安。", "voice_id": "zh-TW-HsiaoYuNeural"}


def broken_fields(schema: type[CreateJobRequest | CreateSingleVoiceJobRequest], request: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        schema.model_validate(request)
    return [each["field"] for each in explain(refused.value.errors(), Language.CHINESE)["errors"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"provider": 1}, "provider"),
        ({"provider": None}, "provider"),
        ({"turns": {"speaker": "A", "text": "早安", "index": 0}}, "turns"),
        ({"voice_assignments": None}, "voice_assignments"),
        ({"gap_ms": "300"}, "gap_ms"),
        ({"gap_ms": float("nan")}, "gap_ms"),
        ({"crossfade_ms": 1.5}, "crossfade_ms"),
    ],
)
def test_a_field_of_the_dialogue(changes: dict[str, Any], field: str) -> None:
    assert broken_fields(CreateJobRequest, DIALOGUE | changes) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ["早安"]}, "text"),
        ({"text": "早\x07安"}, "text"),
        ({"text": "早\uffff安"}, "text"),
        ({"text": "早\ud83d安"}, "text"),
        ({"index": 10**400}, "index"),
        ({"index": float("inf")}, "index"),
    ],
)
def test_a_field_of_a_turn(changes: dict[str, Any], field: str) -> None:
    request = copy.deepcopy(DIALOGUE)
    request["turns"][0] |= changes

    assert broken_fields(CreateJobRequest, request) == [f"turns[0].{field}"]


def test_a_field_whose_name_no_answer_can_repeat() -> None:
    turn = DIALOGUE["turns"][0] | {"\udfff": 1}

    assert broken_fields(CreateJobRequest, DIALOGUE | {"\ud83d": 1}) == [""]
    assert broken_fields(CreateJobRequest, DIALOGUE | {"turns": [turn]}) == ["turns[0]"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"voice_id": ""}, "voice_id"),
        ({"voice_id": f"zh-TW-{'X' * 100}"}, "voice_id"),
        ({"voice_name": "\udc00"}, "voice_name"),
    ],
)
def test_a_field_of_a_voice_assignment(changes: dict[str, Any], field: str) -> None:
    request = copy.deepcopy(DIALOGUE)
    request["voice_assignments"][0] |= changes

    assert broken_fields(CreateJobRequest, request) == [f"voice_assignments[0].{field}"]


@pytest.mark.parametrize(
    "path",
    [("voice_assignments",), ("turns", 0, "speaker"), ("turns", 0, "index"), ("voice_assignments", 0, "voice_id")],
)
def test_a_required_field_that_is_missing(path: tuple[Any, ...]) -> None:
    request = part = copy.deepcopy(DIALOGUE)
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]

    name = path[0] if len(path) == 1 else f"{path[0]}[0].{path[-1]}"
    assert name in broken_fields(CreateJobRequest, request)


@pytest.mark.parametrize("speaker", ["", "\u3000 \t", "早" * 51, "A\x00", 7, None], ids=ascii)
def test_a_speaker_without_a_proper_name(speaker: object) -> None:
    request = copy.deepcopy(DIALOGUE)
    request["turns"][0]["speaker"] = speaker
    request["voice_assignments"][0]["speaker"] = speaker

    assert broken_fields(CreateJobRequest, request) == ["turns[0].speaker", "voice_assignments[0].speaker"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "字" * 50_001}, "text"),
        ({"speed": 0.4}, "speed"),
        ({"speed": 2.1}, "speed"),
        ({"speed": "fast"}, "speed"),
        ({"pitch": 21}, "pitch"),
        ({"pitch": -21}, "pitch"),
        ({"volume": -0.1}, "volume"),
        ({"volume": 2.5}, "volume"),
        ({"turns": []}, "turns"),
        ({"voice_id": "Hsiao Yu"}, "voice_id"),
    ],
)
def test_a_field_of_a_single_text(changes: dict[str, Any], field: str) -> None:
    assert broken_fields(CreateSingleVoiceJobRequest, SINGLE | changes) == [field]
