"""Plain text and Markdown: a line with a label begins a turn, and any other line continues it.

Some lines are headings besides those of Markdown: a line in bold (``**Intro**``) after a blank line, unless text
follows it directly; and the number of an act or a scene (``Scene 2: the park``, 第一幕). A table whose header names
speakers and texts is read row by row.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from castline.scripts import directions
from castline.scripts.emails import Thread, is_email_thread, read_thread
from castline.scripts.inline_speakers import InlineSpeakers
from castline.scripts.labels import find_label, label_of
from castline.scripts.lines import ACTION_MARKS, Line, ReadScript, written_lines
from castline.scripts.markup import Markup, escape, heading_of, is_pause_or_style
from castline.scripts.tables import MarkdownTable
from castline.scripts.tokens import with_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_RULE: Final = re.compile(r"[-–—─*_=~# ]{3,}")
_SCENE: Final = re.compile(r"(?:INT|EXT|INT\.?/EXT|EXT\.?/INT)\. ?\S[^:：]*")
_NUMBERED: Final = re.compile(
    r"(?:act|scene|chapter|episode|akt|szene|kapitel|acte|scène|chapitre|acto|escena|capítulo)[ ]"
    r"(?:[0-9]{1,3}|[ivx]{1,5}|one|two|three|four|five|six|seven|eight|nine|ten)(?:[ ]?[:.–—-][ ]?.{0,60}|[ ]?)"
    r"|第[0-9一二三四五六七八九十百]{1,4}[幕場场集回章節节](?:[：: 　].{0,60})?"
    r"|(?:場景|场景)[0-9一二三四五六七八九十百]{1,3}(?:[：: 　].{0,60})?",
    re.IGNORECASE,
)
_MEDIA: Final = re.compile(
    r"\u200e?(?:image|video|audio|sticker|gif|document|contact card) omitted|<(?:media omitted|attached: [^<>]+)>",
    re.IGNORECASE,
)
"""Placeholders for pictures and other media in an exported chat."""
_FENCE: Final = re.compile(r"(?P<fence>```|~~~)[ ]?(?P<language>\w*)")
# fmt: off
_PROGRAMMING_LANGUAGES: Final = frozenset(
    {
        "bash", "c", "console", "cpp", "cs", "csharp", "css", "diff", "dockerfile", "go", "html", "http", "ini",
        "java", "javascript", "js", "json", "kotlin", "makefile", "php", "powershell", "py", "python", "r", "rb",
        "ruby", "rust", "sh", "shell", "sql", "swift", "toml", "ts", "typescript", "xml", "yaml", "yml", "zsh",
    }
)
# fmt: on
_EMPTY_QUOTATION: Final = re.compile("[> ]+")
_IN_BOLD: Final = re.compile(r"(\*\*\*?|__)(?P<title>[^*_]*[^\W_][^*_]*)\1")
_IN_BRACKETS: Final = re.compile(r"[\[［【(（].*[\]］】)）]")
_ENDS_SENTENCE: Final = tuple('.!?…,;:。！？，；："”」』')
_MAX_BOLD_TITLE_CHARACTERS: Final = 80


def read_plain(script: str, markup: Markup) -> ReadScript:
    """Read a script in plain text or in Markdown.

    Rules, such as ``---``, and the fences of a code block are left out.
    """
    written = list(written_lines(script))
    thread = read_thread(written) if is_email_thread(script) else Thread(written, {}, [])
    speakers = InlineSpeakers(script)
    table = MarkdownTable()
    lines: list[Line] = []
    rules: list[int] = []
    code = _lines_of_code(written) if markup is Markup.AUTO else frozenset()
    for number, text in thread.written:
        if number in thread.heads:
            head = thread.heads[number]
            lines += [head] if head is not None else []
        elif number in code:
            lines.append(Line(number, escape(with_hosts(text))))
        elif _RULE.fullmatch(text) or _FENCE.fullmatch(text):
            rules.append(number)
        elif table.takes(text):
            row = table.line_of(text, number)
            lines += [row] if row is not None else []
        elif not _EMPTY_QUOTATION.fullmatch(text):
            found = _lines_of(number, text, markup, speakers)
            lines += [line._replace(label=None) for line in found] if thread.heads else found
    if markup is Markup.AUTO:
        lines = _with_bold_headings(lines)
    return ReadScript(lines=lines, warnings=thread.warnings, rules=rules, may_have_joint_labels=not thread.heads)


def _lines_of(number: int, text: str, markup: Markup, speakers: InlineSpeakers) -> Iterator[Line]:
    """Divide a line of text into one line for each speaker that it names."""
    title = _title_of(text) if markup is Markup.AUTO else None
    if text.startswith(ACTION_MARKS) and markup is Markup.AUTO:
        yield Line(number, text, is_direction=True)
    elif title is not None:
        yield Line(number, text, chapter=title)
    else:
        for speaker, piece in speakers.divide(text):
            label = find_label(piece) if speaker is None else label_of(speaker, piece)
            if label is not None and _MEDIA.fullmatch(label.text):
                label = label._replace(text="", directions=(*label.directions, f"[{label.text}]"))
            yield Line(number, piece, label)


def _lines_of_code(written: Sequence[tuple[int, str]]) -> frozenset[int]:
    """Return the numbers of the lines in code blocks of a programming language. Other blocks may hold a script."""
    code: set[int] = set()
    fence, block = None, []
    for number, text in written:
        match = _FENCE.fullmatch(text)
        if match is None:
            block.append(number)
        elif fence is None:
            fence, block = match, []
        elif match["fence"] == fence["fence"] and not match["language"]:
            if fence["language"].casefold() in _PROGRAMMING_LANGUAGES:
                code.update(block)
            fence = None
    return frozenset(code)


def _with_bold_headings(lines: list[Line]) -> list[Line]:
    """Return ``lines``, with a chapter for each line in bold that is a heading."""
    titles = [_bold_title(line) if line.text.startswith(("**", "__")) else None for line in lines]
    if not any(titles):
        return lines
    names = {line.label.key for line in lines if line.label and not _IN_BOLD.fullmatch(line.text)}
    headings: list[Line] = []
    for line, title, below in zip_longest(lines, titles, lines[1:]):
        before = headings[-1] if headings else None
        is_label = line.label is not None and (not names or line.label.key in names)
        is_after_blank = before is None or before.number < line.number - 1 or before.chapter is not None
        is_apart = below is None or below.number > line.number + 1 or below.label is not None
        is_heading = title is not None and not is_label and is_after_blank and is_apart
        headings.append(line._replace(label=None, chapter=title) if is_heading else line)
    return headings


def _bold_title(line: Line) -> str | None:
    """Return the words of a line that is entirely in bold, if they may be a title; None otherwise."""
    in_bold = _IN_BOLD.fullmatch(line.text)
    title = in_bold["title"].strip() if in_bold else ""
    is_title = 0 < len(title) <= _MAX_BOLD_TITLE_CHARACTERS and not title.endswith(_ENDS_SENTENCE)
    is_tag = _IN_BRACKETS.fullmatch(title) or is_pause_or_style(title) or directions.is_known(title)
    return title if is_title and not is_tag and not (line.label and line.label.is_marked) else None


def _title_of(line: str) -> str | None:
    """Return the title of a Markdown heading, of an act or a scene, or of a scene in a screenplay with labels."""
    is_scene = (_SCENE.fullmatch(line) and line.isupper()) or (
        _NUMBERED.fullmatch(line) and not line.endswith(_ENDS_SENTENCE)
    )
    return line if is_scene else heading_of(line)
