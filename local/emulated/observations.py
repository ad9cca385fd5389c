"""Observations of a tour of a deployment, and the error when one is not as expected."""

from __future__ import annotations

from dataclasses import dataclass


class NotAsExpected(Exception):
    """An expectation does not hold. The message says which, and what was seen."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A property that was shown to hold."""

    subject: str
    seen: str


def expect(holds: object, what: str, seen: object) -> None:
    """Raise unless ``holds`` is true.

    Raises:
        NotAsExpected: ``holds`` is false.
    """
    if not holds:
        raise NotAsExpected(f"{what}; seen: {seen}")
