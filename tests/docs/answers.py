"""Comparison of a command's output with the answer that a page shows.

The two must be equal, key by key and character by character, except for values that differ from run to run:

- An id, an entity tag, a cursor or a download's file name stands for one of its kind: the one in the output when the
  page shows it first. When the page shows it again, the output must have that one again, and commands use that one in
  its place. Two that look different must be different.
- A time (2026-11-24T23:16:50Z, 00:00:02.383) stands for any time of that form.
- A measured value (``MEASURED``) must be a whole number, not less than 0.
- A loudness may differ by ``LOUDNESS_TOLERANCE_LU``.
- ``…`` stands for anything.

The layout of JSON is ignored. So are headers that the page does not show.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

MEASURED: Final = frozenset({"duration_ms", "latency_ms", "size_bytes", "start_ms", "end_ms"})
LOUDNESS_TOLERANCE_LU: Final = 0.5

_KINDS: Final = {
    "file": r"castline-\d{4}-\d\d-\d\d-[0-9a-f]{8}(?=\.)",
    "id": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "tag": r"\"[0-9a-f]{32}\"",
    "cursor": r"\b[\w-]{21}[AQgw]\b",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "vtt_time": r"\d\d:\d\d:\d\d\.\d{3}",
    "srt_time": r"\d\d:\d\d:\d\d,\d{3}",
    "anything": "…",
}
_NAMED: Final = frozenset({"file", "id", "tag", "cursor"})
# Of the long words in a page, those with digits are cursors. Not every cursor has one.
_SHOWN: Final = {**_KINDS, "cursor": rf"(?=\w*\d){_KINDS['cursor']}"}
_VARYING: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _SHOWN.items()))
_VARYING_IN_COMMANDS: Final = re.compile("|".join(_SHOWN[kind] for kind in _SHOWN if kind in _NAMED))


class Differs(AssertionError):
    """The output differs from the answer that the page shows."""


class Answers:
    """A comparison of all answers of one page, which remembers the values of the names in it."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def in_command(self, text: str) -> str:
        """Return a command with real ids in place of those shown.

        Raises:
            Differs: it names an id that no answer has shown.
        """
        for shown in set(_VARYING_IN_COMMANDS.findall(text)):
            if shown not in self._real:
                raise Differs(f"no answer has shown {shown}")
        return _VARYING_IN_COMMANDS.sub(lambda match: self._real[match[0]], text)

    def compare(self, language: str, shown: str, came: str) -> None:
        """Compare a command's output with the block that shows it.

        Raises:
            Differs: they differ.
        """
        if language == "json":
            self._compare_json(shown, came)
        elif language == "http":
            self._compare_http(shown, came)
        else:
            self._compare_text("the answer", shown.strip(), came.replace("\r\n", "\n").strip())

    def _compare_http(self, shown: str, came: str) -> None:
        shown_head, _, shown_body = shown.partition("\n\n")
        came_head, _, came_body = came.partition("\r\n\r\n")
        shown_status, shown_headers = _read_head(shown_head)
        came_status, came_headers = _read_head(came_head)
        if shown_status != came_status:
            raise Differs(f"the status should be {shown_status}, but is {came_status}: {came}")
        for name, value in shown_headers.items():
            if name not in came_headers:
                raise Differs(f"there is no header {name} in {came_head}")
            self._compare_text(name, value, came_headers[name])
        self._compare_json(shown_body, came_body)

    def _compare_json(self, shown: str, came: str) -> None:
        shown_values, came_values = _read_values(shown), _read_values(came)
        self._compare_value("$", shown_values, came_values)

    def _compare_value(self, where: str, shown: Any, came: Any) -> None:
        if type(shown) is not type(came):
            raise Differs(f"{where} should be {shown!r}, but is {came!r}")
        if isinstance(shown, dict):
            self._compare_objects(where, shown, came)
        elif isinstance(shown, list):
            self._compare_arrays(where, shown, came)
        elif isinstance(shown, str):
            self._compare_text(where, shown, came)
        elif shown != came:
            raise Differs(f"{where} should be {shown!r}, but is {came!r}")

    def _compare_objects(self, where: str, shown: dict[str, Any], came: dict[str, Any]) -> None:
        if shown.keys() != came.keys():
            raise Differs(f"{where} should have the keys {sorted(shown)}, but has {sorted(came)}")
        for name, value in shown.items():
            if value is None:
                self._compare_value(f"{where}.{name}", value, came[name])
            elif name in MEASURED:
                _demand_measured(f"{where}.{name}", came[name])
            elif name == "loudness_lufs":
                if abs(came[name] - value) > LOUDNESS_TOLERANCE_LU:
                    raise Differs(f"{where}.{name} should be about {value}, but is {came[name]}")
            else:
                self._compare_value(f"{where}.{name}", value, came[name])

    def _compare_arrays(self, where: str, shown: list[Any], came: list[Any]) -> None:
        if len(shown) != len(came):
            raise Differs(f"{where} should have {len(shown)} elements, but has {len(came)}: {came}")
        for position, (one, other) in enumerate(zip(shown, came, strict=True)):
            self._compare_value(f"{where}[{position}]", one, other)

    def _compare_text(self, where: str, shown: str, came: str) -> None:
        pattern, names, end = "", [], 0
        for match in _VARYING.finditer(shown):
            kind = str(match.lastgroup)
            pattern += re.escape(shown[end : match.start()])
            pattern += "(.*)" if kind == "anything" else f"({_KINDS[kind]})"
            names.append(match[0] if kind in _NAMED else None)
            end = match.end()
        found = re.fullmatch(pattern + re.escape(shown[end:]), came, re.DOTALL)
        if found is None:
            raise Differs(f"{where} should be like {shown!r}, but is {came!r}")
        for name, real in zip(names, found.groups(), strict=True):
            if name is not None:
                self._learn(name, real)

    def _learn(self, name: str, real: str) -> None:
        if self._real.setdefault(name, real) != real:
            raise Differs(f"{name} was {self._real[name]} before, but now is {real}")
        if sum(each == real for each in self._real.values()) > 1:
            raise Differs(f"{real} is shown as {name}, but before as something else")


def _read_head(head: str) -> tuple[int, dict[str, str]]:
    status_line, *lines = head.splitlines()
    headers = (line.partition(":") for line in lines)
    return int(status_line.split()[1]), {name.lower(): value.strip() for name, _, value in headers}


def _read_values(text: str) -> list[Any]:
    """Parse JSON values one after another, with or without white space between them."""
    decoder, values, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except json.JSONDecodeError as error:
            raise Differs(f"there is something that is no JSON: {rest}") from error
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def _demand_measured(where: str, value: Any) -> None:
    if type(value) is not int or value < 0:
        raise Differs(f"{where} should be a whole number, but is {value!r}")
