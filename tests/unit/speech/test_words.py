from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from castline.speech.words import HeardWord, locate_words


def heard(*texts: str) -> list[HeardWord]:
    return [HeardWord(text, 100 * number, 100 * number + 80) for number, text in enumerate(texts)]


def found(text: str, *reported: str) -> list[str]:
    return [text[word.start : word.end] for word in locate_words(text, heard(*reported), duration_ms=10_000)]


def test_each_word_has_its_place_and_its_time() -> None:
    text = "你好，world。你好！"

    words = locate_words(text, heard("你好", "world", "你好"), duration_ms=1_000)

    assert [(word.start, word.end) for word in words] == [(0, 2), (3, 8), (9, 11)]
    assert [(word.start_ms, word.end_ms) for word in words] == [(0, 80), (100, 180), (200, 280)]


def test_which_words_are_found() -> None:
    for text, reported, expected in [
        # a word that is not spelled as in the text is skipped, and the next ones are found
        ("It costs $5 today", ("It", "costs", "five", "dollars", "today"), ["It", "costs", "today"]),
        # one that stands only far behind is taken for another
        ("5 " + "x " * 60 + "five six", ("five", "x"), ["x"]),
        # no word is found inside another one
        ("Theatre, the end", ("the", "end"), ["the", "end"]), ("हिंदी ही सीखो", ("ही", "सीखो"), ["ही", "सीखो"]),
        ("Beat a drum", ("Beat", "a", "drum"), ["Beat", "a", "drum"]),
        # but digits and scripts without spaces are divided anywhere
        ("100km遠", ("100", "km", "遠"), ["100", "km", "遠"]),
        ("天天天", ("天", "天", "天", "天"), ["天", "天", "天"]),
        # characters that are escaped in SSML, and those of several code units
        ("a & b <c> 😀 d", ("a", "&", "b", "c", "😀", "d"), ["a", "&", "b", "c", "😀", "d"]),
        # a long stretch that is spoken otherwise, such as an address letter by letter
        ("See https://ab.example then go", ("See", *"httpsabexample", "then", "go"), ["See", "then", "go"]),
        ("", ("a",), []), ("a", ("", "a"), ["a"]), ("a", (), []),
    ]:  # fmt: skip
        assert found(text, *reported) == expected


def test_times_neither_overlap_nor_leave_the_audio() -> None:
    reported = [
        HeardWord("一", 0, 500),
        HeardWord("二", 300, 400),
        HeardWord("三", 900, 1_200),
        HeardWord("四", 1_300, 1_400),
    ]

    words = locate_words("一二三四", reported, duration_ms=1_000)

    assert [(word.start_ms, word.end_ms) for word in words] == [(0, 300), (300, 400), (900, 950), (950, 1_000)]


@given(
    st.text(alphabet="ab 一二，.", max_size=60),
    st.lists(
        st.tuples(st.text(alphabet="ab一二", max_size=3), st.integers(0, 2_000), st.integers(0, 2_000)), max_size=30
    ),
    st.integers(0, 1_500),
)
def test_whatever_is_reported_the_words_are_in_order(
    text: str, reported: list[tuple[str, int, int]], duration_ms: int
) -> None:
    words = locate_words(text, [HeardWord(*word) for word in reported], duration_ms=duration_ms)

    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert all(0 <= word.start_ms <= word.end_ms <= duration_ms for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(words))
