from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from castline.audio.frame_timeline import FrameTimeline, place, place_one_by_one
from castline.audio.info_frame import Framing
from castline.audio.timeline import Span
from tests.turn_lengths import turns_of

SECOND = 24_000  # samples; 44 frames of LAME's
LENGTHS = st.one_of(st.integers(1, 3_000), st.integers(1, 400_000), st.integers(1, 14_400_000))
TURNS = st.lists(st.lists(LENGTHS, min_size=1, max_size=3), min_size=1, max_size=8)


def placed(turns: list[list[int]], *, gap_ms: int, crossfade_ms: int) -> FrameTimeline:
    frame_timeline = place(turns_of(turns, gap_ms=gap_ms), crossfade_ms=crossfade_ms)
    assert frame_timeline is not None
    return frame_timeline


def test_a_turn_starts_at_the_frame_nearest_to_its_ideal_start() -> None:
    # Given turns of a second and 250 ms between them: 52.08 frames from start to start
    frame_timeline = placed([[SECOND]] * 10, gap_ms=300, crossfade_ms=50)

    assert [segment.first_frame for segment in frame_timeline.segments()] == [
        0, 52, 104, 156, 208, 260,
        313,  # where one frame more is nearer
        365, 417, 469,
    ]  # fmt: skip
    assert frame_timeline.timeline().spans[6] == Span(313 * 576, 313 * 576 + SECOND)


def test_the_segments_of_a_turn_follow_each_other_directly() -> None:
    frame_timeline = placed([[100], [SECOND, 1, SECOND]], gap_ms=300, crossfade_ms=0)

    second_turn = list(frame_timeline.segments())[1:]
    assert [segment.turn for segment in second_turn] == [1, 1, 1]
    assert [segment.frames_into_turn for segment in second_turn] == [0, 44, 47]
    start = second_turn[0].first_frame
    assert frame_timeline.timeline().spans[1] == Span(start * 576, (start + 47) * 576 + SECOND)


def test_turns_that_are_too_close_have_to_be_mixed() -> None:
    for gap_ms, crossfade_ms in [
        (0, 0),  # the first turn's frames last longer than itself
        (20, 0),
        (300, 290),
        (100, 300),  # the turns overlap
    ]:
        assert place(turns_of([[SECOND], [SECOND]], gap_ms=gap_ms), crossfade_ms=crossfade_ms) is None


def test_a_single_turn_never_has_to_be_mixed() -> None:
    assert place(turns_of([[SECOND, SECOND]], gap_ms=0), crossfade_ms=500) is not None


@given(TURNS, st.integers(72, 2_000), st.integers(0, 500))
def test_a_gap_of_72_ms_is_always_enough(turns: list[list[int]], pause_ms: int, crossfade_ms: int) -> None:
    assert place(turns_of(turns, gap_ms=pause_ms + crossfade_ms), crossfade_ms=crossfade_ms) is not None


@given(TURNS, st.integers(0, 2_000), st.integers(0, 500))
def test_no_start_is_more_than_half_a_frame_off_and_errors_do_not_add_up(
    turns: list[list[int]], gap_ms: int, crossfade_ms: int
) -> None:
    # Given turns that can be placed
    frame_timeline = place(turns_of(turns, gap_ms=gap_ms), crossfade_ms=crossfade_ms)
    assume(frame_timeline is not None)
    assert frame_timeline is not None

    # Then each starts where the exact sum of lengths and pauses says
    ideal_start = 0
    for segments, span in zip(turns, frame_timeline.timeline().spans, strict=True):
        assert abs(span.start_sample - ideal_start) <= 288
        ideal_start += span.length_samples + (gap_ms - crossfade_ms) * 24
        assert span.length_samples >= sum(segments)


@given(TURNS, st.integers(0, 2_000), st.integers(0, 500))
def test_frames_never_overlap_and_fill_the_file_to_its_end(
    turns: list[list[int]], gap_ms: int, crossfade_ms: int
) -> None:
    frame_timeline = place(turns_of(turns, gap_ms=gap_ms), crossfade_ms=crossfade_ms)
    assume(frame_timeline is not None)
    assert frame_timeline is not None

    segments = list(frame_timeline.segments())
    assert [[each.samples for each in turn] for _, turn in groupby(segments, lambda each: each.turn)] == turns
    for earlier, later in pairwise(segments):
        assert later.first_frame >= earlier.first_frame + Framing.of(earlier.samples).audio_frames
    last = segments[-1]
    assert last.first_frame + last.frame_count == frame_timeline.framing.audio_frames
    assert frame_timeline.timeline().total_samples == last.first_frame * 576 + last.samples


def test_what_is_no_dialogue_is_refused() -> None:
    cases: list[list[list[int]]] = [[], [[]], [[100], []], [[100], [0]]]

    for turns in cases:
        with pytest.raises(ValueError, match="samples"):
            place(turns_of(turns, gap_ms=300), crossfade_ms=50)


@given(turns=TURNS, gap_ms=st.integers(0, 2_000), crossfade_ms=st.integers(0, 500))
def test_turns_that_do_not_wait_are_placed_as_in_the_file(
    turns: list[list[int]], gap_ms: int, crossfade_ms: int
) -> None:
    lengths = turns_of(turns, gap_ms=gap_ms)
    in_file = place(lengths, crossfade_ms=crossfade_ms)
    one_by_one = place_one_by_one(lengths, crossfade_ms=crossfade_ms)

    if in_file is not None:
        assert one_by_one == in_file
    segments = list(one_by_one.segments())
    assert all(one.first_frame + one.frame_count <= other.first_frame for one, other in pairwise(segments))


@given(turns=TURNS, more=TURNS, gap_ms=st.integers(0, 2_000), crossfade_ms=st.integers(0, 500))
def test_later_turns_do_not_move_earlier_ones(
    turns: list[list[int]], more: list[list[int]], gap_ms: int, crossfade_ms: int
) -> None:
    before = place_one_by_one(turns_of(turns, gap_ms=gap_ms), crossfade_ms=crossfade_ms)
    after = place_one_by_one(turns_of(turns + more, gap_ms=gap_ms), crossfade_ms=crossfade_ms)

    assert list(after.first_frames[: len(turns)]) == list(before.first_frames)


def test_a_turn_that_waits_moves_the_turns_after_it() -> None:
    # Given turns of 44 frames without a pause, which overlap by two frames in a file, and one 300 ms later
    lengths = [*turns_of([[SECOND]], gap_ms=0), *turns_of([[SECOND]] * 2, gap_ms=300)]

    timeline = place_one_by_one(lengths, crossfade_ms=0)

    # Then the second turn waits for two frames, and so does the third
    assert list(timeline.first_frames) == [0, 44, 98]
