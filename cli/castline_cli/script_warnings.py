"""Warnings of the service about texts: what of them is not spoken, or not as it was asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from castline_cli.output import complain
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from castline_cli.api import Json

LINE_BREAK: Final = re.compile("\r\n|[\n\r\u2028\u2029]")
"""Line breaks as the service counts them."""
_BRACKETS: Final = "[]()［］（）【】"
"""A parsed script may have other brackets than the file."""


class ScriptWarnings:
    """The warnings about one script, each told once, with its line in the file."""

    def __init__(self, name: str, script: str) -> None:
        self._name = name
        self._lines = LINE_BREAK.split(script)
        self._told: set[str] = set()

    def tell(self, warnings: Iterable[Json]) -> None:
        """Tell warnings whose lines are lines of the script."""
        for warning in warnings:
            self._tell(warning["line"], warning)

    def tell_of_turns(self, warnings: Iterable[Json], turns: Sequence[Json]) -> None:
        """Tell warnings about turns that the script was parsed into.

        Their lines are lines of a turn's text, from which the lines that are not spoken have been left out.
        """
        starts = sorted({turn["line"] for turn in turns})
        start_of = {turn["index"]: turn["line"] for turn in turns}
        for warning in warnings:
            start = start_of[warning["turn_index"]]
            next_turn = bisect_right(starts, start)
            end = starts[next_turn] if next_turn < len(starts) else len(self._lines) + 1
            words = warning["text"].strip(_BRACKETS)
            line = next((each for each in range(start, end) if words in self._lines[each - 1]), start)
            self._tell(line, warning)

    def _tell(self, line: int, warning: Json) -> None:
        sentence = f"{self._name}:{line}: {warning['message']}"
        if sentence not in self._told:
            self._told.add(sentence)
            complain(sentence)


def tell_without_script(warnings: Iterable[Json]) -> None:
    """Tell warnings about a job whose script is not at hand."""
    for warning in warnings:
        complain(
            t(
                "turn {turn_index}, line {line}: {message}",
                turn_index=warning["turn_index"],
                line=warning["line"],
                message=warning["message"],
            )
        )
