from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.usable_words import usable_words
from castline.speech.utterances import Word


def words_at(*times_ms: tuple[int, int]) -> list[Word]:
    return [Word(position, position + 1, *each) for position, each in enumerate(times_ms)]


def times_of(*times_ms: tuple[int, int], duration_ms: int = 1_000) -> list[tuple[int, int]]:
    words = usable_words(words_at(*times_ms), text_length=len(times_ms), duration_ms=duration_ms)
    return [(word.start_ms, word.end_ms) for word in words]


def test_a_good_report_is_kept_as_it_is() -> None:
    good = words_at((10, 100), (100, 180), (300, 1_000))

    assert usable_words(good, text_length=3, duration_ms=1_000) == tuple(good)


@pytest.mark.parametrize(
    ("reported", "usable"),
    [
        pytest.param([(0, 300), (200, 500)], [(0, 200), (200, 500)], id="an end in the next word"),
        pytest.param([(0, 300), (300, 1_700)], [(0, 300), (300, 1_000)], id="an end beyond the audio"),
        pytest.param([(0, 0), (400, 400)], [(0, 400), (400, 1_000)], id="starts alone"),
        pytest.param(
            [(0, 90), (100, 190), (0, 0), (600, 700)], [(0, 90), (100, 190), (190, 600), (600, 700)], id="0"
        ),
        pytest.param([(0, 90), (9_000, 9_100), (200, 290)], [(0, 90), (90, 200), (200, 290)], id="a jump ahead"),
        pytest.param([(0, 90), (700, 800), (200, 290)], [(0, 90), (90, 200), (200, 290)], id="a jump and back"),
        pytest.param(
            [(-500, -400), (100, 190), (200, 290)], [(0, 100), (100, 190), (200, 290)], id="before the audio"
        ),
        pytest.param(
            [(0, 90), (100, 400), (1_300, 1_400)], [(0, 90), (100, 400), (400, 1_000)], id="after the audio"
        ),
        pytest.param([], [], id="nothing"),
        pytest.param([(0, 0)] * 3, [], id="zeros"),
        pytest.param([(5_000, 6_000)] * 2, [], id="all after the audio"),
        pytest.param([(0, 100), (9_000, 9_100), (9_200, 9_300)], [], id="too few that make sense"),
        pytest.param([(900, 990), (600, 690), (300, 390), (0, 90)], [], id="backwards"),
    ],
)
def test_times_that_make_no_sense_are_mended_from_those_around_them(
    reported: list[tuple[int, int]], usable: list[tuple[int, int]]
) -> None:
    assert times_of(*reported) == usable


def test_words_outside_the_text_are_left_out() -> None:
    reported = [
        Word(-1, 1, 0, 90), Word(0, 2, 0, 90), Word(1, 3, 100, 190), Word(2, 4, 200, 290), Word(4, 9, 300, 390),
    ]  # fmt: skip

    words = usable_words(reported, text_length=5, duration_ms=1_000)

    assert words == (Word(0, 2, 0, 90), Word(2, 4, 200, 290))


MOMENTS = st.one_of(st.integers(-100, 2_500), st.sampled_from([0, 1_000, 2**40]))


@given(
    st.lists(st.tuples(st.integers(-2, 40), st.integers(-2, 40), MOMENTS, MOMENTS), max_size=30),
    st.integers(0, 40),
    st.integers(0, 1_500),
)
def test_whatever_is_reported_words_are_in_order_within_the_text_and_the_audio(
    reported: list[tuple[int, int, int, int]], text_length: int, duration_ms: int
) -> None:
    words = usable_words([Word(*each) for each in reported], text_length=text_length, duration_ms=duration_ms)

    assert all(0 <= word.start < word.end <= text_length for word in words)
    assert all(0 <= word.start_ms <= word.end_ms <= duration_ms for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(words))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 200)), min_size=1, max_size=40), st.data())
def test_a_report_that_is_mostly_good_loses_no_word(lengths_ms: list[tuple[int, int]], data: st.DataObject) -> None:
    # Given words that follow each other, less than half of which are then given any times
    good: list[Word] = []
    now_ms = 0
    for position, (gap_ms, length_ms) in enumerate(lengths_ms):
        good.append(Word(position, position + 1, now_ms + gap_ms, now_ms + gap_ms + length_ms))
        now_ms += gap_ms + length_ms
    wrong = data.draw(st.sets(st.integers(0, len(good) - 1), max_size=(len(good) - 1) // 2))
    reported = [
        Word(word.start, word.end, data.draw(MOMENTS), data.draw(MOMENTS)) if position in wrong else word
        for position, word in enumerate(good)
    ]

    # When they are mended
    words = usable_words(reported, text_length=len(good), duration_ms=now_ms)

    # Then all are there
    assert [word.start for word in words] == [word.start for word in good]
