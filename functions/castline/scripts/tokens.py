"""Tokens of a text: its words, and the characters that may be marks. Splitting takes linear time."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from html import unescape
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts import directions

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_BREAK: Final = re.compile("\r\n|[\n\r\u2028\u2029]")

_OPENING: Final = {"(": "round", "（": "round", "[": "square", "［": "square", "【": "lenticular"}
_CLOSING: Final = {")": "round", "）": "round", "]": "square", "］": "square", "】": "lenticular"}
_SPECIAL: Final = re.compile(
    r"\r\n|[\n\r\u2028\u2029]|[\\<&()（）\[\]［］【】]|!\[|\*+|_+|~+|`+|(?:https?|ftp)://|www\.|\ue200", re.IGNORECASE
)
_TICKS: Final = re.compile("`+")
_ESCAPABLE: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~（）［］【】•‣◦▪●–—─\ue200")
_ENTITY: Final = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Some languages need joiners in their words, such as Persian.
_KEPT: Final = frozenset("\xa0\u200c\u200d")
_ELEMENT: Final = re.compile(
    r"""</?(?P<name>[A-Za-z][A-Za-z0-9:-]{0,40})"""
    r"""(?P<attributes>(?>\s+[A-Za-z_:][A-Za-z0-9_.:-]{0,40}+(?>\s*+=\s*+(?>"[^"<]*+"|'[^'<]*+'|[^\s"'=<>`]++)))*+)\s*+/?>"""
)
# fmt: off
_ELEMENTS: Final = frozenset(
    {
        "b", "i", "em", "strong", "u", "s", "del", "ins", "strike", "br", "p", "div", "span", "a", "code", "pre",
        "kbd", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "sub", "sup", "small", "big",
        "mark", "font", "center", "hr", "img", "q", "cite", "table", "thead", "tbody", "tr", "td", "th", "speak",
        "voice", "prosody", "break", "emphasis", "say-as", "phoneme", "lang", "audio", "bookmark",
    }
)
# fmt: on
_ACT: Final = re.compile(r"<(?P<closing>/?)(?P<content>[^\W\d_][^<>/\r\n]{0,40})/?>")
# A citation as ChatGPT writes it: private-use characters around its name.
_CITATION: Final = re.compile("\ue200[^\ue200\ue201\r\n]{0,500}\ue201")
_DECLARATION: Final = re.compile(r"<(?:\?[A-Za-z](?:[^<>?]|\?(?!>))*+\?|![A-Za-z][^<>]*+)>")
_AUTOLINK: Final = re.compile(
    r"<(?P<address>(?:https?|ftp)://[^\s<>]++|(?:mailto:)?[^\s<>@:/]{1,64}@[^\s<>@:/]{1,255})>"
)
_ADDRESS: Final = re.compile(
    r"""(?:(?:(?:https?|ftp)://){1,3}+(?:[^\s/?\#@<>"]{1,200}@)?|(?=www\.))
    (?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[^\W_](?:[\w.-]*\w)?)
    (?P<rest>(?::[0-9]+)?(?:[/?\#](?:[!\#-;=?-Z^_a-z{-~]|\[[!\#-;=?-Z^_a-z{-~]*+\])*+)?)""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER_ADDRESS: Final = ".,;:!?'\")]}*_~|"


class Kind(Enum):
    """Kind of a token."""

    TEXT = auto()
    """Words, with a ``mark`` if they are not spoken as written: an escape, an entity, an address, code."""
    BREAK = auto()
    """A line break."""
    RUN = auto()
    """A run of ``*``, ``_`` or ``~``."""
    OPEN = auto()
    CLOSE = auto()
    ELEMENT = auto()
    """A tag of HTML or SSML."""
    COMMENT = auto()


class Token(NamedTuple):
    """A piece of a text, from ``start`` to ``end``."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    """The spoken text; for a bracket its kind, with ``!`` before that of an image; for an element its name."""
    mark: int = -1
    """The position at which a backslash would make spoken text what is written; -1 if it is that already."""


def is_wide(character: str) -> bool:
    """Return whether a character's writing system puts no spaces between words, or attaches particles like Korean."""
    return (
        "\u0e00" <= character <= "\u109f"
        or "\u1100" <= character <= "\u11ff"
        or (
            "\u1780" <= character <= "\u17ff"
            or "\u2e80" <= character <= "\ud7ff"
            or "\uf900" <= character <= "\ufaff"
            or "\ufe30" <= character <= "\ufe4f"
            or "\uff00" <= character <= "\uffef"
            or "\U00020000" <= character <= "\U0003ffff"
        )
    )


def is_narrow_letter(character: str) -> bool:
    """Return whether a character is a letter, an accent or a digit of a writing system with spaces; False for ""."""
    return (
        bool(character)
        and not is_wide(character)
        and (character.isalnum() or unicodedata.category(character)[0] == "M")
    )


def tokens_of(text: str, start: int, end: int) -> Iterator[Token]:
    """Split the part of ``text`` from ``start`` to ``end`` into tokens that leave no gaps."""
    tokenizer = _Tokenizer(text, start, end)
    position = start
    while position < end:
        match = _SPECIAL.search(text, position, end)
        if match is None:
            break
        token = tokenizer.token_at(match)
        if token is None:
            # The character is not a mark here, so it is part of the text.
            yield Token(Kind.TEXT, position, match.end(), text[position : match.end()])
            position = match.end()
            continue
        if position < match.start():
            yield Token(Kind.TEXT, position, match.start(), text[position : match.start()])
        yield token
        position = token.end
    if position < end:
        yield Token(Kind.TEXT, position, end, text[position:end])


def begins_element(text: str, position: int) -> bool:
    """Return whether a known tag of HTML or SSML begins at ``position``."""
    match = _ELEMENT.match(text, position)
    return match is not None and _is_known_element(match["name"].casefold())


def with_hosts(text: str) -> str:
    """Return ``text`` with each address in it replaced by its host."""
    pieces: list[str] = []
    position = 0
    for match in re.finditer(r"(?:https?|ftp)://|www\.", text, re.IGNORECASE):
        if match.start() < position:
            continue
        token = _address_at(text, match.start(), len(text))
        if token is not None:
            pieces += [text[position : token.start], token.text]
            position = token.end
    return "".join([*pieces, text[position:]])


class _Tokenizer:
    """Reads tokens of one stretch of a text."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start = start
        self._end = end
        self._runs_of_ticks: dict[int, list[int]] | None = None
        self._has_no_end_of_comment = False

    def token_at(self, match: re.Match[str]) -> Token | None:
        """Return the token that begins with a special character; None if the character is plain text."""
        start, end, found = match.start(), match.end(), match[0]
        first = found[0]
        if first in "*_~":
            return Token(Kind.RUN, start, end, found)
        if first in _OPENING:
            return Token(Kind.OPEN, start, end, _OPENING[first])
        if first in _CLOSING:
            return Token(Kind.CLOSE, start, end, _CLOSING[first])
        if first == "!":
            return Token(Kind.OPEN, start, end, "!square")
        if first == "\\":
            return self._escape(start)
        if first == "`":
            return self._code(start, end - start)
        if first == "<":
            return self._element(start)
        if first in "&\ue200":
            return self._entity(start)
        if first in "hHfFwW":
            return _address_at(self._text, start, self._end)
        return Token(Kind.BREAK, start, end, found)

    def _escape(self, start: int) -> Token | None:
        if start + 1 >= self._end:
            return None
        escaped = self._text[start + 1]
        return Token(Kind.TEXT, start, start + 2, escaped, start) if escaped in _ESCAPABLE else None

    def _code(self, start: int, length: int) -> Token | None:
        """Return the code between the run of ``length`` backticks at ``start`` and the next run of that length.

        Without another run of that length, the backticks are text, and the result is None.
        """
        if self._runs_of_ticks is None:
            self._runs_of_ticks = {}
            for run in _TICKS.finditer(self._text, start, self._end):
                self._runs_of_ticks.setdefault(len(run[0]), []).append(run.start())
            for starts in self._runs_of_ticks.values():
                starts.reverse()
        ends = self._runs_of_ticks.get(length, [])
        while ends and ends[-1] <= start:
            ends.pop()
        if not ends:
            return None
        content = self._text[start + length : ends[-1]]
        if content.strip() and content[0] == content[-1] == " ":
            content = content[1:-1]
        return Token(Kind.TEXT, start, ends[-1] + length, with_hosts(content), start)

    def _element(self, start: int) -> Token | None:
        text, end = self._text, self._end
        if text.startswith("<!--", start):
            closed = -1 if self._has_no_end_of_comment else text.find("-->", start + 4, end)
            self._has_no_end_of_comment = closed < 0
            return Token(Kind.COMMENT, start, closed + 3) if closed >= 0 else None
        if (match := _DECLARATION.match(text, start, end)) is not None:
            return Token(Kind.COMMENT, start, match.end())
        if (match := _AUTOLINK.match(text, start, end)) is not None:
            address = match["address"].removeprefix("mailto:")
            return Token(Kind.TEXT, start, match.end(), with_hosts(address), start)
        match = _ELEMENT.match(text, start, end)
        if match is not None and _is_known_element(name := match["name"].casefold()):
            return Token(Kind.ELEMENT, start, match.end(), name)
        match = _ACT.match(text, start, end)
        if match is not None and directions.is_known(content := match["content"].strip()):
            return Token(Kind.ELEMENT, start, match.end(), match["closing"] + content)
        return None

    def _entity(self, start: int) -> Token | None:
        if (citation := _CITATION.match(self._text, start, self._end)) is not None:
            return Token(Kind.COMMENT, start, citation.end())
        match = _ENTITY.match(self._text, start, self._end)
        if match is None:
            return None
        character = unescape(match[0])
        if character == match[0]:
            return None
        return Token(Kind.TEXT, start, match.end(), "".join(map(_spoken, character or " ")), start)


def _spoken(character: str) -> str:
    """Return what is spoken of an entity: nothing if it only formats text, and a space for a control character."""
    if character.isprintable() or character in _KEPT:
        return character
    return "" if unicodedata.category(character) == "Cf" else " "


def _is_known_element(name: str) -> bool:
    return name in _ELEMENTS or name.startswith("mstts:")


def _address_at(text: str, start: int, end: int) -> Token | None:
    """Return the token of the address at ``start``, of which only the host is spoken; None if there is none."""
    if text[start] in "wW" and start > 0 and is_narrow_letter(text[start - 1]):
        return None
    match = _ADDRESS.match(text, start, end)
    if match is None:
        return None
    host = match["host"]
    if match.start("host") == start and host.count(".") < 2:
        return None
    rest = _without_sentence(match["rest"])
    if match.start("host") == start and not rest:
        if text.startswith("://", match.end("host")):
            return None
        return Token(Kind.TEXT, start, match.end("host"), host)
    mark = text.index("." if match.start("host") == start else ":", start)
    return Token(Kind.TEXT, start, match.start("rest") + len(rest), host.strip("[]"), mark)


def _without_sentence(rest: str) -> str:
    """Return the end of an address without the punctuation of the sentence around it."""
    end = len(rest)
    unopened = rest.count(")") - rest.count("(")
    while end and rest[end - 1] in _AFTER_ADDRESS:
        if rest[end - 1] == ")":
            if unopened <= 0:
                break
            unopened -= 1
        end -= 1
    return rest[:end]
