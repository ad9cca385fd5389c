from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.audio.errors import BrokenSegment
from castline.audio.timeline import Span, Timeline, lay_out
from tests.turn_lengths import single_turns
from tests.unit.audio.pcm_samples import cut, mix_pcm, noise, to_array

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTHS = st.lists(st.integers(0, 600), max_size=5)
CHUNK_SIZES = st.lists(st.integers(1, 500), min_size=1, max_size=5)


@given(LENGTHS, st.integers(0, 30), st.integers(0, 30), CHUNK_SIZES)
def test_the_mix_does_not_depend_on_how_its_turns_arrive(
    lengths: list[int], gap_ms: int, crossfade_ms: int, chunk_sizes: list[int]
) -> None:
    # Given turns that come in arbitrary chunks, some of which end amid a sample
    turns = [noise(length, seed) for seed, length in enumerate(lengths)]
    timeline = lay_out(single_turns(lengths, gap_ms=gap_ms), crossfade_ms=crossfade_ms)
    fade_in_samples = crossfade_ms * 24

    # When
    chunks = list(mix_pcm((cut(turn, chunk_sizes) for turn in turns), timeline, fade_in_samples=fade_in_samples))

    # Then
    whole = mix_pcm(([turn] for turn in turns), timeline, fade_in_samples=fade_in_samples)
    assert b"".join(chunks) == b"".join(whole)
    assert all(len(chunk) % 2 == 0 for chunk in chunks)


def test_gaps_are_digital_silence_and_turns_are_untouched_without_a_crossfade() -> None:
    first, second = noise(1_000, seed=1), noise(2_000, seed=2)
    timeline = lay_out(single_turns([1_000, 2_000], gap_ms=10), crossfade_ms=0)

    mixed = b"".join(mix_pcm([[first], [second]], timeline, fade_in_samples=0))

    assert mixed == first + bytes(240 * 2) + second


def test_overlapping_speech_is_added_and_limited_to_full_scale() -> None:
    loud = np.full(4, 30_000, np.int16).tobytes()
    timeline = Timeline((Span(0, 4), Span(2, 6)))

    mixed = b"".join(mix_pcm([[loud], [loud]], timeline, fade_in_samples=0))

    assert to_array(mixed).tolist() == [30_000, 30_000, 32_767, 32_767, 30_000, 30_000]


def test_a_turn_fades_in_along_a_straight_line_but_the_first_does_not() -> None:
    steady = np.full(6, 1_000, np.int16).tobytes()
    timeline = Timeline((Span(0, 6), Span(6, 12)))

    mixed = to_array(b"".join(mix_pcm([[steady], [steady]], timeline, fade_in_samples=4))).tolist()

    assert mixed[:6] == [1_000] * 6
    assert mixed[6:] == [0, 250, 500, 750, 1_000, 1_000]


def test_a_turn_of_another_length_than_its_span_is_named() -> None:
    for stored_bytes in [0, 1, 198, 199, 202, 400]:
        # Given a second turn of which 200 bytes were recorded, and other than that are stored
        timeline = lay_out(single_turns([100, 100, 100], gap_ms=0), crossfade_ms=0)
        turns = [[bytes(200)], [bytes(stored_bytes)], [bytes(200)]]

        with pytest.raises(BrokenSegment, match="turn 1"):
            list(mix_pcm(turns, timeline, fade_in_samples=0))


def test_a_missing_turn_is_an_error() -> None:
    timeline = lay_out(single_turns([100, 100], gap_ms=0), crossfade_ms=0)

    with pytest.raises(ValueError, match="argument"):
        list(mix_pcm([[bytes(200)]], timeline, fade_in_samples=0))


def test_no_turn_is_opened_before_the_one_before_it_was_mixed() -> None:
    # Given turns that note when they are asked for
    asked_for: list[int] = []

    def turns() -> Iterator[list[bytes]]:
        for position in range(3):
            asked_for.append(position)
            yield [noise(100, position)]

    # When the first chunk is taken
    mixed = mix_pcm(turns(), lay_out(single_turns([100] * 3, gap_ms=0), crossfade_ms=0), fade_in_samples=0)
    next(mixed)

    # Then
    assert asked_for == [0]
