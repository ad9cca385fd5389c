"""Sounds among the turns of a JSON script. The service parses only the words; the sounds keep their places."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline_cli.errors import Misused
from castline_cli.sound_references import with_reference
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from castline_cli.api import Json

_LINE_BREAK: Final = re.compile("\r\n|[\n\r\u2028\u2029]")
"""Line breaks as the service counts them."""
_NO_LINE_BREAK: Final = re.compile("[^\n\r\u2028\u2029]")
_BEGIN: Final = re.compile(
    r'[\s\ufeff]*(?:\{(?:.|\n)*?"(?:turns|dialogue|dialog|script|lines|messages)"\s*:\s*)?\[\s*(?=\{)'
)
"""Beginning of an array of turns, as the service finds it, but without a code fence."""
_SPACE: Final = re.compile(r"[\s\ufeff]*")
_COMMA: Final = re.compile(r"\s*,")
_COMMA_BEFORE: Final = re.compile(r",\s*$")


@dataclass(frozen=True, slots=True)
class _Item:
    """Element of the array of turns."""

    value: Json
    start: int
    end: int

    @property
    def is_sound(self) -> bool:
        return "sound_id" in self.value or ("sound" in self.value and "text" not in self.value)


@dataclass(frozen=True, slots=True)
class SplitScript:
    """Script split into words and sounds.

    Attributes:
        words: the script with spaces in place of the sounds.
        items: the sounds, and None for each spoken turn, in the order of the script.
        lines: the line on which each item begins.
    """

    words: str
    items: Sequence[Json | None]
    lines: Sequence[int]

    def merge(self, turns: Sequence[Json]) -> list[Json]:
        """Insert the sounds between the parsed turns, and renumber all of them.

        Raises:
            Misused: the place of a sound cannot be determined.
        """
        if not any(self.items):
            return [*turns]
        places = self._places(turns)
        merged: list[Json] = []
        for place in range(len(turns) + 1):
            merged += [sound for sound, before in places if before == place]
            merged += turns[place : place + 1]
        return [{**turn, "index": index} for index, turn in enumerate(merged)]

    def _places(self, turns: Sequence[Json]) -> list[tuple[Json, int]]:
        """Return each sound with the number of the parsed turn that follows it."""
        spoken = [line for item, line in zip(self.items, self.lines, strict=True) if item is None]
        if len(turns) == len(spoken):  # no turn was divided
            starts = [*range(len(spoken))]
        elif len(set(spoken)) == len(spoken):  # headings in a text have divided its turn
            by_line = [turn["line"] for turn in turns]
            starts = [next((at for at, each in enumerate(by_line) if each == line), -1) for line in spoken]
        else:
            starts = []
        if not starts or -1 in starts:
            raise Misused(t("cannot tell where the sounds belong; begin each turn of the script on a new line"))
        places: list[tuple[Json, int]] = []
        passed = 0
        for item in self.items:
            if item is None:
                passed += 1
            else:
                places.append((item, starts[passed] if passed < len(starts) else len(turns)))
        return places


def split_sounds(script: str, folder: Path) -> SplitScript | None:
    """Split a JSON script into words and sounds, which are turns with a ``sound`` or a ``sound_id``.

    Args:
        script: the script.
        folder: the folder to which paths of sounds are relative.

    Returns:
        The split script; None if the script is not JSON, or has no sounds.
    """
    items = _read(script)
    if items is None or not any(item.is_sound for item in items):
        return None
    words = script
    for item in items:
        if item.is_sound:
            words = _without(words, item)
    lines = [1 + len(_LINE_BREAK.findall(script, 0, item.start)) for item in items]
    numbers = [*range(len(items))]
    if all(type(item.value.get("index")) is int for item in items):
        numbers.sort(key=lambda number: items[number].value["index"])
    return SplitScript(
        words=words,
        items=[with_reference(items[at].value, folder) if items[at].is_sound else None for at in numbers],
        lines=[lines[at] for at in numbers],
    )


def _read(script: str) -> list[_Item] | None:
    """Return the elements of the array of turns; None if there is no array, or an element is not an object."""
    begin = _BEGIN.match(script)
    if begin is None:
        return None
    decoder = json.JSONDecoder()
    items: list[_Item] = []
    position = begin.end()
    while True:
        space = _SPACE.match(script, position)
        start = space.end() if space else position
        try:
            value, end = decoder.raw_decode(script, start)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        items.append(_Item(value, start, end))
        comma = _COMMA.match(script, end)
        if comma is None:
            return items
        position = comma.end()


def _without(script: str, item: _Item) -> str:
    """Replace an element, and the comma after or before it, by spaces, and return the script."""
    start, end = item.start, item.end
    comma = _COMMA.match(script, end)
    if comma is not None:
        end = comma.end()
    else:
        before = _COMMA_BEFORE.search(script, 0, start)
        start = before.start() if before else start
    return script[:start] + _NO_LINE_BREAK.sub(" ", script[start:end]) + script[end:]
