r"""Speakers in the middle of a line, as speech models write them.

- ``<Person1>Hi</Person1><Person2>Yo</Person2>``: every tag that is closed somewhere in the script names a speaker,
  unless it is a tag of HTML or SSML.
- ``[S1] Hi there. [S2] Hello!``: labels of one family, such as ``[S1]``, ``[Speaker 2]`` or ``[A]``. A line that
  begins with one label is divided at the other labels of its family. Labels such as ``[S2]`` divide every line if at
  least one line of the script begins with such a label.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from castline.scripts.markup import is_tag_or_direction

_TAG: Final = re.compile(r"<(/?)([^\W_][^<>/\n\r]{0,49})>")
# fmt: off
_NO_SPEAKERS: Final = frozenset(
    {
        "a", "abbr", "audio", "b", "blockquote", "body", "br", "break", "center", "cite", "code", "dd", "del",
        "div", "dl", "dt", "em", "emphasis", "font", "h1", "h2", "h3", "h4", "h5", "h6", "head", "html", "i",
        "img", "ins", "kbd", "lang", "li", "mark", "ol", "p", "phoneme", "pre", "prosody", "q", "rt", "ruby",
        "s", "say-as", "script", "section", "small", "span", "speak", "strong", "style", "sub", "sup", "table",
        "tbody", "td", "th", "thead", "title", "tr", "u", "ul", "v", "voice",
    }
)
# fmt: on
_OPEN, _CLOSE = r"[\[［【]", r"[\]］】][ ]*[:：]?[ ]*"
_FAMILY: Final = re.compile(
    rf"{_OPEN}(?:(?P<letter>[A-Z])|(?P<prefix>[^\W\d_]{{1,20}}[ ]?)(?P<digits>[0-9]{{1,2}})){_CLOSE}"
)
_NUMBERED_S: Final = re.compile(rf"{_OPEN}(S[0-9]{{1,2}}){_CLOSE}")
_LETTER: Final = re.compile(rf"{_OPEN}([A-Z]){_CLOSE}")
_BEGINS_WITH_S: Final = re.compile(rf"(?:\A|[\n\r\u2028\u2029])[ \t\ufeff]*{_OPEN}S[0-9]{{1,2}}[\]］】]")


class Piece(NamedTuple):
    """A part of a line."""

    speaker: str | None
    """None if the part has no such label."""
    text: str


class InlineSpeakers:
    """The speakers that a script names in the middle of its lines."""

    def __init__(self, script: str) -> None:
        opened: set[str] = set()
        closed: set[str] = set()
        for match in _TAG.finditer(script):
            (closed if match[1] else opened).add(match[2].strip())
        self._tags = {
            name
            for name in opened & closed
            if name.partition(" ")[0].lower() not in _NO_SPEAKERS and not is_tag_or_direction(name)
        }
        self._has_numbered_s = _BEGINS_WITH_S.search(script) is not None

    def divide(self, line: str) -> list[Piece]:
        """Divide ``line`` at its speakers. Parts with neither a speaker nor a text are left out."""
        if self._tags and any(match[2].strip() in self._tags for match in _TAG.finditer(line)):
            return self._divide_at_tags(line)
        pattern = self._pattern(line)
        return _divide(line, pattern) if pattern is not None else [Piece(None, line)]

    def _divide_at_tags(self, line: str) -> list[Piece]:
        pieces: list[Piece] = []
        speaker, end = None, 0
        for match in _TAG.finditer(line):
            if match[2].strip() in self._tags:
                pieces.append(Piece(speaker, line[end : match.start()].strip()))
                speaker, end = None if match[1] else match[2].strip(), match.end()
        pieces.append(Piece(speaker, line[end:].strip()))
        return [piece for piece in pieces if piece.speaker or piece.text]

    def _pattern(self, line: str) -> re.Pattern[str] | None:
        if self._has_numbered_s and _NUMBERED_S.search(line):
            return _NUMBERED_S
        first = _FAMILY.match(line)
        if first is None or (first["prefix"] and is_tag_or_direction(first["prefix"] + first["digits"])):
            return None
        if first["letter"]:
            pattern = _LETTER
        else:
            pattern = re.compile(rf"{_OPEN}({re.escape(first['prefix'])}[0-9]{{1,2}}){_CLOSE}")
        return pattern if pattern.search(line, first.end()) else None


def _divide(line: str, pattern: re.Pattern[str]) -> list[Piece]:
    """Divide ``line`` at the labels that ``pattern`` finds. There is at least one."""
    before, *rest = pattern.split(line)
    pieces = [Piece(None, before.strip())] if before.strip() else []
    return pieces + [Piece(name, text.strip()) for name, text in zip(rest[::2], rest[1::2], strict=True)]
