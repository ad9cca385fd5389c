r"""Where a line of a script names its speaker, by the form of the line alone.

A label stands at the start of a line, in one of these forms; the colon may be the full-width one (：):

    A: text         A：text          Dr. Wang: text
    [A]: text       [A] text         ［A］text         【A】text
    **A:** text     **A**: text

Before it there may be a list marker, a number, a time, a stage direction in parentheses, or a tag: ``- A: text``,
``3. A: text``, ``[00:12] A: text``, ``（小聲）A：text``, ``[whispering] A: text``. A stage direction may also stand
after a name: ``A (whispering): text``, ``**A (whispering):** text``.

A tag or a stage direction in brackets is no label: ``[pause:500ms] text``, ``[laughs] text``. What reads like one may
be a name all the same (``Label.is_doubtful``), and is one with a colon after its brackets: ``[Music]: text``.

In brackets or in bold everything is a name. Otherwise what stands before the first colon is one only if

- it has at most six words, and no mark of a sentence or of a quotation (，。！？、； 「」 " and the like). A full
  stop belongs to an abbreviation or an initial, as in ``Dr. Wang``, or has no space after it, as in ``No.1``;
- the colon is not that of a time or a ratio (``12:30``), of a URL (``https://``), of a path (``C:\``) or of an
  emoticon (``:)``).

Invisible characters and full-width letters make no difference. Whether it reads like a name or like prose is another
question: ``castline.scripts.prose``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from castline.scripts.markup import is_pause_or_style, is_tag_or_direction
from castline.speakers import MAX_NAME_CHARACTERS, speaker_key

_MAX_WORDS: Final = 6
_MAX_MARKERS: Final = 3
_MAX_EXTENDED_CHARACTERS: Final = 200

_NARRATORS: Final = frozenset({"旁白"})
"""Beside a name this is a stage direction, in brackets at the start of a line it is a speaker."""

_COLON: Final = re.compile("[:：]")
_COLON_OR_BRACKET: Final = re.compile(r"[:：\[［【]")
_MARK: Final = re.compile(r"[\[［【*_]")
_TIME: Final = r"[0-9]{1,2}[:：][0-9]{2}(?:[:：][0-9]{2})?(?:[.,][0-9]{1,3})?"
_IN_PARENTHESES: Final = r"(?:\([^()]*\)|（[^（）]*）)"
_MARKER: Final = re.compile(
    rf"""
    (?: [-*+•‣◦·–—][ ]+ | >{{1,2}}[ ]*                      # a bullet, a quotation
      | [#＃]?[0-9０-９]{{1,4}}(?:[.)][ ]+|[．、）][ ]*)     # 3.  3)  3、
      | [(（][0-9０-９]{{1,4}}[)）][ ]*                      # (3)
      | [一二三四五六七八九十百]{{1,4}}、[ ]*
      | [\[［【(（](?P<time>{_TIME})[\]］】)）][ ]*
      | (?P<bare_time>{_TIME})[ ]+
      | (?P<direction>{_IN_PARENTHESES})[ ]*
      | (?P<tag>[\[［【](?P<content>[^\[\]［］【】]+)[\]］】])[ ]*
    )
    """,
    re.VERBOSE,
)
_BRACKETED: Final = re.compile(
    r"(?:\[([^\[\]]+)\]|［([^［］]+)］|【([^【】]+)】)(?!\(https?:)[ ]*"
    rf"(?:(?P<direction>{_IN_PARENTHESES})?[ ]*(?P<colon>[:：]))?[ ]*(?P<text>.*)",
    re.DOTALL,
)
_BOLD: Final = re.compile(
    rf"(\*\*|__)(?P<name>[^*_:：]+)(?:[ ]*[:：][ ]*\1|\1[ ]*(?P<direction>{_IN_PARENTHESES})?[ ]*[:：])"
    r"[ ]*(?P<text>.*)",
    re.DOTALL,
)
_BOLD_BRACKETS: Final = re.compile(r"(\*\*|__)([\[［【][^*_]+[\]］】][ ]*[:：]?)\1(.*)", re.DOTALL)
_SENTENCE_MARK: Final = re.compile('[，。！？、；…,!?;「」『』“”"〈〉《》‹›«»]')
# A full stop before a space or at the end, unless a short word with a capital comes before it: Dr. Mrs. Prof. J.
_FULL_STOP: Final = re.compile(r"\.(?<!\b[A-Z]\.)(?<!\b[A-Z]\w\.)(?<!\b[A-Z]\w\w\.)(?<!\b[A-Z]\w\w\w\.)(?: |$)")
_DIRECTION: Final = re.compile(_IN_PARENTHESES)
_EXTENSION: Final = re.compile(rf"[ ]?({_IN_PARENTHESES})$")
_AFTER_NO_LABEL: Final = re.compile(r"//|\\|-?[()](?: |$)")


class Label(NamedTuple):
    """A line's speaker, and what the line goes on with."""

    name: str
    """As it is spelled: at least one character; of any length."""
    key: str
    """What all spellings of the name have in common; the name itself if it is too long."""
    text: str
    """Perhaps empty."""
    is_marked: bool
    """Whether it is in brackets or in bold, and so a name whatever it says."""
    is_bare: bool = False
    """Whether it is in brackets without a colon, and so may be a tag or a stage direction."""
    is_doubtful: bool = False
    """Whether it is bare and reads like a tag or a stage direction."""
    directions: tuple[str, ...] = ()
    """Stage directions and tags beside the name, as they are written."""
    time: str | None = None
    """A time before the name."""


def find_label(line: str) -> Label | None:
    """Return the label that ``line`` starts with; None when it has none.

    Args:
        line: without white space around it, and with no other white space than spaces.
    """
    if _COLON_OR_BRACKET.search(line) is None or _DIRECTION.fullmatch(line):
        return None
    markers: list[re.Match[str]] = []
    while len(markers) < _MAX_MARKERS and (marker := _marker(line, markers[-1].end() if markers else 0)):
        markers.append(marker)
    for count in range(len(markers), -1, -1):
        label = _label_at_start(line[markers[count - 1].end() :] if count else line)
        if label is not None:
            return _with_markers(label, markers[:count])
    return None


def label_of(name: str, text: str = "", *, directions: tuple[str, ...] = ()) -> Label:
    """Return the label of a format that says itself what is a name: ``name`` has visible characters."""
    return Label(name=name, key=_key(name), text=text, is_marked=True, directions=directions)


def _marker(line: str, start: int) -> re.Match[str] | None:
    marker = _MARKER.match(line, start)
    if marker is None or not marker["tag"]:
        return marker
    content = marker["content"].strip()
    return marker if content not in _NARRATORS and is_tag_or_direction(content) else None


def _with_markers(label: Label, markers: list[re.Match[str]]) -> Label:
    directions = tuple(text for marker in markers if (text := marker["direction"] or marker["tag"]))
    times = (time for marker in markers if (time := marker["time"] or marker["bare_time"]))
    return label._replace(directions=directions + label.directions, time=next(times, None))


def _label_at_start(line: str) -> Label | None:
    return _label_with_mark(line) if _MARK.match(line) else _plain_label(line)


def _label_with_mark(line: str) -> Label | None:
    if (match := _BOLD_BRACKETS.match(line)) is not None:
        line = match[2] + match[3]
    if (match := _BRACKETED.match(line)) is not None:
        return _label_in_brackets(match)
    if (match := _BOLD.match(line)) is not None:
        name, directions = _without_extension(match["name"].strip())
        return _marked_label(name, match, directions) if name else None
    return _plain_label(line)


def _label_in_brackets(match: re.Match[str]) -> Label | None:
    name = (match[1] or match[2] or match[3]).strip()
    if not name or re.fullmatch(_TIME, name):
        return None
    if match["colon"]:
        return None if is_pause_or_style(name) else _marked_label(name, match)
    is_doubtful = name not in _NARRATORS and is_tag_or_direction(name)
    return _marked_label(name, match)._replace(is_bare=True, is_doubtful=is_doubtful)


def _marked_label(name: str, match: re.Match[str], directions: tuple[str, ...] = ()) -> Label:
    after = (match["direction"],) if match["direction"] else ()
    return Label(name=name, key=_key(name), text=match["text"].strip(), is_marked=True, directions=directions + after)


def _without_extension(name: str) -> tuple[str, tuple[str, ...]]:
    """Return ``name`` without a stage direction after it, and that direction."""
    extension = _EXTENSION.search(name) if len(name) <= _MAX_EXTENDED_CHARACTERS else None
    if extension is None or not extension.start():
        return name, ()
    return name[: extension.start()], (extension[1],)


def _key(name: str) -> str:
    return speaker_key(name) if len(name) <= MAX_NAME_CHARACTERS else name


def _plain_label(line: str) -> Label | None:
    colon = _COLON.search(line)
    if colon is None:
        return None
    before, after = line[: colon.start()], line[colon.end() :]
    is_within_number = before[-1:].isdecimal() and after[:1].isdecimal()
    if is_within_number or _AFTER_NO_LABEL.match(after):
        return None
    name, directions = _without_extension(before.rstrip())
    if not name or name.count(" ") >= _MAX_WORDS or _SENTENCE_MARK.search(name):
        return None
    key = _key(name)
    if _SENTENCE_MARK.search(key) or _FULL_STOP.search(key):
        return None
    return Label(name=name, key=key, text=after.lstrip(), is_marked=False, directions=directions)
