r"""Where a line of a script names its speaker, by the form of the line alone.

A label stands at the start of a line, in one of these forms; the colon may be the full-width one (：):

    A: text         A：text          Dr. Wang: text
    [A]: text       [A] text         ［A］text         【A】text
    **A:** text     **A**: text

Before it there may be a list marker, a number, a time, or a stage direction in parentheses: ``- A: text``,
``3. A: text``, ``[00:12] A: text``, ``（小聲）A：text``. They are left out, as is a stage direction after a name that
stands in no brackets: ``A (whispering): text`` is spoken by A.

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

from castline.speakers import MAX_NAME_CHARACTERS, speaker_key

_MAX_WORDS: Final = 6
_MAX_MARKERS: Final = 3
_MAX_EXTENDED_CHARACTERS: Final = 200

_COLON: Final = re.compile("[:：]")
_COLON_OR_BRACKET: Final = re.compile(r"[:：\[［【]")
_MARK: Final = re.compile(r"[\[［【*_]")
_TIME: Final = r"[0-9]{1,2}[:：][0-9]{2}(?:[:：][0-9]{2})?(?:[.,][0-9]{1,3})?"
_MARKER: Final = re.compile(
    rf"""
      [-*+•‣◦·–—][ ]+                                      # a bullet
    | [#＃]?[0-9０-９]{{1,4}}(?:[.)][ ]+|[．、）][ ]*)       # 3.  3)  3、
    | [(（][0-9０-９]{{1,4}}[)）][ ]*                        # (3)
    | [一二三四五六七八九十百]{{1,4}}、[ ]*
    | [\[［【(（]{_TIME}[\]］】)）][ ]*
    | {_TIME}[ ]+
    | \([^()]*\)[ ]* | （[^（）]*）[ ]*                      # a stage direction
    """,
    re.VERBOSE,
)
_BRACKETED: Final = re.compile(
    r"(?:\[([^\[\]]+)\]|［([^［］]+)］|【([^【】]+)】)(?!\(https?:)[ ]*[:：]?[ ]*(.*)", re.DOTALL
)
_BOLD: Final = re.compile(r"(\*\*|__)([^*_:：]+)(?:[ ]*[:：][ ]*\1|\1[ ]*[:：])[ ]*(.*)", re.DOTALL)
_BOLD_BRACKETS: Final = re.compile(r"(\*\*|__)([\[［【][^*_]+[\]］】][ ]*[:：]?)\1(.*)", re.DOTALL)
_SENTENCE_MARK: Final = re.compile('[，。！？、；…,!?;「」『』“”"〈〉《》‹›«»]')
# A full stop before a space or at the end, unless a short word with a capital comes before it: Dr. Mrs. Prof. J.
_FULL_STOP: Final = re.compile(r"\.(?<!\b[A-Z]\.)(?<!\b[A-Z]\w\.)(?<!\b[A-Z]\w\w\.)(?<!\b[A-Z]\w\w\w\.)(?: |$)")
_EXTENSION: Final = re.compile(r"[ ]?(?:\([^()]*\)|（[^（）]*）)$")
_DIRECTION: Final = re.compile(r"\([^()]*\)|（[^（）]*）")
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


def find_label(line: str) -> Label | None:
    """Return the label that ``line`` starts with; None when it has none.

    Args:
        line: without white space around it, and with no other white space than spaces.
    """
    if _COLON_OR_BRACKET.search(line) is None:
        return None
    starts = [0]
    while len(starts) <= _MAX_MARKERS and (marker := _MARKER.match(line, starts[-1])):
        starts.append(marker.end())
    for start in reversed(starts):
        label = _label_at_start(line[start:])
        if label is not None:
            return label
    return None


def is_direction(line: str) -> bool:
    """Tell whether ``line`` is nothing but a stage direction in parentheses."""
    return _DIRECTION.fullmatch(line) is not None


def _label_at_start(line: str) -> Label | None:
    return _label_with_mark(line) if _MARK.match(line) else _plain_label(line)


def _label_with_mark(line: str) -> Label | None:
    if (match := _BOLD_BRACKETS.match(line)) is not None:
        line = match[2] + match[3]
    if (match := _BRACKETED.match(line)) is not None:
        name = (match[1] or match[2] or match[3]).strip()
        is_name = name and re.fullmatch(_TIME, name) is None
        return _marked_label(name, match[4]) if is_name else None
    if (match := _BOLD.match(line)) is not None:
        name = match[2].strip()
        return _marked_label(name, match[3].strip()) if name else None
    return _plain_label(line)


def _marked_label(name: str, text: str) -> Label:
    return Label(name=name, key=_key(name), text=text, is_marked=True)


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
    name = before.rstrip()
    if len(name) <= _MAX_EXTENDED_CHARACTERS:
        name = _EXTENSION.sub("", name) or name
    if not name or name.count(" ") >= _MAX_WORDS or _SENTENCE_MARK.search(name):
        return None
    key = _key(name)
    if _SENTENCE_MARK.search(key) or _FULL_STOP.search(key):
        return None
    return Label(name=name, key=key, text=after.lstrip(), is_marked=False)
