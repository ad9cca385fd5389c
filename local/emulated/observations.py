"""What a tour of a deployment has seen, and how it ends when something is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass


class NotAsExpected(Exception):
    """Something that must hold does not. The message says what, and what was seen."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was shown."""

    subject: str
    seen: str


def expect(holds: object, what: str, seen: object) -> None:
    """Go on only if something holds.

    Raises:
        NotAsExpected: it does not.
    """
    if not holds:
        raise NotAsExpected(f"{what}; seen: {seen}")
