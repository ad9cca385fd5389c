"""Tree of a text: blocks of lines, and in each block the nodes that marks and brackets form.

The tree describes what is written, by form alone. ``castline.scripts.reader`` decides which of it is spoken.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from castline.scripts.tokens import LINE_BREAK, Kind, Token, begins_element, is_narrow_letter, is_wide, tokens_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

# Levels of nesting that have a meaning. Deeper levels have none, so that no text can exhaust the stack.
_MAX_BRACKETS: Final = 8
_MAX_EMPHASES: Final = 8

_INDENT: Final = re.compile(r"[ \t]*+")
_QUOTE: Final = re.compile(r">(?=[ \t>]|$)[ \t]?")
_BULLET: Final = re.compile(r"(?P<bullet>[-*+•‣◦▪●])[ \t]++(?P<task>\[[ xX]\][ \t]++)?(?=\S)")
_RULE: Final = re.compile(r"(?P<character>[-–—─*_=~])(?:[ \t]*+(?P=character)){2,}+|#{3,}+")
_FENCE: Final = re.compile(r"(?P<fence>`{3,}+|~{3,}+)(?P<info>[^`\r\n]*)")
_HEADING: Final = re.compile(r"(?P<marks>#{1,6}+)[ \t]++(?P<title>\S.*)", re.DOTALL)
_HEADING_ELEMENT: Final = re.compile(r"<h(?P<level>[1-6])>(?P<title>[^<>]*+)</h(?P=level)>", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\|?[ \t]*+:?-+:?[ \t]*+(?:\|[ \t]*+:?-+:?[ \t]*+)*+\|?[ \t]*+")
_CELL_END: Final = re.compile(r"(?<!\\)\|")
_ADDRESS: Final = r"(?:<[^<>\s]*+>|(?:(?:https?|ftp)://|www\.|mailto:|[/#.])\S*+)"
_TITLE: Final = r"""(?:"[^"]*+"|'[^']*+'|\([^()]*+\))"""
_DEFINITION: Final = re.compile(
    rf"\[(?P<label>[^\[\]]+)\]:[ \t]*+{_ADDRESS}(?:[ \t]++{_TITLE})?[ \t]*+", re.IGNORECASE
)
_FOOTNOTE: Final = re.compile(r"\[\^[^\[\]\s]{1,40}\]:[ \t]*+")

_TARGET: Final = re.compile(
    rf"\([ \t]*+(?P<target><[^<>\r\n]*+>|(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*+\))*+)(?:[ \t]++{_TITLE})?[ \t]*+\)"
)
_LOOKS_LIKE_ADDRESS: Final = re.compile(r"[/.#:@<]")
_AN_ELEMENT: Final = "\ufffc"
_AS_GOOD_AS_A_LETTER: Final = "*_~" + _AN_ELEMENT
_BEFORE_A_MARK: Final = _AN_ELEMENT + "*_~([{\"'“‘«–—/"
_AFTER_A_MARK: Final = _AN_ELEMENT + "*_~)]}\"'”’»–—/.,;:!?…"
_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~\s]*+")
_REFERENCE: Final = re.compile(r"\[(?P<label>[^\[\]\r\n]{0,200})\]")


@dataclass(frozen=True, slots=True)
class Text:
    """Words. ``mark`` is the position of a character that changes how they are spoken; -1 if there is none."""

    text: str
    mark: int = -1


@dataclass(frozen=True, slots=True)
class Break:
    """A line break."""

    text: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that is never spoken: a comment, a footnote's mark."""

    mark: int


@dataclass(frozen=True, slots=True)
class Element:
    """A tag of HTML or SSML."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Link:
    """The text of a link, without its address."""

    children: tuple[Node, ...]
    mark: int


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Nodes between marks, without the marks."""

    children: tuple[Node, ...]
    start: int
    end: int
    marks: int
    """The number of characters in the opening mark."""


@dataclass(frozen=True, slots=True)
class Bracketed:
    """Nodes in brackets."""

    children: tuple[Node, ...]
    start: int
    end: int
    is_round: bool


Node = Text | Break | Gone | Element | Image | Link | Emphasis | Bracketed


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text. The first may begin within a line, after a bullet."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a chapter."""

    nodes: tuple[Node, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    cells: tuple[tuple[Node, ...], ...]
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A line of a code block, spoken as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A mark at the start of a line; with ``is_line``, a whole line that is not spoken."""

    mark: int
    is_line: bool


Block = Paragraph | Heading | Row | Code | Dropped


def parse(text: str) -> Iterator[Block]:
    """Read the blocks of ``text`` in order, in linear time."""
    yield from _Blocks(text).read()


def heading_in(line: str) -> tuple[Node, ...] | None:
    """Return the nodes of the title if the whole ``line`` is a Markdown heading; None if it is not."""
    indent = _indent(line, 0, len(line))
    heading = _heading(line, indent, len(line.rstrip()), frozenset()) if line[indent : indent + 1] == "#" else None
    return heading.nodes if heading is not None else None


def is_definition(line: str) -> bool:
    """Return whether ``line``, without white space around it, defines a link or a footnote."""
    return _DEFINITION.fullmatch(line) is not None or _FOOTNOTE.match(line) is not None


class _Blocks:
    """Reads the lines of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[tuple[int, int, int]] = []
        """For each line: its start, its end, and its end including the line break."""
        start = 0
        for line_break in LINE_BREAK.finditer(text):
            self._lines.append((start, line_break.start(), line_break.end()))
            start = line_break.end()
        self._lines.append((start, len(text), len(text)))
        self._labels = frozenset(
            _label(match["label"])
            for line_start, end, _ in self._lines
            if (match := _DEFINITION.fullmatch(text, _indent(text, line_start, end), end)) is not None
        )
        self._unclosed_fences: set[str] = set()

    def read(self) -> Iterator[Block]:
        index = 0
        paragraph = -1
        """The start of the current paragraph; -1 outside a paragraph."""
        bullet = ""
        in_table = False
        while index < len(self._lines):
            start, end, next_start = self._lines[index]
            stripped = len(self._text[start:end].rstrip()) + start
            position = _indent(self._text, start, stripped)
            if position >= stripped:
                # A blank line is text, but marks do not reach across it.
                if paragraph >= 0:
                    yield self._paragraph(paragraph, start)
                    paragraph = -1
                yield Paragraph((Text(self._text[start:end]), Break(self._text[end:next_start])))
                in_table, bullet = False, ""
                index += 1
                continue
            blocks, position, bullet = self._prefixes(index, position, stripped, bullet)
            special, lines = self._special(index, position, stripped, in_table=in_table)
            if not blocks and special is None:
                paragraph = start if paragraph < 0 else paragraph
                index += 1
                in_table = False
                continue
            if paragraph >= 0:
                yield self._paragraph(paragraph, start)
                paragraph = -1
            yield from blocks
            if special is None:
                yield self._paragraph(position, next_start)
                in_table = False
            else:
                yield from special
                in_table = isinstance(special[0], Row) or (in_table and isinstance(special[0], Dropped))
            index += lines
        if paragraph >= 0:
            yield self._paragraph(paragraph, len(self._text))

    def _paragraph(self, start: int, end: int) -> Paragraph:
        return Paragraph(nodes_of(self._text, start, end, self._labels))

    def _prefixes(self, index: int, position: int, end: int, bullet: str) -> tuple[list[Block], int, str]:
        """Return the marks before the words of a line, the position of the words, and the line's bullet."""
        text = self._text
        blocks: list[Block] = []
        while (quote := _QUOTE.match(text, position, end)) is not None:
            blocks.append(Dropped(position, is_line=False))
            position = _indent(text, quote.end(), end)
        if _RULE.fullmatch(text, position, end) is not None:
            return blocks, position, ""
        match = _BULLET.match(text, position, end)
        if match is not None and (
            match["bullet"] not in "-+"
            or not text[match.end()].isdecimal()
            or self._is_list(index, match["bullet"], bullet)
        ):
            blocks.append(Dropped(position, is_line=False))
            return blocks, match.end(), match["bullet"]
        if (footnote := _FOOTNOTE.match(text, position, end)) is not None:
            blocks.append(Dropped(position, is_line=False))
            position = footnote.end()
        return blocks, position, ""

    def _is_list(self, index: int, bullet: str, previous: str) -> bool:
        """Return whether the previous or the next line has the same bullet. A lone "- 5" means minus five."""
        if previous == bullet:
            return True
        if index + 1 == len(self._lines):
            return False
        start, end, _ = self._lines[index + 1]
        following = _BULLET.match(self._text, _indent(self._text, start, end), end)
        return following is not None and following["bullet"] == bullet

    def _special(self, index: int, position: int, end: int, *, in_table: bool) -> tuple[list[Block] | None, int]:
        """Return the blocks of a line that is not prose, and the number of lines that they take; None for prose."""
        text = self._text
        first = text[position : position + 1]
        line_break = text[self._lines[index][1] : self._lines[index][2]]
        after: list[Block] = [Paragraph((Break(line_break),))] if line_break else []
        if first in "`~" and (fence := _FENCE.fullmatch(text, position, end)) is not None:
            return self._fenced(index, position, fence["fence"])
        if _RULE.fullmatch(text, position, end) or (
            first == "[" and _DEFINITION.fullmatch(text, position, end) is not None
        ):
            return [Dropped(position, is_line=True), *after], 1
        if first == "#" and (heading := _heading(text, position, end, self._labels)) is not None:
            return [heading, *after], 1
        if first == "<" and (element := _HEADING_ELEMENT.fullmatch(text, position, end)) is not None:
            title = nodes_of(text, element.start("title"), element.end("title"), self._labels)
            return [Heading(title, (position,)), *after], 1
        if "|" not in text[position:end]:
            return None, 1
        return self._row(index, position, end, after, in_table=in_table), 1

    def _fenced(self, index: int, position: int, fence: str) -> tuple[list[Block], int]:
        """Return the blocks of a code block, and its number of lines. If it is never closed, drop only its fence."""
        text = self._text
        blocks: list[Block] = [Dropped(position, is_line=True), *self._break_after(index)]
        if fence in self._unclosed_fences:
            return blocks, 1
        for closing in range(index + 1, len(self._lines)):
            start, end, _ = self._lines[closing]
            line = text[start:end].strip()
            if line.startswith(fence) and not line.strip(fence[0]):
                break
        else:
            self._unclosed_fences.add(fence)
            return blocks, 1
        for inner in range(index + 1, closing):
            start, end, _ = self._lines[inner]
            blocks += [Code(text[start:end]), *self._break_after(inner)]
        last = self._lines[closing][0]
        blocks += [Dropped(_indent(text, last, len(text)), is_line=True), *self._break_after(closing)]
        return blocks, closing - index + 1

    def _break_after(self, index: int) -> list[Block]:
        _, end, next_start = self._lines[index]
        return [Paragraph((Break(self._text[end:next_start]),))] if end < next_start else []

    def _row(self, index: int, position: int, end: int, after: list[Block], *, in_table: bool) -> list[Block] | None:
        """Return the blocks of a row of a table; None if the line is none.

        Outside a table, a line is a row if the header's line is below it, or if it begins and ends with a bar.
        """
        text = self._text
        ends = [match.start() for match in _CELL_END.finditer(text, position, end)]
        if not ends:
            return None
        marks = tuple(ends)
        if _SEPARATOR.fullmatch(text, position, end) is not None:
            return [Dropped(position, is_line=True), *after]
        is_row = in_table or (len(ends) > 2 and ends[0] == position and ends[-1] == end - 1)
        if index + 1 < len(self._lines):
            start, next_end, _ = self._lines[index + 1]
            start = _indent(text, start, next_end)
            is_header = "|" in text[start:next_end] and _SEPARATOR.fullmatch(text, start, next_end) is not None
            is_row = is_row or is_header
        if not is_row:
            return None
        borders = [position - 1, *ends, end]
        cells = []
        for left, right in pairwise(borders):
            cell_start = _indent(text, left + 1, right)
            cell_end = max(cell_start, left + 1 + len(text[left + 1 : right].rstrip()))
            if cell_start < cell_end:
                cells.append(nodes_of(text, cell_start, cell_end, self._labels))
        return [Row(tuple(cells), marks), *after]


def _indent(text: str, start: int, end: int) -> int:
    match = _INDENT.match(text, start, end)
    return match.end() if match is not None else start


def _label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _heading(text: str, start: int, end: int, labels: Collection[str]) -> Heading | None:
    match = _HEADING.fullmatch(text, start, end)
    if match is None:
        return None
    marks = [start]
    title_end = end
    hashes = end
    while hashes > match.start("title") and text[hashes - 1] == "#":
        hashes -= 1
    if hashes < end and text[hashes - 1] in " \t":
        marks.append(hashes)
        title_end = hashes
    return Heading(nodes_of(text, match.start("title"), title_end, labels), tuple(marks))


# --- Within lines


@dataclass(slots=True)
class _Run:
    """A run of ``*``, ``_`` or ``~``, which opens and closes emphasis."""

    serial: int
    start: int
    length: int
    character: str
    opens: bool
    closes: bool
    left: int = 0
    opened: list[int] = field(default_factory=list)
    """The lengths of the marks of the emphases that the run opens, the innermost first."""
    closed: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """An open bracket, and the items after it."""

    token: Token
    kind: str
    items: list[Node | _Run]


def nodes_of(text: str, start: int, end: int, labels: Collection[str]) -> tuple[Node, ...]:
    """Read the part of ``text`` from ``start`` to ``end``.

    Args:
        text: the whole text. The characters around the part decide whether marks at its edges are emphasis.
        start: position of the part's first character.
        end: position after the part's last character.
        labels: the case-folded labels of the links that the text defines.
    """
    return _Inlines(text, end, labels).read(tokens_of(text, start, end))


class _Inlines:
    """Builds the tree of some lines."""

    def __init__(self, text: str, end: int, labels: Collection[str]) -> None:
        self._text = text
        self._end = end
        self._labels = labels
        self._items: list[Node | _Run] = []
        self._frames: list[_Frame] = []
        self._serial = 0
        self._skip_to = 0
        self._end_of_element = -1

    def read(self, tokens: Iterator[Token]) -> tuple[Node, ...]:
        for token in tokens:
            if token.end <= self._skip_to:
                continue
            self._take(token if token.start >= self._skip_to else self._rest_of(token))
        while self._frames:
            self._flatten()
        return _emphasized(self._items)

    def _rest_of(self, token: Token) -> Token:
        """Return the rest of a token whose beginning belongs to a link's address."""
        return Token(Kind.TEXT, self._skip_to, token.end, self._text[self._skip_to : token.end])

    @property
    def _current(self) -> list[Node | _Run]:
        return self._frames[-1].items if self._frames else self._items

    def _take(self, token: Token) -> None:
        kind = token.kind
        if kind is Kind.OPEN and len(self._frames) < _MAX_BRACKETS:
            self._frames.append(_Frame(token, token.text.lstrip("!"), []))
        elif kind is Kind.CLOSE and any(frame.kind == token.text for frame in self._frames):
            while self._frames[-1].kind != token.text:
                self._flatten()
            self._close(token)
        elif kind is Kind.BREAK:
            while self._frames:
                self._flatten()
            self._items.append(Break(token.text))
        else:
            self._current.append(self._leaf(token))

    def _leaf(self, token: Token) -> Node | _Run:
        if token.kind is Kind.RUN:
            return self._run(token)
        if token.kind is Kind.ELEMENT:
            self._end_of_element = token.end
            return Element(token.text, token.start, token.end)
        if token.kind is Kind.COMMENT:
            return Gone(token.start)
        if token.kind is Kind.TEXT:
            return Text(token.text, token.mark)
        # A bracket that is too deep, or closes none: its token holds its kind, not its character.
        return Text(self._text[token.start : token.end])

    def _flatten(self) -> None:
        """Turn the innermost open bracket into plain text."""
        frame = self._frames.pop()
        self._current.append(Text(self._text[frame.token.start : frame.token.end]))
        self._current.extend(frame.items)

    def _close(self, token: Token) -> None:
        frame = self._frames.pop()
        start, children = frame.token.start, _emphasized(frame.items)
        is_image = frame.token.text == "!square"
        target = self._target(frame, token) if frame.kind == "square" else None
        if target is not None:
            self._skip_to = target
            self._current.append(Image(start, target) if is_image else Link(children, start))
        elif frame.kind == "square" and not is_image and self._text[start + 1] == "^" and token.end - start > 3:
            self._current.append(Gone(start))
        else:
            if is_image:
                self._current.append(Text("!"))
                start += 1
            self._current.append(Bracketed(children, start, token.end, frame.kind == "round"))

    def _target(self, frame: _Frame, token: Token) -> int | None:
        """Return the end of the link whose text has just been closed; None if it is not a link."""
        text, end = self._text, token.end
        match = _TARGET.match(text, end, self._end)
        if match is not None and (not match["target"] or _LOOKS_LIKE_ADDRESS.search(match["target"])):
            return match.end()
        content = _label(text[frame.token.end : token.start])
        match = _REFERENCE.match(text, end, self._end)
        if match is not None:
            label = _label(match["label"])
            is_citation = not any(each.isalpha() for each in content)
            if (label.isdecimal() and not is_citation) or (label or content) in self._labels:
                return match.end()
        return end if content in self._labels else None

    def _run(self, token: Token) -> Node | _Run:
        """Return a run that may open or close emphasis, as the characters around it allow, or else plain text."""
        text, character = self._text, token.text[0]
        before = text[token.start - 1] if token.start > 0 else ""
        after = text[token.end] if token.end < len(text) else ""
        if character == "~" and token.end - token.start != 2:
            return Text(token.text)
        if is_narrow_letter(before) and is_narrow_letter(after):
            return Text(token.text)
        if token.start == self._end_of_element:
            before = _AN_ELEMENT
        if after == "<" and begins_element(text, token.end):
            after = _AN_ELEMENT
        opens = _flanks(after, before, _BEFORE_A_MARK)
        closes = _flanks(before, after, _AFTER_A_MARK)
        if not opens and not closes:
            return Text(token.text)
        self._serial += 1
        length = token.end - token.start
        return _Run(self._serial, token.start, length, character, opens, closes, length)


def _flanks(inner: str, outer: str, beside: str) -> bool:
    """Return whether a mark belongs to the words on the side of ``inner``, almost by CommonMark's rules.

    Beside a wide character, a mark needs no space. Between two punctuation characters, a mark is punctuation itself,
    as in ``>_<``, unless the outer character is in ``beside``.
    """
    if not inner or inner.isspace():
        return False
    if not _is_punctuation(inner) or is_wide(inner) or inner in _AS_GOOD_AS_A_LETTER:
        return True
    return not outer or outer.isspace() or outer in beside or is_wide(outer)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _emphasized(items: Sequence[Node | _Run]) -> tuple[Node, ...]:
    """Pair the runs in ``items``, and nest the nodes that they emphasize."""
    runs = [item for item in items if isinstance(item, _Run)]
    if not runs:
        return tuple(item for item in items if not isinstance(item, _Run))
    _pair(runs)
    return _nested(items)


def _pair(runs: Sequence[_Run]) -> None:
    """Pair runs by CommonMark's rules, in linear time."""
    openers: list[_Run] = []
    bottoms: dict[tuple[str, bool, int], int] = {}
    for run in runs:
        if run.closes:
            key = (run.character, run.opens, run.length % 3)
            while run.left:
                found = _opener_of(run, openers, bottoms.get(key, 0))
                if found is None:
                    bottoms[key] = openers[-1].serial if openers else 0
                    break
                del openers[found + 1 :]
                opener = openers[-1]
                size = 2 if run.left > 1 and opener.left > 1 else 1
                opener.opened.append(size)
                run.closed.append(size)
                opener.left -= size
                run.left -= size
                if not opener.left:
                    openers.pop()
        if run.opens and run.left:
            openers.append(run)


def _opener_of(run: _Run, openers: Sequence[_Run], bottom: int) -> int | None:
    for index in range(len(openers) - 1, -1, -1):
        opener = openers[index]
        if opener.serial <= bottom:
            return None
        if opener.character != run.character:
            continue
        if run.character == "~":
            return index
        is_two_sided = (opener.opens and opener.closes) or (run.opens and run.closes)
        total = opener.length + run.length
        if is_two_sided and total % 3 == 0 and (opener.length % 3 or run.length % 3):
            continue
        return index
    return None


@dataclass(slots=True)
class _Emphasized:
    """Emphasis that is being read."""

    start: int
    marks: int
    nodes: list[Node]


def _nested(items: Sequence[Node | _Run]) -> tuple[Node, ...]:
    root = _Emphasized(0, 0, [])
    stack = [root]
    for item in items:
        if not isinstance(item, _Run):
            stack[-1].nodes.append(item)
            continue
        position = item.start
        for size in item.closed:
            position += size
            emphasis = stack.pop()
            if emphasis.nodes is not stack[-1].nodes:
                nodes = tuple(emphasis.nodes)
                if all(isinstance(node, Text) and _PUNCTUATION.fullmatch(node.text) for node in nodes):
                    marks = Text(item.character * size)
                    stack[-1].nodes += [marks, *nodes, marks]
                else:
                    stack[-1].nodes.append(Emphasis(nodes, emphasis.start, position, emphasis.marks))
        if item.left:
            stack[-1].nodes.append(Text(item.character * item.left))
            position += item.left
        for size in reversed(item.opened):
            if len(stack) > _MAX_EMPHASES:
                stack[-1].nodes.append(Text("", position))
                stack.append(_Emphasized(position, size, stack[-1].nodes))
            else:
                stack.append(_Emphasized(position, size, []))
            position += size
    return tuple(root.nodes)
