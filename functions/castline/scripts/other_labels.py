"""Other labels: finds speakers that a script names without a colon, before a dash, in a column or on their own line.

The lines that are found may be prose. ``castline.scripts.parser`` decides that, or asks the author.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.labels import CLOCK, Label, label_of
from castline.scripts.lines import Line, ReadScript
from castline.scripts.prose import Reading, read_name
from castline.scripts.questions import MAX_LINES, QuestionKind
from castline.speakers import MAX_NAME_CHARACTERS, is_invisible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LEAST_LINES: Final = 2
_MOST_LINES: Final = 5_000
"""Longer scripts are not searched, because that would take seconds."""
_MAX_NAME_WORDS: Final = 3
_MAX_WIDE_CHARACTERS: Final = 6
_PARTICLES: Final = frozenset({"da", "de", "del", "der", "di", "du", "la", "of", "the", "van", "von"})
_NAME: Final = re.compile(r"[^\W\d_][\w.'’ -]*")
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DASH: Final = re.compile(r"(?P<name>[^-–—]{1,50}?)(?: [-–—]{1,2} |[–—]{1,2})(?P<text>\S.*)")
_COLUMN: Final = re.compile(r'"?(?P<name>[^;|\t"]{1,50}?)"?[ ]*[;|\t][ ]*(?P<text>[^;|\t ].*)')
_TIME_AFTER_NAME: Final = re.compile(
    rf"(?P<name>.{{1,50}}?) ?[—–-]? ?(?:Today at |Yesterday at )?[(\[]?{CLOCK}[)\]]?"
)


class OtherReading(NamedTuple):
    """Another reading of a script, in which more lines have labels, and the question to ask about it."""

    kind: QuestionKind
    lines: tuple[int, ...]
    """The numbers of the lines that get a label in this reading: at most the first 1,000."""
    read: ReadScript
    is_certain: bool = False
    """Whether no other reading is possible."""


def other_readings(read: ReadScript) -> Iterator[OtherReading]:
    """Yield the readings of ``read`` in which lines name their speakers without a colon."""
    if len(read.lines) > _MOST_LINES:
        return
    timed = _labels_above(read.lines, _timed_label)
    if timed is not None:
        yield _reading(QuestionKind.SPEAKER_LINES, read, timed)._replace(is_certain=True)
        return
    for kind, pattern in ((QuestionKind.SPEAKER_DASH, _DASH), (QuestionKind.SPEAKER_COLUMN, _COLUMN)):
        labelled = _labelled(read.lines, lambda line, pattern=pattern: _divided(line, pattern))  # type: ignore[misc]
        if labelled is not None:
            yield _reading(kind, read, labelled)
    named = _labels_above(read.lines, _bare_label)
    if named is not None:
        yield _reading(QuestionKind.SPEAKER_LINES, read, named)


def _reading(kind: QuestionKind, read: ReadScript, labelled: list[Line]) -> OtherReading:
    return OtherReading(kind, _numbers(labelled, read.lines)[:MAX_LINES], replace(read, lines=labelled))


def _numbers(labelled: Sequence[Line], before: Sequence[Line]) -> tuple[int, ...]:
    """Return the numbers of the lines that have got a label."""
    return tuple(line.number for line, old in zip(labelled, before, strict=True) if line.label is not old.label)


def _labelled(lines: Sequence[Line], divide: Callable[[Line], Line | None]) -> list[Line] | None:
    """Return ``lines`` with the labels that ``divide`` finds; None if there are too few, or fewer than others."""
    found = [divide(line) or line for line in lines]
    names = Counter(line.label.key for line, old in zip(found, lines, strict=True) if line is not old and line.label)
    if names.total() < _LEAST_LINES or (len(names) == 1 and names.total() == _LEAST_LINES):
        return None
    return found if names.total() * 2 >= sum(line.chapter is None for line in lines) else None


def _divided(line: Line, pattern: re.Pattern[str]) -> Line | None:
    match = pattern.fullmatch(line.text) if line.label is None and not _is_apart(line) else None
    if match is None or not _is_name(match["name"].strip("*_ ")) or is_invisible(match["text"]):
        return None
    return line._replace(label=label_of(match["name"].strip("*_ "), match["text"].strip(' "')))


def _labels_above(lines: Sequence[Line], label_on: Callable[[Line], Label | None]) -> list[Line] | None:
    """Return ``lines`` with labels for names that stand on a line above their words; None if there are too few.

    At least one name must repeat, and two thirds of the paragraphs must begin with a name. Neither is required of
    names with a time beside them.
    """
    names: Counter[str] = Counter()
    found = list(lines)
    for index, (line, below) in enumerate(pairwise(lines)):
        label = label_on(line) if line.label is None and not _is_apart(line) else None
        if label is not None and below.number == line.number + 1 and label_on(below) is None:
            found[index] = line._replace(label=label)
            names[label.name] += 1
    if names.total() < _LEAST_LINES:
        return None
    if label_on is _timed_label:
        return found
    paragraphs = sum(
        line.number > before.number + 1 for before, line in pairwise([Line(-1, ""), *lines]) if line.chapter is None
    )
    return found if names.total() > len(names) and names.total() * 3 >= paragraphs * 2 else None


def _bare_label(line: Line) -> Label | None:
    name = line.text.strip("*_ ")
    return label_of(name) if _is_name(name) else None


def _timed_label(line: Line) -> Label | None:
    match = _TIME_AFTER_NAME.fullmatch(line.text)
    if match is None or not _is_name(name := match["name"].strip()):
        return None
    return label_of(name)._replace(time=line.text.removeprefix(name).strip(" ()[]-–—"))


def _is_apart(line: Line) -> bool:
    return line.chapter is not None or line.is_direction


def _is_name(text: str) -> bool:
    """Return whether ``text`` looks like a name: a few words with capitals, or a few wide characters."""
    if len(text) > MAX_NAME_CHARACTERS or _NAME.fullmatch(text) is None or read_name(text) is not Reading.NAME:
        return False
    if _WIDE.search(text):
        return len(text) <= _MAX_WIDE_CHARACTERS
    words = text.split()
    has_capitals = words[0][0].isupper() and all(
        word[0].isupper() or word[0].isdigit() or word in _PARTICLES for word in words
    )
    return has_capitals and len(words) <= _MAX_NAME_WORDS and not text.endswith(".")
