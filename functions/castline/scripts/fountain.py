"""Screenplays in Fountain (fountain.io/syntax): characters speak, scenes and sections are chapters.

A parenthetical is a stage direction. Action, transitions, synopses, notes, cut text and the title page are not
spoken; each block of them is reported as a warning. Page breaks are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline.scripts.labels import find_label, label_of
from castline.scripts.lines import Line, ReadScript, tidy_line
from castline.scripts.markup import Markup, heading_of
from castline.scripts.prose import Reading, read_name
from castline.scripts.tokens import LINE_BREAK
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted
from castline.speakers import MAX_NAME_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCENE: Final = re.compile(r"(?:INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT|EST)(?:\.[ ]?|[ ])[^\s].*", re.IGNORECASE)
_FORCED_SCENE: Final = re.compile(r"\.(?=[^\s.]).+")
_SCENE_NUMBER: Final = re.compile(r"[ ]*#[^#]+#$")
_SECTION: Final = re.compile(r"#{1,6}[ ]*([^#\s].*)")
_PAGE_BREAK: Final = re.compile(r"={3,}")
_TITLE_PAGE: Final = re.compile(
    r"(?:title|credit|authors?|source|notes|draft date|date|contact|copyright|revision|format)[ ]?:.*", re.IGNORECASE
)
_PARENTHETICAL: Final = re.compile(r"\(.*\)|（.*）")
_CUE: Final = re.compile(r"(?P<name>[^()（）:：]+?)[ ]*(?P<extensions>(?:[(（][^()（）]*[)）][ ]*)*)\^?")
_EXTENSION: Final = re.compile(r"[(（][^()（）]*[)）]")
_TECHNICAL: Final = re.compile(r"[(（](?:V\.?O\.?|O\.?S\.?|O\.?C\.?|CONT['’]?D\.?|CONTINUED)[)）]", re.IGNORECASE)
"""Extensions that say where a character is, or that the character continues. They are dropped: nobody hears them."""
_TRANSITION: Final = re.compile(r"(?:CUT|DISSOLVE|FADE|MATCH|SMASH|WIPE)\b[^:]*:")
_NO_CUE_AT_END: Final = ("!", "?", "…", ",", ";", "...", "TO:")
_MAX_CUE_CHARACTERS: Final = 2 * MAX_NAME_CHARACTERS


def is_fountain(script: str) -> bool:
    """Return whether ``script`` looks like a screenplay in Fountain, rather than like lines with labels."""
    reader = _Reader(script)
    reader.read()
    if not reader.cues or (reader.cues == 1 and not reader.has_screenplay_marks):
        return False
    labels = (find_label(line) for line in reader.body() if not _TRANSITION.fullmatch(line))
    return reader.cues > sum(label is not None and read_name(label.key) is Reading.NAME for label in labels)


def read_fountain(script: str, markup: Markup) -> ReadScript:
    """Read a screenplay."""
    del markup
    return _Reader(script).read()


class _Reader:
    """Reads a screenplay line by line."""

    def __init__(self, script: str) -> None:
        self.cues = 0
        self.has_screenplay_marks = False
        """Whether there is a scene heading, a title page or a character marked by ``@``."""
        self._lines: list[Line] = []
        self._warnings: list[ScriptWarning] = []
        self._block: list[str] = []
        self._block_line = 0
        self._in_dialogue = False
        self._body_index = 0
        self._written = self._without_comments("\n".join(LINE_BREAK.split(script.lstrip("\ufeff"))))

    def read(self) -> ReadScript:
        """Read the screenplay into lines and warnings."""
        self._body_index = self._read_title_page()
        is_after_blank = True
        for index in range(self._body_index, len(self._written)):
            number, raw = self._written[index]
            text = tidy_line(raw)
            if not text:
                self._end_block()
                # A blank line of two spaces does not end a character's words.
                self._in_dialogue = self._in_dialogue and len(raw) > 1
            elif self._in_dialogue:
                self._read_words(number, text)
            else:
                has_next = index + 1 < len(self._written) and bool(self._written[index + 1][1].strip())
                self._read_line(number, text, may_be_cue=is_after_blank and has_next)
            is_after_blank = not text
        self._end_block()
        return ReadScript(lines=self._lines, warnings=self._warnings)

    def body(self) -> Iterator[str]:
        """Yield the lines after the title page."""
        for _, line in self._written[self._body_index :]:
            yield tidy_line(line)

    def _read_words(self, number: int, text: str) -> None:
        if _TECHNICAL.fullmatch(text):
            return
        if _PARENTHETICAL.fullmatch(text):
            self._lines.append(Line(number, text, is_direction=True))
        else:
            self._lines.append(Line(number, text.removeprefix("~").lstrip()))

    def _read_line(self, number: int, text: str, *, may_be_cue: bool) -> None:
        title = _chapter_of(text)
        if title is not None:
            self._end_block()
            self.has_screenplay_marks |= not text.startswith(("#", "."))
            self._lines.append(Line(number, text, chapter=title))
        elif text.startswith("~") and self.cues:
            # Lyrics between two cues belong to the previous character.
            self._end_block()
            self._lines.append(Line(number, text.removeprefix("~").lstrip()))
        elif may_be_cue and self._begin_dialogue(number, text):
            self._end_block()
        elif not _PAGE_BREAK.fullmatch(text):
            self._not_dialogue(number, text)

    def _begin_dialogue(self, number: int, text: str) -> bool:
        """Begin a character's words if ``text`` is a character's name, and return whether it is."""
        is_forced = text.startswith("@")
        cue = _CUE.fullmatch(text.removeprefix("@").strip()) if len(text) <= _MAX_CUE_CHARACTERS else None
        if cue is None:
            return False
        name = cue["name"].strip()
        if not is_forced and (not name.isupper() or text.startswith(("!", ">")) or name.endswith(_NO_CUE_AT_END)):
            return False
        extensions = _EXTENSION.findall(cue["extensions"])
        directions = tuple(each for each in extensions if not _TECHNICAL.fullmatch(each))
        self._lines.append(Line(number, text, label_of(name, directions=directions)))
        self.cues += 1
        self.has_screenplay_marks |= is_forced
        self._in_dialogue = True
        return True

    def _read_title_page(self) -> int:
        """Report a title page if there is one, and return the index of the first line after it."""
        start = next((index for index, (_, line) in enumerate(self._written) if line.strip()), 0)
        if not self._written or not _TITLE_PAGE.fullmatch(tidy_line(self._written[start][1])):
            return 0
        end = start
        while end < len(self._written) and self._written[end][1].strip():
            number, line = self._written[end]
            self._not_dialogue(number, tidy_line(line))
            end += 1
        self._end_block()
        self.has_screenplay_marks = True
        return end

    def _without_comments(self, script: str) -> list[tuple[int, str]]:
        """Return the numbered lines without cut text and notes, and report what was removed.

        A line that held nothing else is left out, because it would count as a blank line.
        """
        emptied: set[int] = set()
        for opening, closing in (("/*", "*/"), ("[[", "]]")):
            script = self._without(script, opening, closing, emptied)
        lines = enumerate(script.split("\n"), start=1)
        return [(number, line) for number, line in lines if number not in emptied or line.strip()]

    def _without(self, script: str, opening: str, closing: str, touched: set[int]) -> str:
        kept: list[str] = []
        position, line = 0, 1
        while (start := script.find(opening, position)) >= 0:
            end = script.find(closing, start + len(opening))
            if end < 0:
                break
            end += len(closing)
            before, cut = script[position:start], script[start:end]
            line += before.count("\n")
            self._warn(line, cut)
            breaks = cut.count("\n")
            touched.update(range(line, line + breaks + 1))
            kept += [before, "\n" * breaks]
            position, line = end, line + breaks
        return "".join([*kept, script[position:]])

    def _not_dialogue(self, number: int, text: str) -> None:
        if not self._block:
            self._block_line = number
        self._block.append(text)

    def _end_block(self) -> None:
        if self._block:
            self._warn(self._block_line, " ".join(self._block))
            self._block = []

    def _warn(self, line: int, text: str) -> None:
        self._warnings.append(ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(text), line=line))


def _chapter_of(text: str) -> str | None:
    """Return the title of the chapter that a scene heading or a section begins."""
    if section := _SECTION.fullmatch(text):
        return heading_of(f"# {section[1]}") or section[1]
    if _SCENE.fullmatch(text) or _FORCED_SCENE.fullmatch(text):
        return _SCENE_NUMBER.sub("", text.removeprefix(".")).strip() or None
    return None
