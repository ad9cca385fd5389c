from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from castline.speech.cues import MAX_COLUMNS, MAX_CUES, MIN_CUE_MS, Cue, cues_of, is_one_cue
from castline.speech.utterances import Word

MS_PER_CHARACTER = 200


def words_of(text: str, ms_per_character: int = MS_PER_CHARACTER) -> tuple[Word, ...]:
    """Return the words, each with the times that follow from its place in the text."""
    return tuple(
        Word(match.start(), match.end(), match.start() * ms_per_character, match.end() * ms_per_character)
        for match in re.finditer(r"[\u3400-\u9fff]|\d+\.\d+|[A-Za-z0-9]+(?:['’][a-z]+)?", text)
    )


def shown(text: str, ms_per_character: int = MS_PER_CHARACTER) -> list[str]:
    cues = cues_of(text, words_of(text, ms_per_character), len(text) * ms_per_character)
    return [text[cue.start : cue.end] for cue in cues]


def test_a_sentence_is_a_cue() -> None:
    for text, expected in [
        ("今天天氣真好！要不要去公園？", ["今天天氣真好！", "要不要去公園？"]),
        ("It rains. We stay at home… Really?!", ["It rains.", "We stay at home…", "Really?!"]),
        # closing quotes and brackets belong to their sentence, opening ones to the next
        ("他說：「我們走。」她點了點頭。", ["他說：「我們走。」", "她點了點頭。"]),
        ("「好久不見。」「真的很久了。」", ["「好久不見。」", "「真的很久了。」"]),
        ('He said "we go." Then he left.', ['He said "we go."', "Then he left."]),
        # numbers and abbreviations end no sentence
        ("Dr. Lin paid 3.14 dollars at 12:30. It was fine.", ["Dr. Lin paid 3.14 dollars at 12:30.", "It was fine."]),
        ("圓周率是3.14。對不對？大家好。", ["圓周率是3.14。", "對不對？", "大家好。"]),
        # a paragraph ends one, and blanks are not shown
        ("  第一段\n\n第二段  ", ["第一段", "第二段"]),
    ]:
        assert shown(text) == expected


def test_a_sentence_too_long_for_two_lines_is_divided() -> None:
    for text, expected in [
        # at a clause's end about the middle
        ("今天天氣很好，" * 8 + "走吧。", ["今天天氣很好，" * 4, "今天天氣很好，" * 4 + "走吧。"]),
        # between words where clauses end too far from it
        ("好，" + "a b c d e " * 10 + "f.", ["好，" + "a b c d e " * 4 + "a b c d", "e " + "a b c d e " * 5 + "f."]),
        # in as few parts as hold it
        ("這" * 100, ["這" * 33, "這" * 33, "這" * 34]),
        # never before a closing mark or after an opening one
        ("這" * 25 + "「" + "那" * 25 + "」", ["這" * 25, "「" + "那" * 25 + "」"]),
    ]:
        assert shown(text) == expected


def test_a_cue_lasts_from_its_first_word_to_its_last() -> None:
    words = (Word(0, 2, 120, 800), Word(3, 5, 1_400, 2_000), Word(5, 6, 2_000, 2_500))

    one, other = cues_of("你好。再見了！", words, 3_000)

    assert (one, other) == (Cue(0, 3, 120, 800), Cue(3, 7, 1_400, 2_500))


def test_what_is_too_short_to_be_read_joins_the_nearer_neighbour() -> None:
    # Given an interjection of 0.2 s between two sentences, nearer to the second
    words = (Word(0, 4, 0, 1_000), Word(5, 6, 2_000, 2_200), Word(7, 11, 2_300, 3_300))

    cues = cues_of("我們走吧。嗯。我也去了。", words, 3_400)

    assert [(cue.start, cue.end, cue.start_ms, cue.end_ms) for cue in cues] == [
        (0, 5, 0, 1_000),
        (5, 12, 2_000, 3_300),
    ]


def test_what_is_too_short_and_has_no_room_at_a_neighbour_is_shown_longer() -> None:
    text = "嗯。" + "這" * 41 + "。"

    one, _ = cues_of(text, (Word(0, 1, 100, 300), Word(2, 43, 450, 9_000)), 9_000)

    assert (one.start_ms, one.end_ms) == (100, 450)


def test_a_sentence_whose_words_were_not_reported_is_shown_between_its_neighbours() -> None:
    words = (Word(0, 4, 0, 1_000), Word(9, 13, 2_000, 3_000))

    cues = cues_of("一二三四。$99!一二三四。", words, 3_000)

    assert cues == (Cue(0, 5, 0, 1_000), Cue(5, 9, 1_000, 2_000), Cue(9, 14, 2_000, 3_000))


@pytest.mark.parametrize("text", ["今天天氣真好！要不要去公園？", "……", "  嗯  "])
def test_without_words_one_cue_lasts_as_long_as_the_audio(text: str) -> None:
    (cue,) = cues_of(text, (), 1_234)

    assert text[cue.start : cue.end] == text.strip()
    assert (cue.start_ms, cue.end_ms) == (0, 1_234)


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_text_of_blanks_has_no_cue(text: str) -> None:
    assert cues_of(text, (), 1_000) == ()


PIECES = [
    *("今天", "天氣很好", "嗯", "hello", "3.14", "Dr. Lin"),
    *("。", "！」", "「", "，", "，「", ". ", "? ", "\n", " "),
]
PROSE = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


@given(st.one_of(PROSE, st.text(max_size=120)), st.integers(20, 400), st.integers(0, 3))
def test_cues_are_in_order_and_leave_out_nothing_but_blanks(text: str, ms_per_character: int, kept: int) -> None:
    # Given words of which some were not reported
    words = [word for number, word in enumerate(words_of(text, ms_per_character)) if number % 4 <= kept]
    duration_ms = len(text) * ms_per_character

    cues = cues_of(text, words, duration_ms)

    ends = [0, *(cue.end for cue in cues)]
    starts = [*(cue.start for cue in cues), len(text)]
    assert not any(text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    assert all(end <= start for end, start in zip(ends, starts, strict=True))
    assert all(text[cue.start : cue.end] == text[cue.start : cue.end].strip() != "" for cue in cues)
    assert all(0 <= cue.start_ms <= cue.end_ms <= duration_ms for cue in cues)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(cues))


@given(PROSE, st.integers(50, 400))
def test_two_lines_hold_every_cue(text: str, ms_per_character: int) -> None:
    # Given words that no long stretch of marks and blanks lies between
    words = words_of(text, ms_per_character)
    ends, starts = [0, *(word.end for word in words)], [*(word.start for word in words), len(text)]
    assume(words)
    assume(all(start - end < 20 for end, start in zip(ends, starts, strict=True)))

    cues = cues_of(text, words, len(text) * ms_per_character)

    # Then each cue has room, and one that is too short has none at its neighbours
    assert all(width(text[cue.start : cue.end]) <= MAX_COLUMNS for cue in cues)
    for one, other in pairwise(cues):
        shortest_ms = min(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
        assert shortest_ms >= MIN_CUE_MS or width(text[one.start : other.end]) > MAX_COLUMNS


def width(text: str) -> int:
    """Return the columns of a text: one for a blank or a narrow character, two for a wide one, none for an accent."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in " ".join(text.split())
    )


def test_a_thousand_characters_give_sixty_cues_at_most() -> None:
    for piece in ["嗯。", "好，", "a b ", "這", "Go. ", "。。", "a.\n"]:
        for ms_per_character in [60, 400]:
            text = (piece * 1_000)[:1_000]

            assert 1 <= len(cues_of(text, words_of(text, ms_per_character), 1_000 * ms_per_character)) <= MAX_CUES


@given(st.text(alphabet='今天好ab3.。！? ，\n「」"…', max_size=60), st.integers(20, 400))
def test_a_text_is_called_one_cue_only_if_it_is(text: str, ms_per_character: int) -> None:
    if is_one_cue(text):
        assert len(shown(text, ms_per_character)) <= 1


def test_one_sentence_that_two_lines_hold_is_one_cue() -> None:
    for text, expected in [
        ("今天天氣真好！", True), ("It is 3.14, Dr. Lin.", True), ("「好久不見。」", True), ("  \n ", True),
        ("好。走吧。", False), ("It rains. We stay.", False), ("第一段\n\n第二段", False), ("這" * 42, True),
        ("這" * 43, False),
    ]:  # fmt: skip
        assert is_one_cue(text) is expected
