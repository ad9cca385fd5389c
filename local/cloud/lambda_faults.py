"""Faults that a test injects into Lambda functions: pauses and errors."""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Fault(NamedTuple):
    """An exception to raise in place of the handler, or after it if `after_effect`."""

    exception: Exception
    after_effect: bool


class Pause:
    """A pause that holds the invocations of one function."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait_until_reached(self, timeout_seconds: float = 60.0) -> None:
        """Wait until an invocation is held.

        Raises:
            TimeoutError: No invocation came within `timeout_seconds`.
        """
        if not self._reached.wait(timeout_seconds):
            raise TimeoutError("no invocation reached the pause")

    def hold(self) -> None:
        """Block the calling invocation until the pause is released."""
        self._reached.set()
        self._released.wait()

    def release(self) -> None:
        """Let all present and future invocations continue."""
        self._released.set()


class LambdaFaults:
    """The planned faults of each function, by its name."""

    def __init__(self) -> None:
        self._pauses: dict[str, Pause] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)

    @contextmanager
    def pause(self, name: str) -> Iterator[Pause]:
        """Hold all invocations of a function while the context lasts; a function has at most one pause."""
        pause = self._pauses[name] = Pause()
        try:
            yield pause
        finally:
            del self._pauses[name]
            pause.release()

    def fail_next(self, name: str, fault: Fault, times: int) -> None:
        """Make the next `times` invocations of a function fail."""
        self._faults[name].extend([fault] * times)

    def hold(self, name: str) -> None:
        """Block an invocation of `name` while that function is paused."""
        if pause := self._pauses.get(name):
            pause.hold()

    def take(self, name: str) -> Fault | None:
        """Return the fault of the invocation of `name` that is now starting, and remove it from the plan."""
        try:
            return self._faults[name].popleft()
        except IndexError:
            return None

    def release_all(self) -> None:
        """End every pause."""
        for pause in list(self._pauses.values()):
            pause.release()
