"""Warnings of the service about text that is not spoken, or not spoken as requested."""

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
"""Brackets, which may differ between a parsed script and its file."""


class ScriptWarnings:
    """Warnings about one script. Each is printed once, with its line in the file."""

    def __init__(self, name: str, script: str) -> None:
        self._name = name
        self._lines = LINE_BREAK.split(script)
        self._told: set[str] = set()

    def tell(self, warnings: Iterable[Json]) -> None:
        """Print warnings whose lines are lines of the script."""
        for warning in warnings:
            self._tell(warning["line"], warning)

    def tell_of_turns(self, warnings: Iterable[Json], turns: Sequence[Json]) -> None:
        """Print warnings about the turns of the parsed script.

        Their lines are lines of a turn's text, which does not contain the unspoken lines of the script.
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
    """Print warnings about a job whose script is not available."""
    for warning in warnings:
        complain(
            t(
                "turn {turn_index}, line {line}: {message}",
                turn_index=warning["turn_index"],
                line=warning["line"],
                message=warning["message"],
            )
        )
