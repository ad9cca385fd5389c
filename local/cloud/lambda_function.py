"""Registered Lambda function, and the count of its running invocations."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

Handler = Callable[[Any, Any], Any]


@dataclass(slots=True)
class LambdaFunction:
    """A handler, its limits, and the number of its running invocations."""

    name: str
    arn: str
    handler: Handler
    timeout_seconds: float
    memory_mb: int
    reserved_concurrency: int | None
    turn: AbstractContextManager[Any]
    """Held while the handler runs."""
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def occupy(self) -> bool:
        """Count one more running invocation; return False if the reserved concurrency is used up."""
        with self._lock:
            if self.reserved_concurrency is not None and self._running >= self.reserved_concurrency:
                return False
            self._running += 1
            return True

    def vacate(self) -> None:
        """Count one running invocation less."""
        with self._lock:
            self._running -= 1
