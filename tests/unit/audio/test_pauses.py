"""Pauses within turns, in files that are joined from frames and in files that are mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio.assembly import plan_assembly
from castline.audio.mp3_frames import FRAME_SAMPLES
from castline.audio.samples import to_pcm
from castline.audio.stored_segment import encode_segment
from castline.audio.timeline import TurnLengths
from tests.unit.audio.decoding import decode
from tests.unit.audio.pcm_samples import hum, to_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from castline.audio.assembly import Assembly
    from tests.unit.audio.pcm_samples import Samples

MS = 24
AUDIBLE = 300


class Segments:
    """Segments of a steady hum."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._stored = [encode_segment(hum(length)) for length in lengths]

    def frames(self) -> Iterator[Iterator[bytes]]:
        return (iter([each.frames]) for each in self._stored)

    def pcm(self) -> Iterator[Iterator[bytes]]:
        return (iter([each.pcm]) for each in self._stored)

    def pcm_of(self, position: int) -> Iterable[bytes]:
        return [self._stored[position].pcm]


def heard(assembly: Assembly, segments: Segments) -> Samples:
    """Return the samples of a file: decoded, where its frames are copied, or as they are mixed."""
    if assembly.frame_timeline is not None:
        return decode(b"".join(assembly.join(segments)))
    return to_array(b"".join(map(to_pcm, assembly.mix(segments))))


turns_with_pauses = st.lists(
    st.lists(st.tuples(st.integers(0, 1_000), st.integers(2_400, 12_000)), min_size=1, max_size=3),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("copies_frames", [True, False])
@settings(max_examples=8, deadline=None)
@given(turns=turns_with_pauses, pause_after_ms=st.integers(0, 800))
def test_each_segment_is_heard_after_the_pause_before_it(
    copies_frames: bool, turns: list[list[tuple[int, int]]], pause_after_ms: int
) -> None:
    # Given turns of which each segment has a pause of its own before it, and the last one another after it
    lengths = [
        TurnLengths(
            segments=tuple(length for _, length in turn),
            pauses=(*(pause_ms * MS for pause_ms, _ in turn), pause_after_ms * MS),
            gap_ms=300,
        )
        for turn in turns
    ]

    # When
    assembly = plan_assembly(lengths, crossfade_ms=0, copies_frames=copies_frames)
    decoded = heard(assembly, Segments([length for turn in turns for _, length in turn]))

    # Then the file is as long as planned
    assert len(decoded) == assembly.timeline.total_samples
    # And a segment begins where its pause ends, to half a frame, but never before the frames before it have ended
    starts = iter(assembly.segment_starts)
    for turn, span in zip(turns, assembly.timeline.spans, strict=True):
        position = span.start_sample
        for pause_ms, length in turn:
            start = next(starts)
            assert -FRAME_SAMPLES // 2 <= start - (position + pause_ms * MS) <= 3 * FRAME_SAMPLES
            if pause_ms > 72:
                assert abs(start - (position + pause_ms * MS)) <= FRAME_SAMPLES // 2
                quiet = decoded[max(span.start_sample, start - 40 * MS) : max(0, start - FRAME_SAMPLES)]
                assert not (np.abs(quiet.astype(int)) > AUDIBLE).any()
            loud = decoded[start + FRAME_SAMPLES : start + length - FRAME_SAMPLES]
            assert (np.abs(loud.astype(int)) > AUDIBLE).any()
            position = start + length
        assert span.end_sample == position + pause_after_ms * MS


@pytest.mark.parametrize("copies_frames", [True, False])
def test_a_turn_may_be_nothing_but_a_pause(copies_frames: bool) -> None:
    # Given a turn of two seconds of silence between two others, and one at the end
    lengths = [
        TurnLengths(segments=(24_000,), gap_ms=0),
        TurnLengths(segments=(), pauses=(48_000,), gap_ms=0),
        TurnLengths(segments=(24_000,), gap_ms=0),
        TurnLengths(segments=(), pauses=(12_000,), gap_ms=0),
    ]

    assembly = plan_assembly(lengths, crossfade_ms=0, copies_frames=copies_frames)
    decoded = heard(assembly, Segments([24_000, 24_000]))

    assert len(decoded) == assembly.timeline.total_samples
    assert abs(len(decoded) - 108_000) <= FRAME_SAMPLES
    for start, end in ((26_000, 70_000), (98_000, len(decoded))):
        assert not (np.abs(decoded[start:end].astype(int)) > AUDIBLE).any()


def test_a_file_may_be_silent_throughout() -> None:
    lengths = [TurnLengths(segments=(), pauses=(48_000,), gap_ms=0)]

    assembly = plan_assembly(lengths, crossfade_ms=0, copies_frames=True)

    assert len(heard(assembly, Segments([]))) == 48_000
