"""Local stack that the modules of a package share: it takes a second to start, and a process holds one at a time."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from local.speech_emulators import EMULATORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from local.stack import LocalStack


class SharedStack:
    """A stack that is started when a module needs it, and stopped for a module that starts one of its own."""

    def __init__(self, start: Callable[..., LocalStack]) -> None:
        """Use ``start``, which starts a stack with options. The shared one has every provider's emulator."""
        self._start = start
        self._running: LocalStack | None = None

    def start(self) -> LocalStack:
        """Return the stack, which runs from now on."""
        if self._running is None:
            self._running = self._start(more_providers=tuple(EMULATORS))
        return self._running

    def stop(self) -> None:
        """Stop the stack if it runs."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    @contextmanager
    def replaced(self) -> Iterator[Callable[..., LocalStack]]:
        """Stop the stack, and yield a function that starts others with their options, until the context ends."""
        self.stop()
        with ExitStack() as running:

            def start(**options: Any) -> LocalStack:
                stack = self._start(**options)
                running.callback(stack.stop)
                return stack

            yield start
