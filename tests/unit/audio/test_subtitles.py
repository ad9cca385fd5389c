from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from castline.audio.subtitles import SubtitleCue, SubtitleFormat, render, render_srt, render_vtt, wrap
from tests.unit.audio.subtitle_files import read_srt, read_vtt
from tests.unit.linear_time import little_time, long

CLOSING = "，。、！？」』）》】…,.!?)]”"
OPENING = "「『（《【([“"
EMOJI = ["👩‍👩‍👧", "👍🏽", "🇹🇼", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
WORDS = ["今", "天", "天氣很好", "カタカナ", "hello", "don't", "3.14", "e\u0301", "ก็", "가", *EMOJI]
PHRASES = st.tuples(
    st.sampled_from(["", "", "", *OPENING, "（「"]),
    st.sampled_from(WORDS),
    st.sampled_from(["", "", "", *CLOSING, "！」", "……"]),
    st.sampled_from(["", " "]),
).map("".join)
PROSE = st.lists(PHRASES, max_size=25).map("".join)
MARKUP = st.lists(
    st.sampled_from(["-->", "--", "-", "&", "<", ">", "<b>", "&lt;", "NOTE", "\n\n", "\r", "1", " ", "字"])
).map("".join)
# What the API takes: no control characters but white space, no surrogates.
ANYTHING = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t"), max_size=200)
TEXTS = PROSE | MARKUP | ANYTHING
DASHES = st.text("-\u2010\u2011>A &", max_size=8).map(lambda name: f"{name}--") | st.text("-", min_size=1)
SPEAKERS = (st.sampled_from(["A", "曉雨", "<b> & -->", "NOTE", "旁白 一"]) | DASHES | ANYTHING).filter(str.strip)


@st.composite
def cues(draw: st.DrawFn, speakers: st.SearchStrategy[str] = SPEAKERS) -> list[SubtitleCue]:
    times = sorted(draw(st.lists(st.integers(0, 400_000_000), max_size=8, unique=True)))
    return [SubtitleCue(start, end, draw(speakers), draw(TEXTS)) for start, end in pairwise(times)]


def columns(line: str) -> int:
    """Return the width by the rules of terminals: wide two, combining and invisible none, everything else one."""
    return sum(
        0 if unicodedata.category(each) in {"Mn", "Me", "Cf"} else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in line
    )


def is_text_with_breaks(lines: list[str], text: str) -> bool:
    """Whether the lines are the text, broken at a space, which is gone, or between two characters."""
    rest = " ".join(text.split())
    for line in lines:
        if not rest.startswith(line):
            return False
        rest = rest.removeprefix(line).removeprefix(" ")
    return not rest


def bare(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, st.integers(2, 60))
def test_lines_are_the_text_and_no_line_is_blank(text: str, width: int) -> None:
    lines = wrap(text, columns=width)

    assert is_text_with_breaks(lines, text)
    assert all(line == line.strip() != "" for line in lines)


@given(st.one_of(PROSE.map(lambda text: text.replace("👩‍👩‍👧", "👧").replace("👍🏽", "👍")), MARKUP))
def test_no_line_is_wider_than_42_columns(text: str) -> None:
    # Given a text without sequences of emoji that are drawn as one, whose widths do not add up

    assert all(columns(line) <= 42 for line in wrap(text))


def has_a_word_wider_than_a_line(text: str) -> bool:
    spaced = "".join(
        " " if unicodedata.east_asian_width(each) in "WF" and each not in "👩👧👍🏽" else each for each in text
    )
    return any(columns(word) > 42 for word in spaced.split())


@given(PROSE)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str) -> None:
    assume(not has_a_word_wider_than_a_line(text))

    lines = wrap(text)

    for earlier, later in pairwise(lines):
        assert later[0] not in CLOSING
        assert earlier[-1] not in OPENING


@given(PROSE)
def test_no_line_ends_inside_a_word_or_an_emoji(text: str) -> None:
    assume(not has_a_word_wider_than_a_line(text))

    lines = wrap(text)

    for unit in ("hello", "don't", "3.14", "e\u0301", "ก็", "가", *EMOJI):
        assert sum(line.count(unit) for line in lines) == text.count(unit)


@given(cues(SPEAKERS | st.just("")))
def test_a_webvtt_file_reads_back_as_the_cues(written: list[SubtitleCue]) -> None:
    read = read_vtt(render_vtt(written))

    assert [(cue.start_ms, cue.end_ms) for cue in read] == [(cue.start_ms, cue.end_ms) for cue in written]
    for back, cue in zip(read, written, strict=True):
        assert back.speaker == " ".join(cue.speaker.split())
        assert back.text.split("\n") == (wrap(cue.text) or [""])
        assert back.text.strip() or not cue.text.strip()


@given(cues(st.sampled_from(["A", "曉雨", "旁白 一", "<b> &"])))
def test_a_subrip_file_reads_back_as_the_cues(written: list[SubtitleCue]) -> None:
    read = read_srt(render_srt(written))

    assert [(cue.start_ms, cue.end_ms) for cue in read] == [(cue.start_ms, cue.end_ms) for cue in written]
    for back, cue in zip(read, written, strict=True):
        assert bare(back.speaker) == bare(cue.speaker)
        assert bare(back.text) == bare(cue.text.replace("-->", "→"))


@given(cues(), st.sampled_from([SubtitleFormat.VTT, SubtitleFormat.SRT]))
def test_no_line_but_timing_lines_holds_an_arrow(written: list[SubtitleCue], subtitle_format: SubtitleFormat) -> None:
    lines = render(subtitle_format, written).splitlines()

    arrows = [line for line in lines if "-->" in line]
    assert len(arrows) == len(written)
    assert all(re.fullmatch(r"[\d:.,]+ --> [\d:.,]+", line) for line in arrows)


def test_the_end_of_a_name_makes_no_arrow_with_the_end_of_its_tag() -> None:
    for speaker, tag in [
        ("A-", "<v A->"), ("A--", "<v A-&#45;>"), ("--", "<v -&#45;>"), ("----", "<v ---&#45;>"),
        ("A -- ", "<v A -&#45;>"), ("-->", "<v --&gt;>"), ("&#45;", "<v &amp;#45;>"),
    ]:  # fmt: skip
        file = render_vtt([SubtitleCue(0, 1_000, speaker, "> 好")])

        assert file.splitlines()[-1] == f"{tag}&gt; 好"
        assert read_vtt(file) == [SubtitleCue(0, 1_000, speaker.strip(), "> 好")]


def test_a_webvtt_file() -> None:
    file = render_vtt(
        [
            SubtitleCue(0, 2_637, "曉雨", "你好，今天天氣真好！"),
            SubtitleCue(
                2_887, 6_304, "Bob & <Co>", "1 < 2 --> 是啊，\n\n要不要一起去公園走走？我想看看那邊的湖水和樹。"
            ),
        ]
    )

    assert file == (
        "WEBVTT\n"
        "\n"
        "00:00:00.000 --> 00:00:02.637\n"
        "<v 曉雨>你好，今天天氣真好！\n"
        "\n"
        "00:00:02.887 --> 00:00:06.304\n"
        "<v Bob &amp; &lt;Co&gt;>1 &lt; 2 --&gt; 是啊， 要不要一起去公園走走？我\n"
        "想看看那邊的湖水和樹。\n"
    )


def test_a_subrip_file() -> None:
    file = render_srt(
        [
            SubtitleCue(0, 2_637, "曉雨", "你好，今天天氣真好！"),
            SubtitleCue(2_887, 6_304, "B", "go --> there,\r\n\r\nand then tell me what you have seen"),
        ]
    )

    assert file == (
        "1\r\n"
        "00:00:00,000 --> 00:00:02,637\r\n"
        "曉雨: 你好，今天天氣真好！\r\n"
        "\r\n"
        "2\r\n"
        "00:00:02,887 --> 00:00:06,304\r\n"
        "B: go → there, and then tell me what you\r\n"
        "have seen\r\n"
    )


def test_a_file_without_cues() -> None:
    assert render_vtt([]) == "WEBVTT\n"
    assert render_srt([]) == ""


def test_a_day_has_more_than_99_hours_for_those_who_talk_long() -> None:
    cue = SubtitleCue(359_999_999, 360_000_000, "A", "…")

    assert "99:59:59.999 --> 100:00:00.000" in render_vtt([cue])
    assert "99:59:59,999 --> 100:00:00,000" in render_srt([cue])


def test_a_cue_lasts_at_least_a_millisecond() -> None:
    # Given a turn so short that its start and end round to the same millisecond
    cue = SubtitleCue(1_000, 1_000, "A", "…")

    assert "00:00:01.000 --> 00:00:01.001" in render_vtt([cue])


def test_where_lines_are_broken() -> None:
    for text, expected in [
        # Chinese between characters, at most 5 of them here
        ("今天天氣真好", ["今天天氣真", "好"]),
        # a closing mark takes the character before it along, an opening one that after it
        ("今天天氣好。", ["今天天氣", "好。"]), ("今天天氣「好」嗎", ["今天天氣", "「好」嗎"]),
        ("他說好……！」走吧", ["他說", "好……！」走", "吧"]), ("カタカナー", ["カタカナー"]),
        ("ああカタッカ", ["ああカタッ", "カ"]), ("あああカタッカ", ["あああカ", "タッカ"]),
        # Western words at spaces, and next to Chinese
        ("to be or not to be", ["to be or", "not to be"]), ("天氣weather天氣", ["天氣", "weather天", "氣"]),
        ("價格是3.14元", ["價格是3.14", "元"]),
        # a straight quotation mark may open or close, and stays with both its neighbours
        ('他說"好的"嗎？', ['他說"好', '的"嗎？']), ("well ... go on", ["well ...", "go on"]),
        # a word that is wider than a line
        ("go incomprehensibly on", ["go", "incomprehe", "nsibly on"]),
        ("。" * 7, ["。。。。。", "。。"]),
        # emoji stay whole and count as one character
        ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", ["👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", "👩‍👩‍👧"]),
        ("🇹🇼🇯🇵🇹🇼🇯🇵🇹🇼🇯🇵", ["🇹🇼🇯🇵🇹🇼🇯🇵🇹🇼", "🇯🇵"]), ("1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣", ["1️⃣2️⃣3️⃣4️⃣5️⃣", "6️⃣"]),
        # accents and invisible characters fill no column
        ("e\u0301" * 10, ["e\u0301" * 10]), ("か\u3099" * 5, ["か\u3099" * 5]),
        ("\u1112\u1161\u11ab" * 6, ["\u1112\u1161\u11ab" * 5, "\u1112\u1161\u11ab"]),
        # white space
        (" a \t\n\u3000\u2028 b ", ["a b"]), ("", []), (" \n ", []),
    ]:  # fmt: skip
        assert wrap(text, columns=10) == expected


def test_a_long_text_of_anything_takes_little_time() -> None:
    for pattern in ("今天天氣很好，我們去公園。", "a", "。", "a ", "👍🏽", "🇹🇼", "\u0301"):
        with little_time(pattern):
            wrap(long(pattern))


@pytest.mark.parametrize(
    ("subtitle_format", "content_type", "beginning"),
    [(SubtitleFormat.VTT, "text/vtt", "WEBVTT\n"), (SubtitleFormat.SRT, "application/x-subrip", "1\r\n")],
)
def test_each_format_is_what_it_says_it_is(
    subtitle_format: SubtitleFormat, content_type: str, beginning: str
) -> None:
    assert subtitle_format.content_type == content_type
    assert subtitle_format.extension == subtitle_format.value
    assert render(subtitle_format, [SubtitleCue(0, 1_000, "A", "好")]).startswith(beginning)
