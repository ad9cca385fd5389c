from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.jobs.model import SegmentWord
from castline.jobs.packed_words import pack_words, unpack_words

STEPS = st.tuples(st.integers(0, 50), st.integers(1, 20), st.integers(0, 3_000), st.integers(0, 3_000))


def words_of(steps: list[tuple[int, int, int, int]]) -> tuple[SegmentWord, ...]:
    words = []
    end = end_ms = 0
    for distance, length, pause_ms, duration_ms in steps:
        start, start_ms = end + distance, end_ms + pause_ms
        end, end_ms = start + length, start_ms + duration_ms
        words.append(SegmentWord(start=start, end=end, start_ms=start_ms, end_ms=end_ms))
    return tuple(words)


@given(st.lists(STEPS, max_size=50))
def test_words_come_back_from_json_as_they_were(steps: list[tuple[int, int, int, int]]) -> None:
    words = words_of(steps)

    assert unpack_words(json.loads(json.dumps(pack_words(words)))) == words


def test_what_is_something_else_is_refused() -> None:
    for packed in [
        None, 7, [[1], [1], [1]], [[1], [1], [1], []], [[1], [1], [1], [-1]], [[1], [1], [1], [1.5]], [[True]] * 4,
        "abcd",
    ]:  # fmt: skip
        with pytest.raises((TypeError, ValueError)):
            unpack_words(packed)


def test_a_word_takes_few_bytes() -> None:
    # Given the words of 8,000 characters, which differ in length as spoken ones do
    words = words_of(
        [(number % 13 == 0, 1, 11 * (number % 13 == 0), 120 + number * number % 97) for number in range(8_000)]
    )

    assert len(zlib.compress(json.dumps(pack_words(words), separators=(",", ":")).encode())) < 32_000
