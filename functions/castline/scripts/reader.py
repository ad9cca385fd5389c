"""Reader of a text's tree: decides what is spoken, in which style, and what is left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline.scripts import directions
from castline.scripts.parts import Chapter, Pause
from castline.scripts.tokens import LINE_BREAK, is_narrow_letter, is_wide, with_hosts
from castline.scripts.tree import (
    Bracketed,
    Break,
    Code,
    Dropped,
    Element,
    Emphasis,
    Gone,
    Heading,
    Image,
    Link,
    Paragraph,
    Row,
    Text,
    parse,
)
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted
from castline.speakers import is_invisible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline.scripts.tree import Block, Node

_MAX_DIRECTION_CHARACTERS: Final = 60
_MAX_DIRECTION_WORDS: Final = 8

_NOT_AFTER_SPACE: Final = frozenset(",.;:!?)]}，。；：！？、）】］」』…")
_END_OF_SENTENCE: Final = frozenset(",.;:!?，。；：！？、…")
_TO_END_OF_LINE: Final = re.compile(r"[ \t]*+(?=[\n\r\u2028\u2029]|$)")
_WORD: Final = re.compile(r"[^\W\d_]{2}")
_ENUMERATION: Final = re.compile(r"[A-Za-z]|[ivxIVX]{1,5}")
_CITATION: Final = re.compile(r"cite\b|cite_|oaicite")
_SINGLE_WORD: Final = re.compile("[a-z]+(?:[-_][a-z]+)*")
_ATTRIBUTE: Final = re.compile(r"""(?P<name>[A-Za-z-]+)\s*+=\s*+(?:"(?P<double>[^"<]*+)"|'(?P<single>[^'<]*+)')""")
_NORMAL: Final = "normal"
_BREAKS_BY_STRENGTH: Final = {"none": 0, "x-weak": 250, "weak": 500, "medium": 750, "strong": 1000, "x-strong": 1250}
# fmt: off
_ON_LINES_OF_THEIR_OWN: Final = frozenset(
    {
        "p", "div", "br", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "table",
        "thead", "tbody", "tr", "td", "th",
    }
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Said:
    """Words in a style."""

    text: str
    style: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """White space between words and a part that is not spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class StyleTag:
    """The beginning of a style, by the name in its tag."""

    name: str


Piece = Said | Gap | Pause | Chapter | StyleTag


class TextReader:
    """Reads a text into pieces.

    If ``styles`` is given, each tag of a style sets the style of the words after it. If it is None, the voice is not
    known yet, and the tags stay as pieces.
    """

    def __init__(self, text: str, styles: Mapping[str, str] | None, *, lines: Sequence[int] | None = None) -> None:
        self.marks: list[int] = []
        """The positions of the characters that make the text more than plain words."""
        self.warnings: list[ScriptWarning] = []
        self.asked_for: set[str] = set()
        """The names of the styles that the text asks for, or may ask for."""
        self._text = text
        self._styles = styles
        self._lines = lines or [0, *(match.end() for match in LINE_BREAK.finditer(text))]
        self._pieces: list[Piece] = []
        self._style: str | None = None
        self._words: list[str] = []
        self._is_word_visible = False
        """Whether the words so far have a visible character."""
        self._gaps: list[str] | None = None
        """The white space around left-out parts since the last word; None if nothing was left out since then."""
        self._is_at_start_of_line = True
        self._is_in_heading = False
        self._end_of_prose_in_brackets = -1

    def read(self) -> list[Piece]:
        """Return the pieces of the text in order."""
        for block in parse(self._text):
            self._block(block)
        self._finish_words()
        return self._pieces

    def title_of(self, nodes: Sequence[Node]) -> str:
        """Return the words of a heading."""
        self._is_in_heading = True
        self._nodes(nodes)
        return " ".join("".join(self._words).split()) if self._is_word_visible else ""

    # --- Blocks

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            self._nodes(block.nodes)
        elif isinstance(block, Code):
            spoken = with_hosts(block.text)
            self._say(spoken)
        elif isinstance(block, Dropped):
            self.marks.append(block.mark)
            if block.is_line:
                self._leave_out()
        elif isinstance(block, Row):
            self._row(block)
        elif isinstance(block, Heading):
            self._heading(block)

    def _row(self, row: Row) -> None:
        self.marks.extend(row.marks)
        separator = ""
        for cell in row.cells:
            self._say(separator)
            self._nodes(cell)
            separator = " " if _plain(cell)[-1:] in _END_OF_SENTENCE else ", "

    def _heading(self, heading: Heading) -> None:
        self.marks.extend(heading.marks)
        inner = TextReader(self._text, self._styles, lines=self._lines)
        title = inner.title_of(heading.nodes)
        self.warnings += inner.warnings
        self.marks += inner.marks
        self.asked_for |= inner.asked_for
        if title:
            self._add(Chapter(title=title))
        else:
            self._leave_out()

    # --- Nodes

    def _nodes(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._node(node)

    def _node(self, node: Node) -> None:
        if isinstance(node, Text):
            if node.mark >= 0:
                self.marks.append(node.mark)
            self._say(node.text)
        elif isinstance(node, Break):
            self._say(node.text)
            self._is_at_start_of_line = True
        elif isinstance(node, Emphasis):
            self._emphasis(node)
        elif isinstance(node, Bracketed):
            self._bracketed(node)
        elif isinstance(node, Link):
            self.marks.append(node.mark)
            self._nodes(node.children)
        elif isinstance(node, Image):
            self._image(node.start, node.end)
        elif isinstance(node, Element):
            self._element(node)
        elif isinstance(node, Gone):
            self.marks.append(node.mark)
            self._leave_out()

    def _image(self, start: int, end: int) -> None:
        self.marks.append(start)
        self._warn(WarningKind.IMAGE_NOT_SPOKEN, start, end)
        self._leave_out()

    def _emphasis(self, node: Emphasis) -> None:
        self.marks += range(node.start, node.start + node.marks)
        before, after = self._text[max(node.start - 1, 0) : node.start], self._text[node.end : node.end + 1]
        is_apart = not before.isalnum() and not after.isalnum()
        content = _plain(node.children) if is_apart and node.end - node.start <= _MAX_DIRECTION_CHARACTERS else ""
        if content and self._text[node.start] != "~" and directions.is_act(content):
            self._direction(content, node.start, node.end)
        else:
            self._nodes(node.children)

    def _element(self, node: Element) -> None:
        self.marks.append(node.start)
        written = self._text[node.start : node.end]
        attributes = {
            match["name"].casefold(): match["double"] or match["single"] or ""
            for match in _ATTRIBUTE.finditer(written)
        }
        if node.name == "break":
            duration = directions.duration_of(attributes.get("time", ""))
            if duration is None:
                duration = _BREAKS_BY_STRENGTH.get(attributes.get("strength", ""), directions.DEFAULT_PAUSE_MS)
            self._pause(duration, node.start, node.end)
        elif node.name == "img":
            self._image(node.start, node.end)
        elif node.name == "mstts:express-as":
            name = attributes.get("style", "")
            if written.startswith("</"):
                self._end_style(_NORMAL)
            elif directions.is_style_name(name):
                meaning = directions.meaning_of(name) or directions.Meaning(name, (name,))
                self._begin_style(meaning, node.start, node.end)
        elif node.name in _ON_LINES_OF_THEIR_OWN:
            if not self._is_at_start_of_line:
                self._leave_out()
                self._say("\n")
                self._is_at_start_of_line = True
            self._leave_out()
        else:
            self._inline_element(node)

    def _inline_element(self, node: Element) -> None:
        if directions.is_known(node.name) or directions.ends_style(node.name):
            self._direction(node.name, node.start, node.end)
        elif node.name.startswith(("mstts:", "/")):
            self._leave_out()

    # --- Brackets

    def _bracketed(self, node: Bracketed) -> None:
        content = _plain(node.children).strip()
        is_glued = node.start == self._end_of_prose_in_brackets or is_narrow_letter(
            self._text[max(node.start - 1, 0) : node.start]
        )
        if node.is_round:
            understood = self._is_direction(node, content)
        else:
            may_be_index = is_glued and self._text[node.start] != "【" and not _CITATION.match(content)
            understood = bool(re.search(r"[^\W\d_]", content)) and (not may_be_index or self._is_known_tag(content))
        if understood:
            self.marks.append(node.start)
            if node.is_round:
                self._direction(content, node.start, node.end)
            else:
                self._tag(content, node.start, node.end)
            return
        self._say(self._text[node.start])
        self._nodes(node.children)
        self._say(self._text[node.end - 1])
        self._end_of_prose_in_brackets = node.end

    def _is_direction(self, node: Bracketed, content: str) -> bool:
        """Return whether the content of round brackets is a stage direction."""
        if is_narrow_letter(self._text[node.end : node.end + 1]):
            return False
        if directions.is_known(content):
            return True
        if self._is_in_heading or not self._is_at_start_of_line:
            return False
        has_word = _WORD.search(content) or any(is_wide(each) and each.isalpha() for each in content[:8])
        if not has_word or _ENUMERATION.fullmatch(content):
            return False
        is_short = len(content) <= _MAX_DIRECTION_CHARACTERS and len(content.split()) <= _MAX_DIRECTION_WORDS
        return is_short or _TO_END_OF_LINE.match(self._text, node.end) is not None

    def _is_known_tag(self, content: str) -> bool:
        return (
            directions.is_known(content)
            or directions.meaning_of(content) is not None
            or directions.ends_style(content)
            or directions.explicit_style(content) is not None
            or (self._styles is not None and directions.key_of(content) in self._styles)
        )

    def _direction(self, content: str, start: int, end: int) -> None:
        duration = directions.pause_of(content)
        meaning = directions.meaning_of(content)
        if duration is not None:
            self._pause(duration, start, end)
        elif directions.ends_style(content):
            self._end_style(_NORMAL)
        elif meaning is not None:
            self._begin_style(meaning, start, end)
        else:
            self._warn(WarningKind.DIRECTION_NOT_SPOKEN, start, end)
            self._leave_out()

    def _tag(self, content: str, start: int, end: int) -> None:
        duration = directions.pause_of(content)
        explicit = directions.explicit_style(content)
        name = content if explicit is None else explicit
        meaning = directions.meaning_of(name)
        if _SINGLE_WORD.fullmatch(name):
            self.asked_for.add(name)
        if duration is not None:
            self._pause(duration, start, end)
        elif self._styles is not None and directions.key_of(name) in self._styles:
            self._begin_style(directions.Meaning(name, (name,)), start, end)
        elif directions.ends_style(name):
            self._end_style(name if _SINGLE_WORD.fullmatch(name) else _NORMAL)
        elif meaning is not None:
            self._begin_style(meaning, start, end)
        elif explicit is not None:
            self._begin_style(directions.Meaning(name, (name,)), start, end)
        else:
            self._warn(WarningKind.UNKNOWN_TAG, start, end)
            self._leave_out()

    def _pause(self, duration_ms: int, start: int, end: int) -> None:
        if duration_ms > directions.MAX_PAUSE_MS:
            self._warn(WarningKind.PAUSE_TOO_LONG, start, end)
        if self._is_in_heading:
            self._leave_out()
        else:
            self._add(Pause(duration_ms=min(duration_ms, directions.MAX_PAUSE_MS)))

    def _begin_style(self, meaning: directions.Meaning, start: int, end: int) -> None:
        """Begin the first style of the meaning that the voice has. If it has none, end the current style."""
        self.asked_for.update(meaning.styles)
        if self._is_in_heading:
            self._leave_out()
        elif self._styles is None:
            self._add(StyleTag(meaning.word))
        else:
            keys = (directions.key_of(name) for name in meaning.styles)
            style = next((self._styles[key] for key in keys if key in self._styles), None)
            if style is None:
                self._warn(WarningKind.STYLE_NOT_AVAILABLE, start, end)
            self._change_style(style)

    def _end_style(self, word: str) -> None:
        if self._styles is None and not self._is_in_heading:
            self._add(StyleTag(word))
        else:
            self._change_style(None)

    def _change_style(self, style: str | None) -> None:
        self._leave_out()
        if style != self._style:
            self._finish_words()
            self._style = style

    # --- Words, and the white space around left-out parts

    def _say(self, text: str) -> None:
        if self._gaps is None:
            self._words.append(text)
        else:
            begin = next((index for index, each in enumerate(text) if not is_invisible(each)), len(text))
            self._gaps[-1] += "".join(each for each in text[:begin] if each.isspace())
            word = text[begin:]
            if not word:
                return
            gap = _joined(self._gaps)
            if self._words:
                self._words.append("" if gap == " " and word[0] in _NOT_AFTER_SPACE else gap)
            elif self._pieces:
                self._pieces.append(Gap(gap))
            self._words.append(word)
            self._gaps = None
            text = word
        if not (self._is_word_visible and not self._is_at_start_of_line) and not is_invisible(text):
            self._is_word_visible = True
            self._is_at_start_of_line = False

    def _leave_out(self) -> None:
        """Record that a part between the words is not spoken."""
        if self._gaps is None:
            trailing = ""
            while self._words:
                last = self._words.pop()
                word = last.rstrip()
                trailing = last[len(word) :] + trailing
                if word:
                    self._words.append(word)
                    break
            if not self._is_word_visible:
                self._words = []
            self._gaps = [trailing]
        self._gaps.append("")

    def _finish_words(self) -> None:
        words = "".join(self._words)
        self._words = []
        if self._is_word_visible:
            self._is_word_visible = False
            self._pieces.append(Said(words, self._style))

    def _add(self, piece: Pause | Chapter | StyleTag) -> None:
        self._leave_out()
        self._finish_words()
        if self._pieces and self._gaps is not None:
            self._pieces.append(Gap(_joined(self._gaps)))
        self._pieces.append(piece)
        self._gaps = [""]

    def _warn(self, kind: WarningKind, start: int, end: int) -> None:
        line = bisect_right(self._lines, start)
        self.warnings.append(ScriptWarning(kind=kind, text=quoted(self._text[start:end]), line=line))


def _joined(gaps: Sequence[str]) -> str:
    """Return the white space that replaces left-out parts and the white space around them.

    It is the longest series of line breaks in one of ``gaps``, or else one space if there was any white space.
    """
    breaks = max((tuple(LINE_BREAK.findall(gap)) for gap in gaps), key=len)
    if breaks:
        return "".join(breaks)
    return " " if any(gaps) else ""


def _plain(nodes: Sequence[Node]) -> str:
    """Return the words in ``nodes``."""
    words: list[str] = []
    for node in nodes:
        if isinstance(node, Text | Break):
            words.append(node.text)
        elif isinstance(node, Emphasis | Link):
            words.append(_plain(node.children))
        elif isinstance(node, Bracketed):
            words += ["(", _plain(node.children), ")"]
    return "".join(words)
