"""Which spellings name the same speaker."""

from __future__ import annotations

import pytest

from castline.speakers import speaker_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Jos\u00e9", "Jose\u0301", id="composed and decomposed"),
        pytest.param("\uff21", "A", id="full width"),
        pytest.param("\u200fMaya", "Maya", id="right-to-left mark"),
        pytest.param("May\u00ada", "Maya", id="soft hyphen"),
        pytest.param("\ufeffMaya", "Maya", id="byte order mark"),
        pytest.param("Dr.\u00a0Wang", "Dr. Wang", id="no-break space"),
        pytest.param(" Maya  Lee ", "Maya Lee", id="white space"),
        pytest.param("\u2764\ufe0f", "\u2764", id="variation selector"),
        pytest.param("\ufb01na", "fina", id="ligature"),
        pytest.param("\uff76\uff9e", "\u30ac", id="half-width kana"),
    ],
)
def test_one_speaker_may_be_spelled_in_two_ways(one: str, other: str) -> None:
    assert one != other
    assert speaker_key(one) == speaker_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("MAYA", "Maya"), ("Jos\u00e9", "Jose"), ("\u81fa", "\u53f0"), ("A", "\u0410"), ("1", "I")],
)
def test_what_looks_different_is_another_speaker(one: str, other: str) -> None:
    assert speaker_key(one) != speaker_key(other)


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u2060\u200f ", "\ufeff", "\U000e0041"])
def test_a_name_of_nothing_visible_has_no_key(name: str) -> None:
    assert speaker_key(name) == ""
