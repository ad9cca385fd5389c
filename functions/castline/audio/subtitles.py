"""Subtitles as WebVTT and SubRip files.

Lines are broken as readers expect: Western text at spaces, Chinese and Japanese between any two characters except
before a closing mark and after an opening mark (kinsoku). Line width is counted in columns; a Chinese character takes
two.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.graphemes import columns_of, graphemes, is_wide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_COLUMNS: Final = 42
"""The width of one line on a screen, in half-width columns."""

_CLOSING_CATEGORIES: Final = {"Pe", "Pf"}
_OPENING_CATEGORIES: Final = {"Ps", "Pi"}
_CLOSING_MARKS: Final = frozenset(
    "，。、；：！？．…‥—～〜・‧·％‰℃々ー〻ヽヾゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ!?,.:;%"
    "﹐﹑﹒﹔﹕﹖﹗，．：；？！｡､･ｰﾞﾟ"
)
# Neither opening nor closing by itself: whatever it touches, it stays with.
_EITHER_MARKS: Final = frozenset("\"'＂＇")

_remembered: Final = lru_cache(maxsize=4096)
"""Cache for functions of one character. A file has few distinct ones: a large file takes half the time."""


class SubtitleFormat(StrEnum):
    """A subtitle format. Its value is also its file extension."""

    VTT = "vtt"
    SRT = "srt"

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


@dataclass(frozen=True, slots=True)
class SubtitleCue:
    """The words of one speaker from ``start_ms`` to ``end_ms``."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str


def render(subtitle_format: SubtitleFormat, cues: Iterable[SubtitleCue]) -> str:
    """Render the cues as a file of the given format, to be encoded as UTF-8."""
    match subtitle_format:
        case SubtitleFormat.VTT:
            return render_vtt(cues)
        case SubtitleFormat.SRT:
            return render_srt(cues)


def render_vtt(cues: Iterable[SubtitleCue]) -> str:
    """Render the cues as WebVTT. Each speaker is the voice of a cue, which players can style and most do not show.

    ``&``, ``<`` and ``>`` are escaped, so that no text is read as markup or as a timing line. A dash that would form
    an arrow with the end of the speaker's tag is escaped too.
    """
    blocks = ["WEBVTT\n"]
    for cue in cues:
        lines = [_escape(line) for line in wrap(cue.text)]
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
    """Escape a speaker's name, which is followed by the ``>`` of its tag."""
    escaped = _escape(name)
    return escaped.removesuffix("-") + "&#45;" if escaped.endswith("--") else escaped


def _timing(cue: SubtitleCue, decimal_mark: str) -> str:
    # A cue that ends when it starts is invalid, and a turn may be shorter than half a millisecond.
    end_ms = max(cue.end_ms, cue.start_ms + 1)
    return f"{_timestamp(cue.start_ms, decimal_mark)} --> {_timestamp(end_ms, decimal_mark)}"


def _timestamp(position_ms: int, decimal_mark: str) -> str:
    seconds, ms = divmod(position_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal_mark}{ms:03}"
