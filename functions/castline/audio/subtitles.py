"""Subtitles as WebVTT, SubRip and Advanced SubStation Alpha (ASS) files.

Lines are broken as readers expect: Western text at spaces, Chinese and Japanese between any two characters except
before a closing mark and after an opening mark (kinsoku). Line width is counted in columns; a Chinese character takes
two.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.graphemes import columns_of, graphemes, is_wide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LINE_COLUMNS: Final = 42
"""The width of one line on a screen, in half-width columns."""

_CLOSING_CATEGORIES: Final = {"Pe", "Pf"}
_OPENING_CATEGORIES: Final = {"Ps", "Pi"}
_CLOSING_MARKS: Final = frozenset(
    "，。、；：！？．…‥—～〜・‧·％‰℃々ー〻ヽヾゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ!?,.:;%"
    "﹐﹑﹒﹔﹕﹖﹗，．：；？！｡､･ｰﾞﾟ"
)
# Marks that may open or close. No line ends between such a mark and its neighbours.
_EITHER_MARKS: Final = frozenset("\"'＂＇")

_remembered: Final = lru_cache(maxsize=4096)
"""Cache for functions of one character. A file has few distinct characters, so a large file takes half the time."""


class SubtitleFormat(StrEnum):
    """A subtitle format. Its value is also its file extension."""

    VTT = "vtt"
    SRT = "srt"
    ASS = "ass"
    """Karaoke: each word is highlighted when it is heard."""

    @property
    def extension(self) -> str:
        """The file extension, without a dot."""
        return self.value

    @property
    def content_type(self) -> str:
        """The media type. The text is UTF-8."""
        match self:
            case SubtitleFormat.VTT:
                return "text/vtt"
            case SubtitleFormat.SRT:
                return "application/x-subrip"
            case SubtitleFormat.ASS:
                return "text/x-ssa"


class CueWord(NamedTuple):
    """A word of a cue, and its time from the start of the audio."""

    position: int
    """The number of characters of the cue before the word, without white space."""
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class SubtitleCue:
    """The words of one speaker from ``start_ms`` to ``end_ms``."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str
    words: tuple[CueWord, ...] = ()
    """The words in order; empty if the subtitles have no times of words."""


def render(subtitle_format: SubtitleFormat, cues: Iterable[SubtitleCue], *, title: str = "") -> str:
    """Render the cues as a file of the given format, to be encoded as UTF-8.

    Args:
        subtitle_format: the format.
        cues: the cues. They are sorted by start, as WebVTT requires, because turns may overlap.
        title: the title of the audio, for formats that have one.
    """
    cues = sorted(cues, key=attrgetter("start_ms"))
    match subtitle_format:
        case SubtitleFormat.VTT:
            return render_vtt(cues)
        case SubtitleFormat.SRT:
            return render_srt(cues)
        case SubtitleFormat.ASS:
            return render_ass(cues, title=title)


def render_vtt(cues: Iterable[SubtitleCue]) -> str:
    """Render the cues as WebVTT. The speaker is the voice of a cue, which players can style but most do not show.

    Each word has a timestamp before it, unless the word starts with the cue or at the same time as the word before.
    WebVTT requires timestamps to increase and to lie inside the cue.

    ``&``, ``<`` and ``>`` are escaped, so that no text is read as markup or as a timing line. A dash that would form
    an arrow with the end of the speaker's tag is escaped, too.
    """
    blocks = ["WEBVTT\n"]
    for cue in cues:
        lines = _with_tags(wrap(cue.text), _vtt_timestamps(cue), _escape)
        voice = f"<v {_escape_name(_on_one_line(cue.speaker))}>" if cue.speaker else ""
        blocks.append("\n".join([_timing(cue, "."), voice + "\n".join(lines)]) + "\n")
    return "\n".join(blocks)


def render_srt(cues: Iterable[SubtitleCue]) -> str:
    """Render the cues as SubRip, numbered from 1, each beginning with its speaker's name.

    Lines end in CRLF, which every player accepts; the oldest accept nothing else. SubRip has no escapes. An arrow,
    which some players would read as a timing line, is written ``→``. Tags such as ``<i>`` are kept, and some players
    apply them.
    """
    blocks = []
    for number, cue in enumerate(cues, start=1):
        said = f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text
        lines = wrap(said.replace("-->", "→"))
        blocks.append("\r\n".join([str(number), _timing(cue, ","), *lines, ""]))
    return "\r\n".join(blocks)


_ASS_HEAD: Final = """\
[Script Info]
Title: {title}
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1920
PlayResY: 1080

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, \
MarginL, MarginR, MarginV, Encoding
Style: Default,Noto Sans,60,&H0000D7FF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,60,60,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
# Not every player understands an escaped brace, so full-width braces replace braces. A backslash has no escape, so an
# invisible word joiner after it keeps it from forming a command.
_ASS_ESCAPES: Final = str.maketrans({"{": "｛", "}": "｝", "\\": "\\\u2060"})


def render_ass(cues: Iterable[SubtitleCue], *, title: str = "") -> str:
    r"""Render the cues as Advanced SubStation Alpha. The speaker is the name of a cue, which players do not show.

    Words are karaoke syllables: ``{\k}`` and the centiseconds until the next word. The durations are differences of
    rounded times from the start of the audio, so that rounding errors do not add up.
    """
    events = [
        f"Dialogue: 0,{','.join(map(_ass_timestamp, _span_in_centiseconds(cue)))},Default,"
        f"{_on_one_line(cue.speaker).replace(',', ';')},0,0,0,,"
        + r"\N".join(_with_tags(wrap(cue.text), _ass_syllables(cue), _escape_ass))
        for cue in cues
    ]
    return _ASS_HEAD.format(title=_on_one_line(title)) + "".join(f"{event}\n" for event in events)


def _vtt_timestamps(cue: SubtitleCue) -> Iterator[tuple[int, str]]:
    """Yield the timestamps of a cue's words, each with the position of its word."""
    latest_ms, end_ms = cue.start_ms, _end_ms(cue)
    for word in cue.words:
        if latest_ms < word.start_ms < end_ms:
            latest_ms = word.start_ms
            yield word.position, f"<{_timestamp(word.start_ms, '.')}>"


def _ass_syllables(cue: SubtitleCue) -> Iterator[tuple[int, str]]:
    """Yield the karaoke tags of a cue's words, each with the position of its word."""
    if not cue.words:
        return
    start, end = _span_in_centiseconds(cue)
    times_ms = [*(word.start_ms for word in cue.words), cue.words[-1].end_ms]
    # The first word may start after its cue. The maximum keeps a word from starting before the one before it.
    _, *starts = accumulate((min(_centiseconds(each), end) for each in times_ms), max, initial=start)
    if starts[0] > start:
        yield 0, rf"{{\k{starts[0] - start}}}"
    for word, (begins, ends) in zip(cue.words, pairwise(starts), strict=True):
        yield word.position, rf"{{\k{ends - begins}}}"


def _with_tags(lines: Iterable[str], tags: Iterable[tuple[int, str]], escape: Callable[[str], str]) -> list[str]:
    """Escape lines, and insert tags into them.

    Args:
        lines: lines of a cue's text, in order.
        tags: tags in order, each with the number of characters before it, without white space.
        escape: a function that escapes text, so that it is not read as a tag.
    """
    ahead = iter(tags)
    tag = next(ahead, None)
    before = 0
    tagged: list[str] = []
    for line in lines:
        parts: list[str] = []
        written = 0
        places = [place for place, character in enumerate(line) if not character.isspace()]
        while tag is not None and tag[0] < before + len(places):
            place = places[tag[0] - before]
            parts += [escape(line[written:place]), tag[1]]
            written = place
            tag = next(ahead, None)
        tagged.append("".join([*parts, escape(line[written:])]))
        before += len(places)
    return tagged


def wrap(text: str, *, columns: int = LINE_COLUMNS) -> list[str]:
    """Break ``text`` into lines of at most ``columns``, none of them blank.

    White space becomes one space or a line break. A word, or a row of marks that belong together, is broken between
    characters if it is wider than a line.
    """
    lines: list[str] = []
    line, width = "", 0
    for piece in _pieces(_on_one_line(text)):
        space = 1 if line and piece.after_space else 0
        if width + space + piece.columns <= columns:
            line, width = line + " " * space + piece.text, width + space + piece.columns
            continue
        if line:
            lines.append(line)
        *full, (line, width) = _cut(piece, columns)
        lines += [each for each, _ in full]
    return [*lines, line] if line else lines


class _Piece(NamedTuple):
    """A stretch of text that must stay on one line."""

    text: str
    columns: int
    after_space: bool
    """Whether a space comes before the piece. The space is dropped when a line ends there."""


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut ``text`` at each place where a line may end."""
    current: list[str] = []
    after_space = False
    for character in graphemes(text):
        if current and _may_end_between(current, character):
            at_space = current[-1] == " "
            yield _piece(current[:-1] if at_space else current, after_space=after_space)
            current, after_space = [], at_space
        current.append(character)
    if current:
        yield _piece(current, after_space=after_space)


def _piece(characters: list[str], *, after_space: bool) -> _Piece:
    return _Piece("".join(characters), sum(map(columns_of, characters)), after_space)


def _may_end_between(before: list[str], after: str) -> bool:
    """Return whether a line may end between the characters ``before`` and the one ``after``."""
    if after == " ":
        return False
    last = before[-1]
    if last == " ":
        return not _is_closing(after) and not _is_opening(before[-2])
    if _is_closing(after) or _is_opening(last) or after in _EITHER_MARKS or last in _EITHER_MARKS:
        return False
    return is_wide(last) or is_wide(after)


def _cut(piece: _Piece, columns: int) -> list[tuple[str, int]]:
    """Cut a piece into lines, all but the last as full as possible, and return each with its width."""
    lines: list[tuple[str, int]] = []
    line, width = "", 0
    for character in graphemes(piece.text):
        if line and width + columns_of(character) > columns:
            lines.append((line.rstrip(" "), width))
            line, width = "", 0
        if line or character != " ":
            line, width = line + character, width + columns_of(character)
    return [*lines, (line, width)]


@_remembered
def _is_closing(character: str) -> bool:
    return character[0] in _CLOSING_MARKS or unicodedata.category(character[0]) in _CLOSING_CATEGORIES


@_remembered
def _is_opening(character: str) -> bool:
    return unicodedata.category(character[0]) in _OPENING_CATEGORIES


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape_name(name: str) -> str:
    """Escape a speaker's name, so that it does not form an arrow with the ``>`` of its tag."""
    escaped = _escape(name)
    return escaped.removesuffix("-") + "&#45;" if escaped.endswith("--") else escaped


def _escape_ass(text: str) -> str:
    return text.translate(_ASS_ESCAPES)


def _timing(cue: SubtitleCue, decimal_mark: str) -> str:
    return f"{_timestamp(cue.start_ms, decimal_mark)} --> {_timestamp(_end_ms(cue), decimal_mark)}"


def _end_ms(cue: SubtitleCue) -> int:
    # A cue that ends when it starts is invalid, and a turn may be shorter than half a millisecond.
    return max(cue.end_ms, cue.start_ms + 1)


def _centiseconds(position_ms: int) -> int:
    return (position_ms + 5) // 10


def _span_in_centiseconds(cue: SubtitleCue) -> tuple[int, int]:
    start = _centiseconds(cue.start_ms)
    return start, max(start + 1, _centiseconds(cue.end_ms))


def _ass_timestamp(centiseconds: int) -> str:
    seconds, centiseconds = divmod(centiseconds, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{centiseconds:02}"


def _timestamp(position_ms: int, decimal_mark: str) -> str:
    seconds, ms = divmod(position_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal_mark}{ms:03}"
