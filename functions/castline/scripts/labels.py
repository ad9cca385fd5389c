r"""Labels: finds the speaker that a line of a script names, by the form of the line alone.

A label stands at the start of a line, in one of these forms. The colon may be full-width (：).

    A: text         A：text          Dr. Wang: text
    [A]: text       [A] text         ［A］text         【A】text
    **A:** text     **A**: text        <b>A:</b> text       🎙️ **A:** text

Markdown marks and HTML elements around a name are not part of it. A name with an unclosed mark is not a label. Rows
of tables and definitions of links or footnotes are not labels either.

A list marker, a number, a time, a direction in parentheses, or a tag may precede a label: ``- A: text``,
``3. A: text``, ``[00:12] A: text``, ``（小聲）A：text``, ``[whispering] A: text``. A stage direction or a time may
also follow the name: ``A (whispering): text``, ``**A (whispering):** text``, ``A [00:12]: text``.

Brackets that read like a tag or a stage direction are usually not a label: ``[pause:500ms] text``, ``[laughs] text``.
They may still be a name, so they make a doubtful label (``Label.is_doubtful``). With a colon after the brackets, the
label is not doubtful: ``[Music]: text``. Brackets with a pause or a style are not a label even with a colon.

Any other text in brackets or in bold is a name. Elsewhere, the text before the first colon is a name only if

- it has at most six words, and no punctuation of a sentence or a quotation (，。！？、； 「」 " and the like). A full
  stop is allowed in an abbreviation or an initial, as in ``Dr. Wang``, or without a space after it, as in ``No.1``;
- the colon is not that of a time or a ratio (``12:30``), of a URL (``https://``), of a path (``C:\``) or of an
  emoticon (``:)``).

Invisible characters and full-width letters make no difference. ``castline.scripts.prose`` decides whether a label
reads like a name or like prose.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.markup import is_definition, is_pause_or_style, is_tag_or_direction
from castline.speakers import MAX_NAME_CHARACTERS, speaker_key

if TYPE_CHECKING:
    from collections.abc import Collection

_MAX_WORDS: Final = 6
_MAX_MARKERS: Final = 3
_MAX_EXTENDED_CHARACTERS: Final = 200

_NARRATORS: Final = frozenset({"旁白"})
"""Words that are a stage direction beside a name, but a speaker in brackets at the start of a line."""

_COLON: Final = re.compile("[:：]")
_COLON_OR_BRACKET: Final = re.compile(r"[:：\[［【]")
_MARK: Final = re.compile(r"[\[［【*_]")
CLOCK: Final = (
    r"(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4},?[ T])?"
    r"[0-9]{1,2}[:：][0-9]{2}(?:[:：][0-9]{2})?(?:[.,][0-9]{1,3})?(?:[ ]?[AaPp][Mm]\b)?"
)
_TIME: Final = rf"{CLOCK}(?:[ ]?(?:[-–—~]|-->)[ ]?{CLOCK})?"
_IN_PARENTHESES: Final = r"(?:\([^()]*\)|（[^（）]*）)"
_MARKER: Final = re.compile(
    rf"""
    (?: [-*+•‣◦·–—][ ]+ | >{{1,2}}[ ]*                      # a bullet, a quotation
      | [#＃]?[0-9０-９]{{1,4}}(?:[.)][ ]+|[．、）][ ]*)     # 3.  3)  3、
      | [(（][0-9０-９]{{1,4}}[)）][ ]*                      # (3)
      | [一二三四五六七八九十百]{{1,4}}、[ ]*
      | [\[［【(（](?P<time>{_TIME})[\]］】)）][ ]*
      | (?P<bare_time>{_TIME})[ ]+(?:[-–—][ ]+)?
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
_BOLD_BRACKETS: Final = re.compile(r"(\*\*|__)([\[［【][^*_]+[\]］】][ ]*[:：]?)\1(.*)", re.DOTALL)
_SENTENCE_MARK: Final = re.compile('[，。！？、；…,!?;「」『』“”"〈〉《》‹›«»]')
# A full stop before a space or at the end, unless a short word with a capital comes before it: Dr. Mrs. Prof. J.
_FULL_STOP: Final = re.compile(r"\.(?<!\b[A-Z]\.)(?<!\b[A-Z]\w\.)(?<!\b[A-Z]\w\w\.)(?<!\b[A-Z]\w\w\w\.)(?: |$)")
_DIRECTION: Final = re.compile(_IN_PARENTHESES)
_EXTENSION: Final = re.compile(rf"[ ]?({_IN_PARENTHESES})$")
_TIME_AFTER_NAME: Final = re.compile(
    rf"(?P<name>[^:：\[\]［］【】()（）]{{1,{_MAX_EXTENDED_CHARACTERS}}}?)[ ]?[\[［【(（](?P<time>{_TIME})[\]］】)）]"
    r"(?=[*_ ]{0,4}[:：])"
)
_ELEMENTS: Final = re.compile(
    r"(?:</?(?:b|blockquote|br|div|em|font|h[1-6]|i|li|ol|p|span|strong|td|th|tr|u|ul)(?:[ ][^<>]*)?/?>[ ]*)+",
    re.IGNORECASE,
)
_CLOSING_ELEMENTS: Final = re.compile(r"\A(?:[ ]*</[A-Za-z0-9]+>)+")
_BOLD_ELEMENT: Final = re.compile(r"<(?:b|strong)\b", re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"\*{1,3}|_{1,3}")
_MARKS_IN_NAME: Final = re.compile(r"\*+|(?<![^\W_])_+|_+(?![^\W_])")
_TABLE_ROW: Final = re.compile(r"\|.*\|")
_BETWEEN_NAMES: Final = re.compile("[,，、]")
_JOINT: Final = re.compile(
    rf"(?P<names>[^:：,，、]{{1,{MAX_NAME_CHARACTERS}}}(?:[,，、][^:：,，、]{{1,{MAX_NAME_CHARACTERS}}}){{1,5}})[:：](?P<text>.*)"
)
_BRACKETS: Final = ("[]", "［］", "【】", "()", "（）")
_AFTER_NO_LABEL: Final = re.compile(r"//|\\|-?[()](?: |$)")


class Label(NamedTuple):
    """Label of a line: the speaker, and the text after it."""

    name: str
    """The name as it is spelled. It has at least one character, and no maximum length."""
    key: str
    """The name's ``speaker_key``; the name itself if it is too long."""
    text: str
    """The text after the label; may be empty."""
    is_marked: bool
    """Whether the name is in brackets or in bold, which marks any text as a name."""
    is_bold: bool = False
    is_bare: bool = False
    """Whether the name is in brackets without a colon, and so may be a tag or a stage direction."""
    is_doubtful: bool = False
    """Whether the label is bare and reads like a tag or a stage direction."""
    directions: tuple[str, ...] = ()
    """Stage directions and tags beside the name, as they are written."""
    time: str | None = None
    """A time beside the name, as it is written."""


def find_label(line: str) -> Label | None:
    """Return the label that ``line`` starts with; None when it has none.

    Args:
        line: a line without surrounding white space, in which all white space is spaces.
    """
    if _COLON_OR_BRACKET.search(line) is None or _DIRECTION.fullmatch(line) or _TABLE_ROW.fullmatch(line):
        return None
    markers: list[re.Match[str]] = []
    while len(markers) < _MAX_MARKERS and (marker := _marker(line, markers[-1].end() if markers else 0)):
        markers.append(marker)
    for count in range(len(markers), -1, -1):
        label = _label_at_start(line[markers[count - 1].end() :] if count else line)
        if label is not None:
            return _with_markers(label, markers[:count])
    return None


def find_joint_label(line: str, keys: Collection[str]) -> Label | None:
    """Return the label of several speakers, as in ``A, B: text`` or ``甲、乙：text``; None if there is none.

    Args:
        line: a line as for ``find_label``.
        keys: the keys of all speakers of the script. All names in the label must be among them.
    """
    match = _JOINT.fullmatch(line)
    if match is None:
        return None
    name = match["names"].strip()
    if any(_key(part.strip()) not in keys for part in _BETWEEN_NAMES.split(name)):
        return None
    return Label(name=name, key=_key(name), text=match["text"].strip(), is_marked=False)


def label_of(name: str, text: str = "", *, directions: tuple[str, ...] = ()) -> Label:
    """Return a label for a name that the format itself marks as one. ``name`` must have visible characters."""
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
    return label._replace(directions=directions + label.directions, time=next(times, label.time))


def _label_at_start(line: str) -> Label | None:
    time = _TIME_AFTER_NAME.match(line)
    if time is not None and (label := _label_at_start(time["name"] + line[time.end() :])) is not None:
        return label._replace(time=time["time"])
    return _label_with_mark(line) if _MARK.match(line) else _plain_label(line)


def _label_with_mark(line: str) -> Label | None:
    if (match := _BOLD_BRACKETS.match(line)) is not None:
        line = match[2] + match[3]
    if is_definition(line):
        label = _label_in_brackets(match) if (match := _BRACKETED.match(line)) is not None else None
        return label._replace(is_doubtful=True) if label is not None and not label.name.startswith("^") else None
    if (match := _BRACKETED.match(line)) is not None:
        return _label_in_brackets(match)
    return _plain_label(line)


def _label_in_brackets(match: re.Match[str]) -> Label | None:
    name = (match[1] or match[2] or match[3]).strip()
    if not name or re.fullmatch(_TIME, name):
        return None
    if match["colon"]:
        return None if is_pause_or_style(name) else _marked_label(name, match)
    is_doubtful = name not in _NARRATORS and is_tag_or_direction(name)
    label = _marked_label(name, match)._replace(is_bare=True, is_doubtful=is_doubtful)
    return label._replace(text="", time=label.text) if re.fullmatch(_TIME, label.text) else label


def _marked_label(name: str, match: re.Match[str]) -> Label:
    directions = (match["direction"],) if match["direction"] else ()
    return Label(name=name, key=_key(name), text=match["text"].strip(), is_marked=True, directions=directions)


def _without_extension(name: str) -> tuple[str, tuple[str, ...]]:
    """Split ``name`` into the name and the stage direction after it, if any."""
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
    is_bold = False
    if _ELEMENTS.search(before):
        is_bold = _BOLD_ELEMENT.search(before) is not None
        before, after = _ELEMENTS.sub("", before), _CLOSING_ELEMENTS.sub("", after)
    unmarked = _without_emphasis(before, after)
    if unmarked is None:
        return None
    before, after, is_emphasized = unmarked
    is_marked = is_bold or is_emphasized
    name, directions = _without_extension(before.strip())
    if not _may_be_name(name):
        return None
    key = _key(name)
    if not is_marked and (
        name.count(" ") >= _MAX_WORDS
        or _SENTENCE_MARK.search(name)
        or _SENTENCE_MARK.search(key)
        or _FULL_STOP.search(key)
    ):
        return None
    return Label(
        name=name, key=key, text=after.strip(), is_marked=is_marked, is_bold=is_marked, directions=directions
    )


def _may_be_name(name: str) -> bool:
    """Return whether ``name`` has more than punctuation, and no unclosed bracket."""
    has_more = any(unicodedata.category(each)[0] in "LMN" or unicodedata.category(each) == "So" for each in name)
    return has_more and all(name.count(opening) == name.count(closing) for opening, closing in _BRACKETS)


def _without_emphasis(before: str, after: str) -> tuple[str, str, bool] | None:
    """Return a name and its text without marks around the name, and whether the name is in bold.

    Return None if a mark of the name is closed neither beside the colon nor at the end of the line.
    """
    start = next((place for place, each in enumerate(before) if each in "*_" or each.isalnum()), len(before))
    opening = _EMPHASIS.match(before, start)
    if opening is None:
        return before, after, False
    mark, inner = opening[0], before[opening.end() :]
    is_bold = len(mark) > 1
    if inner.count(mark) % 2 == 0:
        text = after.strip()
        if text.startswith(mark):
            after = text.removeprefix(mark)
        elif text.endswith(mark) and text.count(mark) == 1:
            after, is_bold = text.removesuffix(mark), False
        else:
            return None
    else:
        is_bold = is_bold and not _DIRECTION.sub("", inner.rpartition(mark)[2]).strip()
    return before[:start] + _MARKS_IN_NAME.sub("", inner), after, is_bold
