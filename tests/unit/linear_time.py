"""Time that a long text may take: enough for one pass after another, and too little for quadratic time."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

CHARACTERS: Final = 20_000
"""Length of a long text. Users may send 100,000 characters, which take five times as long."""

_LIMIT_SECONDS: Final = 5


def long(pattern: str) -> str:
    """Return a long text of one pattern."""
    return (pattern * (CHARACTERS // len(pattern) + 1))[:CHARACTERS]


@contextmanager
def little_time(of: object) -> Iterator[None]:
    """Demand that what happens takes less than 5 s of this process; ``of`` is named if it takes more.

    Linear time takes about a second on a slow machine that traces each line. Quadratic time takes minutes.
    """
    started = time.process_time()
    yield
    assert time.process_time() - started < _LIMIT_SECONDS, of
