"""Names among labels: decides which labels of a script name a speaker."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from castline.scripts.prose import Reading, read_name
from castline.scripts.tokens import is_wide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.scripts.labels import Label
    from castline.scripts.lines import Line, ReadScript

_SCRIPT: Final = re.compile(
    r"\b(?:script|skript|transcript|dialog|dialogue|guion|guión|drehbuch)$|(?:腳本|脚本|劇本|剧本|對話|对话|台本|대본)$",
    re.IGNORECASE,
)
_ANNOUNCING_SPACES: Final = 2
_ANNOUNCING_WIDE_CHARACTERS: Final = 6


def names_in(read: ReadScript) -> frozenset[str]:
    """Return the keys of the labels that are speakers' names, with or without brackets."""
    certain = [
        label
        for line, below in zip_longest(read.lines, read.lines[1:])
        if (label := line.label) is not None and not _is_in_doubt(line.number, label, below, read.rules)
    ]
    first = next((index for index, line in enumerate(read.lines[:-1]) if line.label is not None), None)
    if first is not None and _is_announcement(read.lines[first], read.lines[first + 1]):
        certain = [label for label in certain if label is not read.lines[first].label]
    uses = Counter(label.key for label in certain)
    readings = {key: read_name(key) for key in uses}
    never_names = (Reading.REMARK, Reading.CUE)
    names = {
        label.key
        for label in certain
        if readings[label.key] is Reading.NAME
        or (label.is_marked and not (label.is_bold and readings[label.key] in never_names))
    }
    if not names and read.narrator is None:
        return frozenset(key for key, reading in readings.items() if reading not in never_names)
    return frozenset(
        names | {key for key, reading in readings.items() if reading is Reading.PERHAPS_PROSE and uses[key] > 1}
    )


def _is_announcement(line: Line, below: Line) -> bool:
    """Return whether ``line`` announces the script, as in "Hier ist der Dialog:", rather than naming a speaker."""
    label = line.label
    if label is None or label.is_bare or label.text or below.label is None or below.number == line.number + 1:
        return False
    if _SCRIPT.search(label.key):
        return True
    is_long_and_wide = len(label.name) >= _ANNOUNCING_WIDE_CHARACTERS and is_wide(label.name[0])
    return not label.is_marked and (label.name.count(" ") >= _ANNOUNCING_SPACES or is_long_and_wide)


def _is_in_doubt(line: int, label: Label, below: Line | None, rules: Sequence[int]) -> bool:
    """Return whether ``label`` may be a tag. ``below`` is the line after it."""
    if label.is_doubtful or not label.is_bare or label.text:
        return label.is_doubtful
    if below is None or below.chapter is not None or bisect_right(rules, line) < bisect_right(rules, below.number):
        return True
    return below.label is not None and (below.label.is_marked or read_name(below.label.key) is Reading.NAME)
