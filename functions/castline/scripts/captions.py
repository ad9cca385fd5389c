r"""Subtitles (SRT and WebVTT) as scripts: their text is read, and their times are dropped.

Labels name speakers as in plain text, and so do voice tags of WebVTT: ``<v Name>…</v>``. A cue without a label
belongs to the previous speaker. Before the first label, a narrator speaks. Consecutive cues of one speaker become one
turn. Other tags (``<i>``, ``{\an8}``) are removed. Notes, styles and regions of WebVTT are reported as warnings.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from castline.scripts.labels import find_label, label_of
from castline.scripts.lines import Line, ReadScript, narrator_of, tidy_line
from castline.scripts.markup import Markup, escape, heading_of
from castline.scripts.tokens import LINE_BREAK
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CLOCK: Final = r"(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}[.,][0-9]{1,3}"
_TIMES: Final = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_HEADER: Final = re.compile(r"\ufeff?WEBVTT(?:[ \t].*)?")
_BARE_HEADER: Final = "WEBVTT"
_NOTE: Final = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t].*)?")
_VOICE: Final = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]+)>")
_TAG: Final = re.compile(
    r"</?(?:b|c|font|i|lang|ruby|s|u|v)(?:[.\s][^<>]*)?>|<rt>[^<>]*</rt>|<[0-9:.]+>|\{\\[^{}]*\}", re.IGNORECASE
)
_DASHED: Final = re.compile(r"\s*(?:<[^<>]+>)?[-–—]\s*\S")
_DETECTED_WITHIN: Final = 5


def is_webvtt(script: str) -> bool:
    """Return whether ``script`` has the header of a WebVTT file."""
    return _HEADER.fullmatch(LINE_BREAK.split(script, maxsplit=1)[0]) is not None


def is_srt(script: str) -> bool:
    """Return whether one of the first lines of ``script`` gives the times of a subtitle."""
    first = [line for line in LINE_BREAK.split(script, maxsplit=20)[:20] if line.strip()][:_DETECTED_WITHIN]
    return any(_TIMES.fullmatch(line) for line in first)


def read_captions(script: str, markup: Markup) -> ReadScript:
    """Read a subtitle file."""
    written = LINE_BREAK.split(script)
    warnings = list(_dropped_times(written))
    has_begun = not warnings
    has_notes = is_webvtt(script)
    lines: list[Line] = []
    dashes: list[int] = []
    for block in _blocks(written):
        has_begun = has_begun or any(_TIMES.fullmatch(text) for _, text in block)
        number, first = block[0]
        if has_begun and not (has_notes and _NOTE.fullmatch(first)):
            lines += [line for number, text in _payload(block) for line in _lines_of(number, text, markup)]
            dashed = [number for number, text in _payload(block) if _DASHED.match(text)]
            dashes += dashed if len(dashed) > 1 else []
        elif len(block) > 1 or first.strip("\ufeff \t") != _BARE_HEADER:
            text = quoted(" ".join(text for _, text in block))
            warnings.append(ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=text, line=number))
    return ReadScript(lines=lines, warnings=warnings, narrator=narrator_of(script), dashes=dashes, joins_turns=True)


def _dropped_times(written: Sequence[str]) -> Iterator[ScriptWarning]:
    for number, line in enumerate(written, start=1):
        if _TIMES.fullmatch(line):
            yield ScriptWarning(kind=WarningKind.TIMES_DROPPED, text=quoted(line), line=number)
            return


def _blocks(written: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Yield the blocks of lines between blank lines. Each line has its number."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*written, ""], start=1):
        if line.strip():
            block.append((number, line))
        elif block:
            yield block
            block = []


def _payload(block: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the text lines of a block, without its times and without the cue's number or name before them."""
    are_times = [_TIMES.fullmatch(line) is not None for _, line in block]
    for index, (number, line) in enumerate(block):
        is_name = are_times[index + 1 : index + 2] == [True] and (index == 0 or line.strip().isdecimal())
        if not are_times[index] and not is_name:
            yield number, line


def _lines_of(number: int, line: str, markup: Markup) -> Iterator[Line]:
    """Yield a line for each voice tag in a cue's line, and one for the text before the first tag."""
    before, *voices = _VOICE.split(line)
    text = _plain(before, markup)
    if text:
        label = find_label(text)
        yield Line(number, text, label and label._replace(text=_not_a_heading(label.text, markup)))
    for name, after in zip(voices[::2], voices[1::2], strict=True):
        text, speaker = _plain(after, markup), tidy_line(html.unescape(name))
        if speaker or text:
            yield Line(number, text, label_of(speaker, text) if speaker else None)


def _plain(text: str, markup: Markup) -> str:
    """Return ``text`` without tags and entities."""
    return _not_a_heading(tidy_line(html.unescape(_TAG.sub("", text))), markup)


def _not_a_heading(text: str, markup: Markup) -> str:
    """Escape a ``#``, which means music, where it would make ``text`` a heading."""
    is_heading = markup is Markup.AUTO and heading_of(text) is not None
    return escape(text) if is_heading else text
