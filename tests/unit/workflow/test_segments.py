from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.jobs.model import Dialogue, SynthesisMode, Turn, VoiceAssignment
from castline.speech.provider import Utterance
from castline.workflow.segments import (
    MAX_BATCH_CHARACTERS,
    MAX_BATCH_UTTERANCES,
    MAX_SEGMENT_CHARACTERS,
    NATIVE_MIN_UTTERANCES,
    PlannedUtterance,
    fingerprint,
    plan_batches,
    plan_segments,
    plan_utterances,
    synthesis_mode,
)


def dialogue_of(*texts: str) -> Dialogue:
    return Dialogue(
        provider="azure",
        turns=tuple(Turn(speaker="AB"[n % 2], text=text, index=n) for n, text in enumerate(texts)),
        voice_assignments=(
            VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural"),
            VoiceAssignment(speaker="B", voice_id="zh-TW-YunJheNeural"),
        ),
        language="zh-TW",
        output_format="mp3",
        gap_ms=300,
        crossfade_ms=50,
    )


lengths = st.lists(st.integers(1, 3 * MAX_SEGMENT_CHARACTERS), min_size=1, max_size=60)


@given(lengths)
def test_segments_speak_every_turn_in_order_and_nothing_else(lengths: list[int]) -> None:
    dialogue = dialogue_of(*("字" * length for length in lengths))

    segments = plan_segments(dialogue)

    assert [segment.number for segment in segments] == list(range(len(segments)))
    for position, turn in enumerate(dialogue.turns):
        pieces = [segment.utterance for segment in segments if segment.turn == position]
        assert "".join(piece.text for piece in pieces) == turn.text
        assert {piece.voice_id for piece in pieces} == {dialogue.voice_of(turn.speaker)}
        assert all(len(piece.text) <= MAX_SEGMENT_CHARACTERS for piece in pieces)


@given(st.lists(st.sampled_from(["好", "不好", "。", "好好好" * 400]), min_size=1, max_size=60))
def test_segments_that_sound_the_same_are_one_utterance(texts: list[str]) -> None:
    segments = plan_segments(dialogue_of(*texts))

    utterances = plan_utterances(segments)

    assert [planned.utterance for planned in utterances] == list(dict.fromkeys(each.utterance for each in segments))
    assert sorted(each.number for planned in utterances for each in planned.segments) == list(range(len(segments)))
    assert all(each.utterance == planned.utterance for planned in utterances for each in planned.segments)


@given(lengths)
def test_batches_cover_all_utterances_once_and_stay_small(lengths: list[int]) -> None:
    texts = (str(position) + "字" * length for position, length in enumerate(lengths))
    utterances = plan_utterances(plan_segments(dialogue_of(*texts)))

    batches = plan_batches(utterances)

    assert [batch.number for batch in batches] == list(range(len(batches)))
    covered: list[PlannedUtterance] = []
    for batch in batches:
        part = utterances[batch.first_utterance : batch.first_utterance + batch.utterance_count]
        covered += part
        assert len(part) <= MAX_BATCH_UTTERANCES[SynthesisMode.SEGMENTED]
        assert len(part) == 1 or sum(len(each.utterance.text) for each in part) <= MAX_BATCH_CHARACTERS
    assert covered == list(utterances)


@pytest.mark.parametrize(
    ("count", "characters", "mode"),
    [
        (NATIVE_MIN_UTTERANCES, 50, SynthesisMode.NATIVE),
        (NATIVE_MIN_UTTERANCES - 1, 50, SynthesisMode.SEGMENTED),
        (NATIVE_MIN_UTTERANCES, 20, SynthesisMode.SEGMENTED),
        (NATIVE_MIN_UTTERANCES, 90, SynthesisMode.SEGMENTED),
    ],
)
def test_only_very_many_rather_short_utterances_are_spoken_several_to_a_request(
    count: int, characters: int, mode: SynthesisMode
) -> None:
    utterances = plan_utterances(
        plan_segments(dialogue_of(*(f"{n:04d}".ljust(characters, "字") for n in range(count))))
    )

    assert synthesis_mode(utterances) is mode
    assert max(batch.utterance_count for batch in plan_batches(utterances)) <= MAX_BATCH_UTTERANCES[mode]


def test_a_fingerprint_depends_on_all_that_shapes_the_sound() -> None:
    base = Utterance(text="你好", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW")
    shapes = [
        ("azure", base, 1.0),
        ("azure", replace(base, text="你好嗎"), 1.0),
        ("azure", replace(base, voice_id="zh-TW-YunJheNeural"), 1.0),
        ("azure", replace(base, language="zh-CN"), 1.0),
        ("azure", replace(base, rate=1.5), 1.0),
        ("azure", replace(base, pitch_percent=-3), 1.0),
        ("azure", base, 0.5),
        ("other", base, 1.0),
    ]

    fingerprints = {fingerprint(provider, each, volume=volume) for provider, each, volume in shapes}

    assert len(fingerprints) == len(shapes)
    assert fingerprint("azure", replace(base), volume=1.0) in fingerprints
