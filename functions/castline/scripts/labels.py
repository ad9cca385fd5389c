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

Whether it reads like a name or like prose is another question: ``castline.scripts.prose``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_MAX_WORDS: Final = 6
_MAX_MARKERS: Final = 3
_MAX_EXTENDED_CHARACTERS: Final = 200

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
_FULL_STOP: Final = re.compile(r"(?<!\b[A-Z])(?<!\b[A-Z]\w)(?<!\b[A-Z]\w\w)(?<!\b[A-Z]\w\w\w)\.(?: |$)")
_EXTENSION: Final = re.compile(r"[ ]?(?:\([^()]*\)|（[^（）]*）)$")
_DIRECTION: Final = re.compile(r"\([^()]*\)|（[^（）]*）")
_AFTER_NO_LABEL: Final = re.compile(r"//|\\|-?[()](?: |$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line's speaker, and what the line goes on with."""

    name: str
    """At least one character; of any length."""
    text: str
    """Perhaps empty."""
    is_marked: bool
    """Whether it is in brackets or in bold, and so a name whatever it says."""


def find_label(line: str) -> Label | None:
    """The label that ``line`` starts with; None when it has none.

    Args:
        line: without white space around it, and with no other white space than spaces.
    """
    starts = [0]
    while len(starts) <= _MAX_MARKERS and (marker := _MARKER.match(line, starts[-1])):
        starts.append(marker.end())
    labels = (_label_at_start(line[start:]) for start in reversed(starts))
    return next((label for label in labels if label is not None), None)


def is_direction(line: str) -> bool:
    """Whether ``line`` is nothing but a stage direction in parentheses."""
    return _DIRECTION.fullmatch(line) is not None


def _label_at_start(line: str) -> Label | None:
    if (match := _BOLD_BRACKETS.match(line)) is not None:
        line = match[2] + match[3]
    if (match := _BRACKETED.match(line)) is not None:
        name = (match[1] or match[2] or match[3]).strip()
        is_name = name and re.fullmatch(_TIME, name) is None
        return Label(name=name, text=match[4], is_marked=True) if is_name else None
    if (match := _BOLD.match(line)) is not None:
        name = match[2].strip()
        return Label(name=name, text=match[3].strip(), is_marked=True) if name else None
    return _plain_label(line)


def _plain_label(line: str) -> Label | None:
    colon = re.search("[:：]", line)
    if colon is None:
        return None
    before, after = line[: colon.start()], line[colon.end() :]
    is_within_number = before[-1:].isdecimal() and after[:1].isdecimal()
    if is_within_number or _AFTER_NO_LABEL.match(after):
        return None
    name = before.rstrip()
    if len(name) <= _MAX_EXTENDED_CHARACTERS:
        name = _EXTENSION.sub("", name) or name
    if not name or name.count(" ") >= _MAX_WORDS or _SENTENCE_MARK.search(name) or _FULL_STOP.search(name):
        return None
    return Label(name=name, text=after.lstrip(), is_marked=False)
