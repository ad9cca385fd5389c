"""Subtitles that say when each word is heard: WebVTT with timestamps inside its cues, and ASS karaoke."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from castline.audio.subtitles import CueWord, SubtitleCue, SubtitleFormat, render, render_ass, render_vtt
from tests.unit.audio.ffmpeg import ffmpeg
from tests.unit.audio.subtitle_files import read_srt, read_vtt
from tests.unit.audio.test_subtitles import SPEAKERS, TEXTS, bare

if TYPE_CHECKING:
    from pathlib import Path

TIMESTAMP = re.compile(r"<(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})>")
DIALOGUE = re.compile(
    r"Dialogue: 0,(\d+):([0-5]\d):([0-5]\d)\.(\d\d),(\d+):([0-5]\d):([0-5]\d)\.(\d\d),Default,([^,]*),0,0,0,,(.*)"
)
SYLLABLE = re.compile(r"\{\\k(\d+)\}")


@st.composite
def cues_with_words(draw: st.DrawFn) -> list[SubtitleCue]:
    """Cues that follow each other, and whose words have times of any kind."""
    found: list[SubtitleCue] = []
    start_ms = draw(st.integers(0, 400_000_000))
    for _ in range(draw(st.integers(0, 6))):
        end_ms = start_ms + draw(st.integers(0, 5_000))
        text = draw(TEXTS)
        positions = sorted(draw(st.sets(st.integers(0, max(0, len(bare(text)) - 1)), max_size=8)))
        times_ms = st.integers(start_ms - 100, end_ms + 100)
        words = tuple(CueWord(position, draw(times_ms), draw(times_ms)) for position in positions)
        found.append(SubtitleCue(start_ms, end_ms, draw(SPEAKERS), text, words))
        start_ms = end_ms
    return found


def blocks(file: str) -> list[str]:
    """Return the texts of a WebVTT file's cues, with the tags in them."""
    return [block.split("\n", 1)[1] for block in file.removesuffix("\n").split("\n\n")[1:]]


def wide_braces(text: str) -> str:
    return text.replace("{", "｛").replace("}", "｝")


def in_ms(timestamp: tuple[str, ...]) -> int:
    hours, minutes, seconds, ms = map(int, timestamp)
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms


@given(cues_with_words())
def test_timestamps_increase_inside_their_cue(written: list[SubtitleCue]) -> None:
    file = render_vtt(written)

    # Then what another reader reads are the cues as they are without words
    assert [(cue.start_ms, cue.end_ms, cue.speaker) for cue in read_vtt(file)] == [
        (cue.start_ms, cue.end_ms, cue.speaker)
        for cue in read_vtt(render_vtt(SubtitleCue(*_without_words(cue)) for cue in written))
    ]
    assert [TIMESTAMP.sub("", block) for block in blocks(file)] == blocks(
        render_vtt(SubtitleCue(*_without_words(cue)) for cue in written)
    )
    # And every timestamp lies between the one before it and the end of its cue
    for cue, block in zip(written, blocks(file), strict=True):
        times_ms = [in_ms(found) for found in TIMESTAMP.findall(block)]
        around = [cue.start_ms, *times_ms, max(cue.end_ms, cue.start_ms + 1)]
        assert around == sorted(set(around))


def _without_words(cue: SubtitleCue) -> tuple[int, int, str, str]:
    return cue.start_ms, cue.end_ms, cue.speaker, cue.text


def test_a_timestamp_comes_right_before_its_word() -> None:
    cue = SubtitleCue(
        1_000,
        3_000,
        "A",
        "One & two, 三。",
        (CueWord(0, 1_000, 1_200), CueWord(4, 1_500, 2_000), CueWord(8, 2_250, 2_900)),
    )

    assert render_vtt([cue]) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v A>One &amp; <00:00:01.500>two, <00:00:02.250>三。\n"
    )


def test_words_stay_with_their_line() -> None:
    text = "今天天氣真好我們去公園走走然後回家吃飯喝茶聊天看書"
    words = tuple(CueWord(position, 100 * position, 100 * position + 100) for position in range(len(text)))

    block = render_vtt([SubtitleCue(0, 3_000, "", text, words)]).split("\n\n")[1]

    first, second = block.removesuffix("\n").split("\n")[1:]
    assert TIMESTAMP.sub("", first + second) == text
    assert second.startswith("<00:00:02.100>")


def test_words_do_not_change_subrip() -> None:
    cue = SubtitleCue(0, 900, "A", "好的", (CueWord(0, 0, 300), CueWord(1, 300, 900)))

    assert read_srt(render(SubtitleFormat.SRT, [cue])) == [SubtitleCue(0, 900, "A", "好的")]


def test_cues_of_turns_that_overlap_are_in_order_of_time() -> None:
    cues = [SubtitleCue(0, 500, "A", "a"), SubtitleCue(900, 1_000, "A", "b"), SubtitleCue(850, 1_500, "B", "c")]

    assert [cue.start_ms for cue in read_vtt(render(SubtitleFormat.VTT, cues))] == [0, 850, 900]


@given(cues_with_words(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_syllables_last_as_long_as_their_words(written: list[SubtitleCue], title: str) -> None:
    file = render_ass(written, title=title)

    head, _, events = file.partition("[Events]\n")
    assert f"Title: {' '.join(title.split())}\n" in head
    dialogues = [DIALOGUE.fullmatch(line) for line in events.split("\n")[1:-1]]
    assert len(dialogues) == len(written)
    for cue, found in zip(written, dialogues, strict=True):
        assert found is not None
        start, end = (
            ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 100 + int(centiseconds)
            for hours, minutes, seconds, centiseconds in (found.groups()[:4], found.groups()[4:8])
        )
        assert abs(10 * start - cue.start_ms) <= 5
        assert start < end
        syllables = [int(length) for length in SYLLABLE.findall(found[10])]
        assert start + sum(syllables) <= end
        # And the text is as it was, with nothing in it that is read as a command
        text = SYLLABLE.sub("", found[10]).replace("\\N", " ")
        assert not re.search(r"[{}]|\\(?!\u2060)", text)
        assert bare(text.replace("\\\u2060", "\\")) == bare(wide_braces(cue.text))


def test_rounding_of_syllables_does_not_add_up() -> None:
    # Given a hundred words of 14 ms, each of which alone is nearest to 10 ms
    words = tuple(CueWord(number, 14 * number, 14 * number + 14) for number in range(100))

    file = render_ass([SubtitleCue(0, 1_400, "", "字" * 100, words)])

    ends = list(accumulate(int(length) for length in SYLLABLE.findall(file)))
    assert [abs(10 * end - 14 * number) <= 5 for number, end in enumerate(ends, start=1)] == [True] * 100
    assert ends[-1] == 140


def test_karaoke_waits_for_its_first_word() -> None:
    cue = SubtitleCue(1_000, 2_000, "A, B", "One two", (CueWord(0, 1_100, 1_200), CueWord(3, 1_500, 1_900)))

    assert render_ass([cue], title="第一課").splitlines()[-1] == (
        r"Dialogue: 0,0:00:01.00,0:00:02.00,Default,A; B,0,0,0,,{\k10}{\k40}One {\k40}two"
    )


def test_another_player_reads_the_same_text(tmp_path: Path) -> None:
    # Given texts that look like commands of ASS
    texts = [r"{\b1}bold{\b0}, {k}", r"C:\new\Name", "“Hi”, {she} said", "一，二：三"]
    cues = [
        SubtitleCue(
            1_000 * number, 1_000 * number + 900, "A, {B}", text, (CueWord(0, 1_000 * number, 1_000 * number + 500),)
        )
        for number, text in enumerate(texts)
    ]
    (tmp_path / "in.ass").write_text(render_ass(cues, title="{Title}, 第一課"), "utf-8")

    # When ffmpeg makes SubRip of them
    ffmpeg("-i", str(tmp_path / "in.ass"), str(tmp_path / "out.srt"))

    read = (tmp_path / "out.srt").read_text("utf-8").replace("\u2060", "").strip().split("\n\n")
    shown = [re.sub("</?font[^>]*>", "", block.split("\n", 2)[2]) for block in read]
    assert shown == [wide_braces(text) for text in texts]
    assert [block.split("\n", 2)[1] for block in read] == [
        f"00:00:0{number},000 --> 00:00:0{number},900" for number in range(len(texts))
    ]
