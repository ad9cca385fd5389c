"""Token bucket: a limit on the rate of requests."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenBucket:
    """A bucket that starts full and is refilled steadily; each request takes a token. Thread-safe."""

    def __init__(
        self, per_second: float, burst: float | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Fill the bucket.

        Args:
            per_second: the tokens that are added each second.
            burst: the maximum number of tokens; by default those of one second, and at least one.
            clock: returns the time in seconds.
        """
        self.refusals = 0
        """The number of times that no token was available."""
        self._clock = clock
        self._lock = threading.Lock()
        self._per_second = per_second
        self._burst = max(per_second, 1.0) if burst is None else burst
        self._tokens, self._at = self._burst, clock()

    def take(self) -> bool:
        """Take a token; return False if there is none."""
        with self._lock:
            self._refill()
            if self._tokens < 1:
                self.refusals += 1
                return False
            self._tokens -= 1
            return True

    @property
    def wait_seconds(self) -> float:
        """Return the time until there is a token: 0 if there is one."""
        with self._lock:
            self._refill()
            return max(0.0, (1 - self._tokens) / self._per_second)

    def change(self, per_second: float, burst: float) -> None:
        """Refill at another rate from now on. Tokens above the new burst are lost."""
        with self._lock:
            self._refill()
            self._per_second, self._burst = per_second, burst
            self._tokens = min(self._burst, self._tokens)

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
