"""Room for deep calls, so that Python does not map and unmap memory for each of them.

Python 3.11 keeps the frames of a thread in chunks of 16 KB. A call that does not fit maps a new chunk, and its return
unmaps the chunk. Where a loop makes such calls, they take most of the time. Requests to moto are deep enough for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Thread
from typing import ParamSpec, TypeVar
from unittest.mock import patch

_P = ParamSpec("_P")
_R = TypeVar("_R")

_SLOTS = 35_000
"""Slots of 8 bytes in a frame that gets a chunk of 512 KB, which leaves room for hundreds of other frames."""


def with_room(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function that calls ``function`` with room for the frames of deep calls."""

    @wraps(function)
    def call(*args: _P.args, **options: _P.kwargs) -> _R:
        return function(*args, **options)

    call.__code__ = call.__code__.replace(co_stacksize=_SLOTS)  # type: ignore[attr-defined]
    return call


@contextmanager
def threads_with_room() -> Iterator[None]:
    """Give room to the threads that start while the context lasts."""
    with patch.object(Thread, "run", with_room(Thread.run)):
        yield
