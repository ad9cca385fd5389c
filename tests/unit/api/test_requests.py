"""Rules of a create request, each broken alone and several together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from castline.api.negotiation import Language
from castline.api.requests import CreateJobRequest, CreateSingleVoiceJobRequest, RenderJobRequest
from castline.api.validation import explain
from castline.audio.profile import Loudness, Quality
from castline.jobs.model import Bed, Jingle, Music, SoundTurn

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
NOT_A_VOICE = "not a valid voice id"


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


def test_the_texts_of_a_request_are_in_no_log() -> None:
    request = CreateJobRequest.model_validate(GOOD)

    assert "你好" not in f"{request} {request!r} {request.turns}"


def test_turns_are_spoken_in_order_of_index_not_of_appearance() -> None:
    request = request_with("turns.0.index", 10**9)

    assert [turn.speaker for turn in CreateJobRequest.model_validate(request).to_dialogue().turns] == ["B", "A"]


def test_values_at_the_edge_are_accepted() -> None:
    for path, value in [
        ("turns.0.speaker", "名" * 50), ("turns.0.text", "字" * (100_000 - len("Hello"))),
        ("turns.0.text", "tab\tand\nnewline and 😀 and 𠮷"), ("gap_ms", 0), ("gap_ms", 2000), ("crossfade_ms", 500),
        ("output_format", "wav"), ("language", "en"),
        ("voice_assignments.0.voice_id", "zh-CN-liaoning-XiaobeiNeural"),
    ]:  # fmt: skip
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


def test_each_rule_is_enforced() -> None:
    for path, value, field, message in [
        ("provider", MISSING, "provider", "required"),
        ("provider", "", "provider", "must have 1 or more characters"),
        ("turns", MISSING, "turns", "required"), ("turns", [], "turns", "must have 1 or more items"),
        ("turns", "text", "turns", "must be an array"), ("turns.0", "text", "turns[0]", "must be an object"),
        ("turns.0.text", MISSING, "turns[0].text", "required"),
        ("turns.0.text", "", "turns[0].text", "must have 1 or more characters"),
        ("turns.0.text", " \n\u3000", "turns[0].text", "must not be blank"),
        ("turns.0.text", 5, "turns[0].text", "must be a string"),
        ("turns.0.text", None, "turns[0].text", "must be a string"),
        ("turns.0.text", "a\x00b", "turns[0].text", "character 2 cannot be spoken (U+0000)"),
        ("turns.0.text", "\ud800", "turns[0].text", "contains half of a surrogate pair"),
        ("turns.0.index", -1, "turns[0].index", "must be at least 0"),
        ("turns.0.index", "0", "turns[0].index", "must be an integer"),
        ("turns.0.index", 0.5, "turns[0].index", "must be an integer"),
        ("turns.0.index", True, "turns[0].index", "must be an integer"),
        ("turns.0.index", 2**53, "turns[0].index", f"must be at most {2**53 - 1}"),
        ("turns.0.index", 1, "turns[1].index", "index 1 is used by an earlier turn"),
        ("turns.0.mood", "sad", "turns[0].mood", "unknown field"),
        ("voice_assignments.0.voice_id", "x' onload='", "voice_assignments[0].voice_id", NOT_A_VOICE),
        ("voice_assignments.1.speaker", "A", "voice_assignments[1].speaker", "speaker A already has a voice"),
        ("language", "zh_TW", "language", "must be a language tag such as zh-TW"),
        ("output_format", "ogg", "output_format", "must be 'mp3', 'wav', 'flac', 'opus' or 'm4b'"),
        ("gap_ms", 2001, "gap_ms", "must be at most 2000"), ("gap_ms", -1, "gap_ms", "must be at least 0"),
        ("crossfade_ms", 501, "crossfade_ms", "must be at most 500"),
        ("webhook", "https://example.com", "webhook", "unknown field"),
        ("turns.1.speaker", "小明", "voice_assignments", "speaker 小明 has no voice"),
        ("turns.0.speaker", "名" * 51, "turns[0].speaker", "must not have more than 50 characters"),
    ]:  # fmt: skip
        assert problems_of(request_with(path, value))[field] == message


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
        "gap_ms", "turns[0].text", "turns[1].index", "voice_assignments", "voice_assignments[2].speaker",
        "voice_assignments[2].voice_id", "extra",
    }  # fmt: skip


def test_what_is_no_object_is_refused() -> None:
    cases: list[Any] = [None, [], "text", 5, True]

    for body in cases:
        with pytest.raises(ValidationError):
            CreateJobRequest.model_validate(body)


def test_problems_are_explained_in_chinese_too() -> None:
    with pytest.raises(ValidationError) as refused:
        CreateJobRequest.model_validate(request_with("output_format", "ogg"))

    assert explain(refused.value.errors(), Language.CHINESE) == {
        "errors": [{"field": "output_format", "message": "必須是 'mp3', 'wav', 'flac', 'opus' 或 'm4b'"}]
    }


SOUND = "01a20b9b-7b1c-7c55-8f3d-2f6d6c1b9e40"


def request_with_sounds(*sounds: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a good request whose turns have the indexes 0 and 1, with more turns."""
    request = copy.deepcopy(GOOD) | changes
    request["turns"] += sounds
    return request


class TestHowItSounds:
    def test_requests_ask_for_the_loudness_of_podcasts_unless_they_say_otherwise(self) -> None:
        single = {"provider": "azure", "text": "你好", "voice_id": "zh-TW-HsiaoYuNeural"}

        for dialogue in (
            CreateJobRequest.model_validate(GOOD).to_dialogue(),
            CreateSingleVoiceJobRequest.model_validate(single).to_dialogue(),
        ):
            assert (dialogue.quality, dialogue.loudness) == (Quality.STANDARD, Loudness.PODCAST)
            assert (dialogue.music, dialogue.sounds, dialogue.cover_id) == (None, (), None)

    def test_music_has_its_defaults(self) -> None:
        request = GOOD | {"music": {"intro": {"sound_id": SOUND}, "bed": {"sound_id": SOUND}}, "cover_id": SOUND}

        dialogue = CreateJobRequest.model_validate(request).to_dialogue()

        assert dialogue.music == Music(
            intro=Jingle(sound_id=SOUND),
            bed=Bed(sound_id=SOUND, gain_db=-12.0, fade_in_ms=2000, fade_out_ms=4000, duck_db=10.0),
        )
        assert dialogue.cover_id == SOUND

    @pytest.mark.parametrize("music", [None, {}, {"intro": None, "bed": None}])
    def test_no_music_is_no_music_however_it_is_said(self, music: Any) -> None:
        dialogue = CreateJobRequest.model_validate(GOOD | {"music": music}).to_dialogue()

        assert dialogue == CreateJobRequest.model_validate(GOOD).to_dialogue()

    def test_each_rule_is_enforced(self) -> None:
        rules: list[tuple[dict[str, Any], str, str]] = [
            ({"quality": "best"}, "quality", "must be 'standard' or 'studio'"),
            ({"loudness": "loud"}, "loudness", "must be 'podcast', 'audiobook', 'broadcast' or 'none'"),
            ({"music": []}, "music", "must be an object"),
            ({"music": {"intro": {}}}, "music.intro.sound_id", "required"),
            ({"music": {"intro": {"sound_id": SOUND, "duck_db": 1}}}, "music.intro.duck_db", "unknown field"),
            ({"music": {"bed": {"sound_id": SOUND, "gain_db": -61}}}, "music.bed.gain_db", "must be at least -60.0"),
            ({"music": {"bed": {"sound_id": SOUND, "overlap_ms": 1}}}, "music.bed.overlap_ms", "unknown field"),
            (
                {"music": {"outro": {"sound_id": SOUND, "fade_in_ms": 0.5}}},
                "music.outro.fade_in_ms",
                "must be an integer",
            ),
            ({"cover_id": ""}, "cover_id", "must have 1 or more characters"),
        ]
        for fields, field, message in rules:
            assert problems_of(GOOD | fields) == {field: message}


class TestSoundTurns:
    def test_sounds_have_their_place_among_the_turns_by_their_index(self) -> None:
        sounds = [{"sound_id": SOUND, "index": 7.0, "gain_db": -6}, {"sound_id": SOUND, "index": 2, "under": True}]
        request = request_with_sounds(*sounds)
        request["turns"][1]["index"] = 5

        dialogue = CreateJobRequest.model_validate(request).to_dialogue()

        assert [turn.index for turn in dialogue.turns] == [0, 5]
        assert dialogue.sounds == (
            SoundTurn(sound_id=SOUND, index=2, under=True),
            SoundTurn(sound_id=SOUND, index=7, gain_db=-6.0),
        )

    def test_each_rule_is_enforced(self) -> None:
        rules: list[tuple[dict[str, Any], str, str]] = [
            ({}, "turns[2].index", "required"),
            ({"index": 1}, "turns[2].index", "index 1 is used by an earlier turn"),
            ({"index": 2, "sound_id": None}, "turns[2].sound_id", "must be a string"),
            ({"index": 2, "gain_db": 21}, "turns[2].gain_db", "must be at most 20.0"),
            ({"index": 2, "under": 1}, "turns[2].under", "must be true or false"),
            ({"index": 2, "under": True}, "turns[2].under", "no spoken turn comes after this sound"),
            ({"index": 2, "overlap_ms": 1}, "turns[2].overlap_ms", "unknown field"),
            (
                {"index": 2, "text": "砰"},
                "turns[2].text",
                "is only for spoken turns; a turn with a sound_id is a sound",
            ),
        ]
        for sound, field, message in rules:
            assert problems_of(request_with_sounds({"sound_id": SOUND} | sound)) == {field: message}

    def test_fields_of_a_sound_are_refused_in_a_spoken_turn(self) -> None:
        assert problems_of(request_with("turns.0.gain_db", -6)) == {
            "turns[0].gain_db": "is only for sounds; add a sound_id, or remove this field"
        }

    def test_a_turn_that_is_neither_is_taken_for_a_spoken_one(self) -> None:
        assert problems_of(request_with_sounds({"index": 2})) == {
            "turns[2].speaker": "required",
            "turns[2].text": "required",
        }

    def test_something_has_to_be_spoken(self) -> None:
        request = GOOD | {"turns": [{"sound_id": SOUND, "index": 0}]}

        assert problems_of(request) == {"turns": "must have at least one spoken turn"}

    def test_what_a_sound_says_counts_for_nothing_else(self) -> None:
        sound = {"sound_id": SOUND, "index": 2, "speaker": "C", "text": "字" * 100_001}

        assert problems_of(request_with_sounds(sound)).keys() == {"turns[2].speaker", "turns[2].text"}

    def test_the_number_of_sounds_is_bounded(self) -> None:
        sounds = [{"sound_id": SOUND, "index": index} for index in range(2, 103)]

        CreateJobRequest.model_validate(request_with_sounds(*sounds[:100]))
        assert problems_of(request_with_sounds(*sounds)) == {
            "turns": "there are 101 sounds among the turns, which is more than 100"
        }

    def test_the_number_of_different_sounds_is_bounded_and_music_counts(self) -> None:
        sounds = [{"sound_id": f"sound {index}", "index": index} for index in range(2, 22)]
        bed = {"bed": {"sound_id": "another"}}

        CreateJobRequest.model_validate(request_with_sounds(*sounds))
        CreateJobRequest.model_validate(request_with_sounds(*sounds[1:], music=bed))
        assert problems_of(request_with_sounds(*sounds, music=bed)) == {
            "turns": "21 different sounds are used, which is more than 20"
        }

    def test_fields_are_named_as_they_were_sent(self) -> None:
        request = CreateJobRequest.model_validate(request_with_sounds({"sound_id": SOUND, "index": 10}))
        last_first = CreateJobRequest.model_validate(
            GOOD | {"turns": [{"sound_id": SOUND, "index": 10}, *GOOD["turns"]]}
        )

        assert request.as_sent("turns[2].sound_id") == "turns[2].sound_id"
        assert [last_first.as_sent(f"turns[{position}].x") for position in range(3)] == [
            "turns[1].x",
            "turns[2].x",
            "turns[0].x",
        ]
        assert last_first.as_sent("music.bed.sound_id") == "music.bed.sound_id"


def test_a_version_changes_what_is_given() -> None:
    for request_body, changes in [
        ({}, {}),
        ({"output_format": None, "quality": None, "loudness": None}, {}),
        ({"quality": "studio", "loudness": "none"}, {"quality": Quality.STUDIO, "loudness": Loudness.NONE}),
        ({"music": None, "cover_id": None}, {"music": None, "cover_id": None}),
        ({"music": {}}, {"music": None}),
        ({"music": {"intro": {"sound_id": SOUND}}}, {"music": Music(intro=Jingle(sound_id=SOUND))}),
        ({"cover_id": SOUND}, {"cover_id": SOUND}),
    ]:
        assert RenderJobRequest.model_validate(request_body).to_changes() == changes
