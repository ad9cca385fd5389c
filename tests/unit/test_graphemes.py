from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from castline.graphemes import columns_of, graphemes, is_wide

FAMILY = "👩\u200d👩\u200d👧"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
PARTS = st.sampled_from(
    [*"字ab \n\r。🇹🇼👩👍🏽\u200d\ufe0f\u20e3\u0301か\u3099ｶﾞ", "ก็", "กำ", "\u1112\u1161\u11ab", "क्षि", "\u0600"]
)


@given(st.text() | st.lists(PARTS, max_size=12).map("".join))
def test_graphemes_are_the_extended_grapheme_clusters_of_unicode(text: str) -> None:
    assert graphemes(text) == regex.findall(r"\X", text)


@pytest.mark.parametrize(
    ("grapheme", "columns", "wide"),
    [
        ("a", 1, False),
        ("字", 2, True),
        ("。", 2, True),
        ("가", 2, True),
        ("\u1112\u1161\u11ab", 2, True),
        ("か\u3099", 2, True),
        ("e\u0301", 1, False),
        ("ก็", 1, False),
        ("का", 2, False),
        ("…", 1, False),
        ("👍🏽", 2, True),
        (FAMILY, 2, True),
        (SCOTLAND, 2, True),
        ("🇹🇼", 2, True),
        ("1\ufe0f\u20e3", 2, False),
        ("\u0301", 0, False),
        ("\u200b", 0, False),
        ("\n", 0, False),
    ],
)
def test_how_wide_a_grapheme_is(grapheme: str, columns: int, wide: bool) -> None:
    assert graphemes(grapheme) == [grapheme]
    assert columns_of(grapheme) == columns
    assert is_wide(grapheme) is wide


@pytest.mark.parametrize("text", ["字" * 100_000, "🇹🇼" * 50_000, "👩\u200d" * 50_000, "a" + "\u0301" * 100_000])
def test_a_hundred_thousand_characters_of_anything_take_no_time(text: str) -> None:
    started = time.process_time()

    found = graphemes(text)
    sum(map(columns_of, found))

    assert time.process_time() - started < 1
    assert "".join(found) == text
