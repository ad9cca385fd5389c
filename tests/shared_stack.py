"""Local stack that the modules of a package share: it takes a second to start, and a process holds one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack


class SharedStack:
    """A stack that is started when a module needs it, and stopped for a module that starts one of its own."""

    def __init__(self, start: Callable[[], LocalStack]) -> None:
        self._start = start
        self._running: LocalStack | None = None

    def start(self) -> LocalStack:
        """Return the stack, which runs from now on."""
        if self._running is None:
            self._running = self._start()
        return self._running

    def stop(self) -> None:
        """Stop the stack if it runs."""
        if self._running is not None:
            self._running.stop()
            self._running = None
