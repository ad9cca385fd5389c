from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castline.jobs.model import Dialogue, Turn, VoiceAssignment
from castline.speech.provider import Utterance
from castline.workflow.segments import (
    MAX_BATCH_CHARACTERS,
    MAX_BATCH_SEGMENTS,
    MAX_SEGMENT_CHARACTERS,
    fingerprint,
    plan_batches,
    plan_segments,
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


@given(lengths)
def test_batches_cover_all_segments_once_and_stay_small(lengths: list[int]) -> None:
    segments = plan_segments(dialogue_of(*("字" * length for length in lengths)))

    batches = plan_batches(segments)

    covered = [
        number
        for batch in batches
        for number in range(batch.first_segment, batch.first_segment + batch.segment_count)
    ]
    assert covered == [segment.number for segment in segments]
    assert [batch.number for batch in batches] == list(range(len(batches)))
    for batch in batches:
        part = segments[batch.first_segment : batch.first_segment + batch.segment_count]
        assert len(part) <= MAX_BATCH_SEGMENTS
        assert len(part) == 1 or sum(len(each.utterance.text) for each in part) <= MAX_BATCH_CHARACTERS


def test_a_fingerprint_depends_on_all_that_shapes_the_sound() -> None:
    base = Utterance(text="你好", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW")
    others = [
        Utterance(text="你好嗎", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW"),
        Utterance(text="你好", voice_id="zh-TW-YunJheNeural", language="zh-TW"),
        Utterance(text="你好", voice_id="zh-TW-HsiaoYuNeural", language="zh-CN"),
    ]

    fingerprints = {fingerprint("azure", each) for each in [base, *others]} | {fingerprint("other", base)}

    assert len(fingerprints) == 5
    assert fingerprint("azure", base) in fingerprints
