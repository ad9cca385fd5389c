from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from castline.speech.segmentation import split_text
from tests.unit.linear_time import little_time, long

WORDS = ["今天", "天氣很好", "hello", "world", "ก็"]
NUMBERS_AND_ABBREVIATIONS = ["3.14", "1,234.56", "12:30", "Dr.", "U.S.A.", "e.g."]
ADDRESSES_AND_ENTITIES = ["https://a.tw/b?c=1;d", "a.lin@b.com.tw", "&amp;", "&#x27;"]
CHARACTERS_OF_SEVERAL_CODE_POINTS = ["👩‍👩‍👧", "👍🏽", "e\u0301", "1️⃣"]
MARKS = ["。", "！」", "，", "……", ". ", "? ", ", ", " ", "\n\n", "（", "「"]
PROSE = st.lists(
    st.sampled_from([*WORDS, *NUMBERS_AND_ABBREVIATIONS, *CHARACTERS_OF_SEVERAL_CODE_POINTS, *MARKS]), max_size=60
).map("".join)
# An address joined to Western letters would be another address.
ADDRESSED = st.lists(
    st.sampled_from(
        [*(f"寄{unit}到" for unit in ADDRESSES_AND_ENTITIES), "今天", "，", "。", "！」", " ", " hello "]
    ),
    max_size=60,
).map("".join)
TEXTS = st.one_of(PROSE, st.text(max_size=200))


def is_speakable(text: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNS" for character in text)


@given(TEXTS, st.integers(1, 80))
def test_the_pieces_are_the_text_and_none_is_too_long(text: str, max_characters: int) -> None:
    pieces = split_text(text, max_characters=max_characters)

    assert "".join(pieces) == text
    assert all(0 < len(piece) <= max_characters for piece in pieces)


def longest(pattern: str, text: str) -> int:
    return max(map(len, re.findall(pattern, text)), default=0)


@given(PROSE, st.integers(12, 60))
def test_every_piece_can_be_spoken_where_blanks_and_marks_are_few(text: str, max_characters: int) -> None:
    assume(is_speakable(text))
    assume(longest(r"[\W_]+", text) < max_characters - 8)

    assert all(is_speakable(piece) for piece in split_text(text, max_characters=max_characters))


@given(PROSE, st.integers(20, 60))
def test_no_cut_falls_inside_a_character_a_number_or_an_abbreviation(text: str, max_characters: int) -> None:
    # Given a text without stretches of words and marks, other than Chinese ones, that are longer than a piece
    assume(longest(r"[\x00-\x7f\W_]+", text) < max_characters)

    pieces = split_text(text, max_characters=max_characters)

    for unit in [*NUMBERS_AND_ABBREVIATIONS, *CHARACTERS_OF_SEVERAL_CODE_POINTS]:
        assert sum(piece.count(unit) for piece in pieces) == text.count(unit)


@given(ADDRESSED, st.integers(24, 60))
def test_no_cut_falls_inside_an_address_or_an_entity(text: str, max_characters: int) -> None:
    pieces = split_text(text, max_characters=max_characters)

    for unit in ADDRESSES_AND_ENTITIES:
        assert sum(piece.count(unit) for piece in pieces) == text.count(unit)


def test_where_a_text_is_cut() -> None:
    for text, max_characters, expected in [
        # a paragraph before a sentence, a sentence before a clause, a clause before white space
        ("一句。兩句。\n\n三句。四句。", 11, ["一句。兩句。\n\n", "三句。四句。"]),
        ("一句，二句。三句，四句，五句。", 11, ["一句，二句。", "三句，四句，五句。"]),
        ("one two, three four five", 16, ["one two, ", "three four five"]),
        ("one two three", 9, ["one two ", "three"]),
        # as late as possible
        ("一。二。三。四。", 6, ["一。二。三。", "四。"]),
        # closing quotes and brackets, and marks after them, stay with their sentence
        ("他說：「好！」。她走了。", 10, ["他說：「好！」。", "她走了。"]),
        ("（好。）她走了。", 7, ["（好。）", "她走了。"]),
        ('He said "go." She went.', 16, ['He said "go." ', "She went."]),
        ("Really?! Yes... Well.", 16, ["Really?! Yes... ", "Well."]),
        # Western marks before Chinese
        ("你好,我是小明.走吧", 8, ["你好,我是小明.", "走吧"]),
        # numbers, times, names of hosts and abbreviations end nothing
        ("It is 3.14 or so", 9, ["It is ", "3.14 or ", "so"]),
        ("Pay 1,000 now", 8, ["Pay ", "1,000 ", "now"]),
        ("It costs 5. See Dr. Lin now", 20, ["It costs 5. ", "See Dr. Lin now"]),
        ("Go, see the U.S. now or never", 18, ["Go, ", "see the U.S. now ", "or never"]),
        ("Go, e.g. to example.com now", 20, ["Go, ", "e.g. to example.com ", "now"]),
        ("See No. 5 now. No. Not so", 17, ["See No. 5 now. ", "No. Not so"]),
        ("Go, Ph.D. Lin et al. say so", 26, ["Go, ", "Ph.D. Lin et al. say so"]),
        ("On Jan. 5 or in Oct. All good", 28, ["On Jan. 5 or in Oct. ", "All good"]),
        # nor do the marks in addresses and entities, but those after them do
        ("See https://a.b/c?x=1;y. Go on", 27, ["See https://a.b/c?x=1;y. ", "Go on"]),
        ("請看https://a.b/c?x=1。好嗎", 20, ["請看https://a.b/c?x=1。", "好嗎"]),
        ("請看https://a.b/c後面的字", 16, ["請看https://a.b/c後", "面的字"]),
        ("寄到a.lin@b.com吧好嗎", 9, ["寄到", "a.lin@b.c", "om吧好嗎"]),
        ("寄到a.lin@b.com吧好嗎", 12, ["寄到", "a.lin@b.com吧", "好嗎"]),
        ("One, Tom &amp; Jerry", 15, ["One, ", "Tom &amp; Jerry"]),
        ("貓貓&#x27;狗", 7, ["貓貓", "&#x27;狗"]),
        # nothing to cut at: between words, then between characters
        ("天氣weather天氣", 8, ["天氣", "weather天", "氣"]), ("天氣天氣天氣", 4, ["天氣天氣", "天氣"]),
        ("incomprehensible", 10, ["incomprehe", "nsible"]), ("價格3.14元", 5, ["價格", "3.14元"]),
        ("🇹🇼🇯🇵🇰🇷", 5, ["🇹🇼🇯🇵", "🇰🇷"]), ("👩‍👩‍👧👩‍👩‍👧", 7, ["👩‍👩‍👧", "👩‍👩‍👧"]), ("👍🏽👍🏽", 3, ["👍🏽", "👍🏽"]),
        ("\u1112\u1161\u11ab\u1112\u1161\u11ab", 5, ["\u1112\u1161\u11ab", "\u1112\u1161\u11ab"]),
        ("e\u0301e\u0301e\u0301", 3, ["e\u0301", "e\u0301", "e\u0301"]),
        # white space that does not fit goes to the next piece; none of it makes a piece of its own
        ("一二三四。   五六", 6, ["一二三四。 ", "  五六"]), ("一二。……！？　三", 5, ["一二。……", "！？　三"]),
        ("", 5, []), ("   ", 5, ["   "]), ("短", 5, ["短"]),
    ]:  # fmt: skip
        assert split_text(text, max_characters=max_characters) == expected


def test_a_long_text_of_anything_takes_little_time() -> None:
    for text in [
        *map(long, ["今天天氣很好，", "a", ".", "A.", " ", "🇹🇼", "http://...", "www.", "a.b-", "a@", "&am"]),
        long(".)") + "a", "a" + long("\u0301"), "http://" + long("."), "a@b" + long(".c"),
    ]:  # fmt: skip
        with little_time(text[:9]):
            pieces = split_text(text, max_characters=1_000)

        assert "".join(pieces) == text


def test_a_piece_has_room_for_at_least_one_character() -> None:
    with pytest.raises(ValueError, match="max_characters"):
        split_text("text", max_characters=0)
