"""Plain text and Markdown: a line with a label begins a turn, any other goes on with it."""

from __future__ import annotations

import re
from typing import Final

from castline.scripts.inline_speakers import InlineSpeakers
from castline.scripts.labels import find_label, label_of
from castline.scripts.lines import Line, ReadScript, written_lines
from castline.scripts.markup import Markup, heading_of

_RULE: Final = re.compile(r"[-–—─*_=~# ]{3,}")
_SCENE: Final = re.compile(r"(?:INT|EXT|INT\.?/EXT|EXT\.?/INT)\. ?\S[^:：]*")
_FENCE: Final = re.compile(r"(?:```|~~~)[ ]?\w*")


def read_plain(script: str, markup: Markup) -> ReadScript:
    """Read a script in plain text or in Markdown.

    Rules, such as ``---``, and the fences of a code block are left out.
    """
    speakers = InlineSpeakers(script)
    lines: list[Line] = []
    for number, text in written_lines(script):
        if _RULE.fullmatch(text) or _FENCE.fullmatch(text):
            continue
        title = _title_of(text) if markup is Markup.AUTO else None
        if title is not None:
            lines.append(Line(number, text, chapter=title))
            continue
        for speaker, piece in speakers.divide(text):
            label = find_label(piece) if speaker is None else label_of(speaker, piece)
            lines.append(Line(number, piece, label))
    return ReadScript(lines=lines)


def _title_of(line: str) -> str | None:
    """Return the title of a heading in Markdown, or the scene heading of a screenplay that has labels."""
    return line if _SCENE.fullmatch(line) and line.isupper() else heading_of(line)
