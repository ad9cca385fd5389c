"""A clock that a test moves by hand."""

from __future__ import annotations


class Ticking:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
