from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from castline.api.requests import CreateJobRequest, CreateSingleVoiceJobRequest
from castline.audio.formats import OutputFormat
from castline.dynamodb import serialize
from castline.jobs import items, limits
from castline.jobs.errors import InvalidDialogue
from castline.jobs.model import (
    Bed,
    Delivery,
    Dialogue,
    Jingle,
    JobType,
    Music,
    SoundTurn,
    Turn,
    VoiceAssignment,
)
from tests.integration.examples import make_dialogue, make_job

VOICE = VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural")


def turns(*texts: str, speaker: str = "A", first_index: int = 0) -> tuple[Turn, ...]:
    return tuple(Turn(speaker=speaker, text=text, index=number) for number, text in enumerate(texts, first_index))


def single(text: str = "你好", **changes: Any) -> Dialogue:
    values: dict[str, Any] = {
        "provider": "azure", "turns": turns(text, speaker=""), "voice_assignments": (replace(VOICE, speaker=""),),
        "language": "zh-TW", "output_format": OutputFormat.MP3, "job_type": JobType.SINGLE_TTS,
    }  # fmt: skip
    return Dialogue(**values | changes)


def test_an_invalid_dialogue_cannot_be_made_by_anybody() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("language", {"language": "not a language"}), ("output_format", {"output_format": "ogg"}),
        ("output_format", {"output_format": "mp3"}), ("gap_ms", {"gap_ms": -1}),
        ("gap_ms", {"gap_ms": limits.MAX_GAP_MS + 1}),
        ("crossfade_ms", {"crossfade_ms": limits.MAX_CROSSFADE_MS + 1}),
        ("speed", {"delivery": Delivery(speed=0.4)}),
        ("speed", {"delivery": Delivery(speed=float("nan"))}),
        ("pitch", {"delivery": Delivery(pitch_percent=-21)}), ("volume", {"delivery": Delivery(volume=2.1)}),
        ("turns", {"turns": ()}),
        ("turns", {"turns": turns(*"字" * (limits.MAX_TURNS + 1))}),
        ("turns", {"turns": turns("字" * limits.MAX_DIALOGUE_CHARACTERS, "字")}),
        ("turns[0].index", {"turns": turns("好", first_index=-1)}),
        ("turns[0].index", {"turns": turns("好", first_index=limits.MAX_TURN_INDEX + 1)}),
        ("turns[1].index", {"turns": turns("好") * 2}),
        ("turns[0].speaker", {"turns": turns("好", speaker="")}),
        ("turns[0].speaker", {"turns": turns("好", speaker="A" * (limits.MAX_SPEAKER_CHARACTERS + 1))}),
        ("turns[0].speaker", {"turns": turns("好", speaker="\u200b")}),
        ("turns[0].text", {"turns": turns(" ")}), ("turns[0].text", {"turns": turns("a\x00")}),
        ("voice_assignments", {"voice_assignments": ()}),
        ("voice_assignments", {"voice_assignments": (VOICE, VOICE)}),
        ("voice_assignments", {"voice_assignments": (VOICE, replace(VOICE, speaker="Ａ"))}),
        ("voice_assignments", {"voice_assignments": (replace(VOICE, speaker="B"),)}),
        ("voice_assignments[0].voice_id", {"voice_assignments": (replace(VOICE, voice_id="a/b"),)}),
        ("voice_assignments[0].voice_id", {"voice_assignments": (replace(VOICE, voice_id="a" * 101),)}),
        ("turns[0].speed", {"turns": (replace(*turns("好"), speed=2.1),)}),
        ("turns[0].pitch", {"turns": (replace(*turns("好"), pitch=21),)}),
        ("turns[0].volume", {"turns": (replace(*turns("好"), volume=-0.1),)}),
        ("turns[0].style", {"turns": (replace(*turns("好"), style='"/>'),)}),
        ("turns[0].style_degree", {"turns": (replace(*turns("好"), style_degree=0),)}),
        ("turns[0].language", {"turns": (replace(*turns("好"), language="not a language"),)}),
        ("turns[0].pause_after_ms", {"turns": (replace(*turns("好"), pause_after_ms=10_001),)}),
        ("turns[0].take", {"turns": (replace(*turns("好"), take=-1),)}),
        ("turns[0].chapter", {"turns": (replace(*turns("好"), chapter=" "),)}),
        ("voice_assignments[0].speed", {"voice_assignments": (replace(VOICE, speed=0.4),)}),
        ("voice_assignments[0].voice_name", {"voice_assignments": (replace(VOICE, voice_name="曉" * 101),)}),
        ("quality", {"quality": "studio"}), ("recording", {"recording": "studio"}),
        ("loudness", {"loudness": "loud"}), ("cover_id", {"cover_id": ""}), ("cover_id", {"cover_id": "x" * 37}),
        ("music.intro.sound_id", {"music": Music(intro=Jingle(sound_id=""))}),
        ("music.intro.overlap_ms", {"music": Music(intro=Jingle(sound_id="a", overlap_ms=30_001))}),
        ("music.outro.gain_db", {"music": Music(outro=Jingle(sound_id="a", gain_db=20.1))}),
        ("music.outro.gain_db", {"music": Music(outro=Jingle(sound_id="a", gain_db=float("nan")))}),
        ("music.bed.duck_db", {"music": Music(bed=Bed(sound_id="a", duck_db=60.1))}),
        ("music.bed.fade_in_ms", {"music": Music(bed=Bed(sound_id="a", fade_in_ms=-1))}),
        ("sounds[0].fade_out_ms", {"sounds": (SoundTurn(sound_id="a", index=5, fade_out_ms=30_001),)}),
        ("sounds[0].index", {"sounds": (SoundTurn(sound_id="a", index=-1),)}),
        ("sounds[0].under", {"sounds": (SoundTurn(sound_id="a", index=5, under=True),)}),
        ("sounds[1].index", {"sounds": (SoundTurn(sound_id="a", index=5),) * 2}),
        ("sounds", {"sounds": (SoundTurn(sound_id="a", index=0),)}),
        ("sounds", {"sounds": tuple(SoundTurn(sound_id="a", index=index) for index in range(1, 102))}),
        ("sounds", {"sounds": tuple(SoundTurn(sound_id=str(index), index=index) for index in range(1, 22))}),
        ("turns", {"turns": turns(*"字" * limits.MAX_TURNS), "sounds": (SoundTurn(sound_id="a", index=1_000),)}),
    ]  # fmt: skip

    for field, changes in cases:
        with pytest.raises(InvalidDialogue) as refused:
            make_dialogue(**changes)

        assert refused.value.field == field


def test_a_single_text_has_one_turn_of_a_speaker_without_a_name() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("turns", {"turns": turns("好", "好", speaker="")}),
        ("turns[0].speaker", {"turns": turns("好", speaker="A")}),
        ("turns", {"turns": turns("字" * (limits.MAX_SINGLE_TEXT_CHARACTERS + 1), speaker="")}),
        ("voice_assignments[0].speaker", {"voice_assignments": (VOICE,)}),
        ("sounds", {"sounds": (SoundTurn(sound_id="a", index=5),)}),
    ]

    for field, changes in cases:
        with pytest.raises(InvalidDialogue) as refused:
            single(**changes)

        assert refused.value.field == field


def test_the_limits_themselves_are_kept() -> None:
    make_dialogue(gap_ms=limits.MAX_GAP_MS, crossfade_ms=limits.MAX_CROSSFADE_MS)
    make_dialogue(turns=turns(*"字" * limits.MAX_TURNS))
    make_dialogue(turns=turns("字" * limits.MAX_DIALOGUE_CHARACTERS))
    single("字" * limits.MAX_SINGLE_TEXT_CHARACTERS)
    make_dialogue(
        turns=turns("好", first_index=200),
        sounds=tuple(
            SoundTurn(sound_id=str(index % limits.MAX_SOUNDS), index=index, under=True)
            for index in range(limits.MAX_SOUND_TURNS)
        ),
    )
    make_dialogue(music=Music(intro=Jingle(sound_id="a", overlap_ms=0), bed=Bed(sound_id="b", duck_db=0)))
    for sign in (-1, 1):
        single(delivery=Delivery(speed=limits.MAX_SPEED, pitch_percent=sign * limits.MAX_PITCH_PERCENT, volume=0))


def test_what_was_stored_under_wider_limits_is_read_and_can_be_stored_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a dialogue that an older deployment took
    job, dialogue = make_job(), make_dialogue("你好", gap_ms=2_000)
    stored = [serialize(each) for each in (items.new_job_item(job), items.input_item(job.id, dialogue))]

    # When less is allowed today
    monkeypatch.setattr(limits, "MAX_GAP_MS", 1_000)
    with pytest.raises(InvalidDialogue):
        make_dialogue("你好", gap_ms=2_000)

    # Then it is read as it was
    unreadable: list[str] = []
    record = items.read_record(stored, unreadable=unreadable.append)
    assert record is not None
    assert record.dialogue == dialogue
    assert unreadable == []
    assert items.input_item("another", record.dialogue)["dialogue"] == items.input_item(job.id, dialogue)["dialogue"]


ANY_TEXT = st.text(st.sampled_from("好a \u200b\x00\ufffe\n👍"), max_size=4)
ANY_NAME = st.sampled_from(["A", "Ａ", "B", " A", "\u200b", "", "A\x01", "字" * 51])
REQUESTS = st.fixed_dictionaries(
    {
        "provider": st.sampled_from(["azure", "polly"]),
        "turns": st.lists(
            st.fixed_dictionaries({"speaker": ANY_NAME, "text": ANY_TEXT, "index": st.integers(-1, 3)}), max_size=3
        ),
        "voice_assignments": st.lists(
            st.fixed_dictionaries(
                {"speaker": ANY_NAME, "voice_id": st.sampled_from(["a", "", "-", "a b", "a" * 101])},
                optional={"voice_name": ANY_TEXT},
            ),
            max_size=3,
        ),
        "language": st.sampled_from(["zh-TW", "x", ""]),
        "output_format": st.sampled_from(["mp3", "wav", "ogg"]),
        "gap_ms": st.sampled_from([-1, 0, 2_000, 2_001]),
        "crossfade_ms": st.sampled_from([-1, 0, 500, 501]),
    }
)
GOOD_TURNS = st.lists(
    st.tuples(st.sampled_from(["A", "Ａ", " A", "B"]), st.integers(0, 9)),
    min_size=1,
    max_size=3,
    unique_by=lambda turn: turn[1],
).map(lambda turns: [{"speaker": speaker, "text": "好", "index": index} for speaker, index in turns])
MOSTLY_GOOD = st.fixed_dictionaries(
    {
        "provider": st.just("azure"),
        "turns": GOOD_TURNS,
        "voice_assignments": st.just([{"speaker": "A", "voice_id": "a"}, {"speaker": "B", "voice_id": "b"}]),
    }
)
ANY_CLIP = {
    "sound_id": st.sampled_from(["a", "b", "a" * 36]),
    "gain_db": st.sampled_from([*[-60, 0, 0.5, 20] * 5, 20.1]),
    "fade_in_ms": st.sampled_from([*[0, 1, 2.0, 30_000] * 5, 30_001]),
}
WITH_SOUNDS = st.builds(
    lambda body, sounds, music: body | {"turns": [*body["turns"], *sounds], "music": music},
    MOSTLY_GOOD,
    st.lists(
        st.fixed_dictionaries(
            {**ANY_CLIP, "index": st.integers(0, 40), "under": st.booleans()},
        ),
        max_size=3,
    ),
    st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "intro": st.fixed_dictionaries({**ANY_CLIP, "overlap_ms": st.sampled_from([0, 1, 30_000])}),
            "bed": st.fixed_dictionaries({**ANY_CLIP, "duck_db": st.sampled_from([0, 0.5, 60])}),
        },
    ),
)


@given(WITH_SOUNDS)
def test_sounds_that_the_api_takes_are_valid_in_a_dialogue(body: dict[str, Any]) -> None:
    try:
        request = CreateJobRequest.model_validate(body)
    except ValidationError:
        return

    assert len(request.to_dialogue().sequence) == len(body["turns"])


@given(REQUESTS | MOSTLY_GOOD)
def test_what_the_api_takes_is_a_valid_dialogue(body: dict[str, Any]) -> None:
    try:
        request = CreateJobRequest.model_validate(body)
    except ValidationError:
        return

    assert request.to_dialogue().turns


@given(
    st.sampled_from([0.4, 0.5, 1.0, 2.0, 2.1]),
    st.sampled_from([-21, -20, 0, 20, 21]),
    st.sampled_from([-0.1, 0.0, 2.0, 2.1]),
    ANY_TEXT,
)
def test_what_the_api_takes_for_one_voice_is_a_valid_dialogue(
    speed: float, pitch: int, volume: float, text: str
) -> None:
    try:
        request = CreateSingleVoiceJobRequest.model_validate(
            {"provider": "azure", "text": text, "voice_id": "a", "speed": speed, "pitch": pitch, "volume": volume}
        )
    except ValidationError:
        return

    assert request.to_dialogue().job_type is JobType.SINGLE_TTS
