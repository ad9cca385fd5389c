"""Route selection of an HTTP API, by API Gateway's rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TargetT = TypeVar("TargetT")

_DEFAULT: Final = "$default"
_VARIABLE: Final = re.compile(r"\{(\w+)\}")
_GREEDY: Final = re.compile(r"\{(\w+)\+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Generic[TargetT]):
    """The selected route, and the values of its path variables."""

    key: str
    target: TargetT
    path_parameters: Mapping[str, str]


class RouteTable(Generic[TargetT]):
    """A table of routes by key, such as ``GET /jobs/{job_id}``, ``ANY /files/{path+}`` or ``$default``."""

    def __init__(self, routes: Iterable[tuple[str, TargetT]]) -> None:
        """Make a table from keys and their targets, in any order."""
        self._routes = sorted(routes, key=lambda route: _precedence(route[0]))

    def match(self, method: str, path: str) -> Match[TargetT] | None:
        """Return the most specific route: a full match, then one with a greedy variable, then ``$default``.

        Args:
            method: the request's method.
            path: the request's path, still percent-encoded.
        """
        for key, target in self._routes:
            variables = _variables(key, method, path)
            if variables is not None:
                return Match(key=key, target=target, path_parameters=variables)
        return None


def _precedence(key: str) -> tuple[object, ...]:
    if key == _DEFAULT:
        return (2,)
    method, _, path = key.partition(" ")
    # Literal segments before variables, from the left, and a named method before any.
    segments = tuple(bool(_VARIABLE.fullmatch(segment)) for segment in path.split("/"))
    return (1 if _GREEDY.search(path) else 0, segments, method == "ANY")


def _variables(key: str, method: str, path: str) -> dict[str, str] | None:
    """Return the values of a route's variables in a path; None if the path does not match."""
    if key == _DEFAULT:
        return {}
    route_method, _, route_path = key.partition(" ")
    if route_method not in {method, "ANY"}:
        return None
    wanted, given = route_path.split("/"), path.split("/")
    greedy = _GREEDY.fullmatch(wanted[-1])
    if greedy and len(given) >= len(wanted):
        given = [*given[: len(wanted) - 1], "/".join(given[len(wanted) - 1 :])]
    if len(wanted) != len(given):
        return None
    variables: dict[str, str] = {}
    for pattern, segment in zip(wanted, given, strict=True):
        if variable := _GREEDY.fullmatch(pattern) or _VARIABLE.fullmatch(pattern):
            if not segment:
                return None
            variables[variable[1]] = unquote(segment)
        elif pattern != segment:
            return None
    return variables
