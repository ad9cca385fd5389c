from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st

from castline.graphemes import columns_of, graphemes, is_wide
from tests.unit.linear_time import little_time, long

FAMILY = "👩\u200d👩\u200d👧"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
PARTS = st.sampled_from(
    [*"字ab \n\r。🇹🇼👩👍🏽\u200d\ufe0f\u20e3\u0301か\u3099ｶﾞ", "ก็", "กำ", "\u1112\u1161\u11ab", "क्षि", "\u0600"]
)


@given(st.text() | st.lists(PARTS, max_size=12).map("".join))
def test_graphemes_are_the_extended_grapheme_clusters_of_unicode(text: str) -> None:
    assert graphemes(text) == regex.findall(r"\X", text)


def test_how_wide_a_grapheme_is() -> None:
    for grapheme, columns, wide in [
        ("a", 1, False), ("字", 2, True), ("。", 2, True), ("가", 2, True), ("\u1112\u1161\u11ab", 2, True),
        ("か\u3099", 2, True), ("e\u0301", 1, False), ("ก็", 1, False), ("का", 2, False), ("…", 1, False),
        ("👍🏽", 2, True), (FAMILY, 2, True), (SCOTLAND, 2, True), ("🇹🇼", 2, True), ("1\ufe0f\u20e3", 2, False),
        ("\u0301", 0, False), ("\u200b", 0, False), ("\n", 0, False),
    ]:  # fmt: skip
        assert graphemes(grapheme) == [grapheme]
        assert columns_of(grapheme) == columns
        assert is_wide(grapheme) is wide


def test_a_long_text_of_anything_takes_little_time() -> None:
    for text in (long("字"), long("🇹🇼"), long("👩\u200d"), "a" + long("\u0301")):
        with little_time(text[:9]):
            found = graphemes(text)
            sum(map(columns_of, found))

        assert "".join(found) == text
