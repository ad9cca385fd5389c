from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from castline.audio.timeline import Span, Timeline, lay_out
from tests.turn_lengths import single_turns

LENGTHS = st.lists(st.integers(0, 200_000), max_size=50)
GAPS_MS = st.integers(0, 2_000)
CROSSFADES_MS = st.integers(0, 500)


def test_the_next_turn_starts_gap_minus_crossfade_after_the_end() -> None:
    for gap_ms, crossfade_ms, second_start in [
        (300, 0, 24_000 + 7_200),  # a gap
        (300, 50, 24_000 + 6_000),  # a gap that the crossfade shortens
        (50, 50, 24_000),  # end to end
        (0, 500, 12_000),  # an overlap
    ]:
        timeline = lay_out(single_turns([24_000, 24_000], gap_ms=gap_ms), crossfade_ms=crossfade_ms)

        assert timeline.spans == (Span(0, 24_000), Span(second_start, second_start + 24_000))
        assert timeline.total_samples == second_start + 24_000


def test_a_turn_shorter_than_the_overlap_keeps_half_of_itself() -> None:
    for lengths, starts in [
        # The first and the last turn have one neighbour: half of the shorter one may overlap.
        ([2_400, 24_000], [0, 1_200]),
        ([24_000, 2_400], [0, 22_800]),
        # A turn between two others has two: a quarter of it each.
        ([48_000, 9_600, 48_000], [0, 45_600, 52_800]),
        ([24_000, 24_000, 24_000, 24_000], [0, 18_000, 36_000, 54_000]),
    ]:
        timeline = lay_out(single_turns(lengths, gap_ms=0), crossfade_ms=500)

        assert [span.start_sample for span in timeline.spans] == starts


def test_the_whole_lasts_until_the_latest_end_even_when_that_is_not_the_last_turns() -> None:
    timeline = Timeline((Span(0, 24_000), Span(23_000, 23_500)))

    assert timeline.total_samples == 24_000
    assert timeline.duration_ms == 1_000


def test_nothing_takes_no_time() -> None:
    assert lay_out(single_turns([], gap_ms=300), crossfade_ms=50).total_samples == 0


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=50), GAPS_MS, CROSSFADES_MS)
def test_every_turn_keeps_its_length_its_place_in_the_order_and_half_of_itself(
    lengths: list[int], gap_ms: int, crossfade_ms: int
) -> None:
    spans = lay_out(single_turns(lengths, gap_ms=gap_ms), crossfade_ms=crossfade_ms).spans

    assert [span.length_samples for span in spans] == lengths
    step_samples = (gap_ms - crossfade_ms) * 24
    overlaps = [0]
    for earlier, later in pairwise(spans):
        overlap = earlier.end_sample - later.start_sample
        assert overlap == -step_samples if step_samples >= 0 else 0 <= overlap <= -step_samples
        assert later.start_sample > earlier.start_sample or not earlier.length_samples
        overlaps.append(max(0, overlap))
    for span, before, after in zip(spans, overlaps, [*overlaps[1:], 0], strict=True):
        assert 2 * (before + after) <= span.length_samples


@given(LENGTHS, GAPS_MS)
def test_milliseconds_do_not_drift(lengths: list[int], gap_ms: int) -> None:
    timeline = lay_out(single_turns(lengths, gap_ms=gap_ms), crossfade_ms=0)

    for span in timeline.spans:
        assert abs(span.start_ms - span.start_sample / 24) <= 0.5
        assert abs(span.end_ms - span.end_sample / 24) <= 0.5
    for earlier, later in pairwise(timeline.spans):
        assert later.start_ms - earlier.end_ms == gap_ms  # gaps are whole milliseconds, so they stay so
    assert timeline.duration_ms == (timeline.spans[-1].end_ms if lengths else 0)
