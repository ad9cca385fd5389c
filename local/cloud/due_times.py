"""Times at which keys are due, so that nobody has to look at what is not due yet."""

import heapq
import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)

_FEW = 64


class DueTimes(Generic[KeyT]):
    """Keys in the order of their times. A change costs the logarithm of their number, a look nothing. Thread-safe."""

    def __init__(self) -> None:
        self._times: dict[KeyT, float] = {}
        # May hold times that keys no longer have.
        self._order: list[tuple[float, int, KeyT]] = []
        self._scheduled = 0
        self._lock = threading.Lock()

    def schedule(self, key: KeyT, due: float) -> None:
        """Let a key be due at a time, in place of any earlier one."""
        with self._lock:
            if self._times.get(key) == due:
                return
            self._times[key] = due
            self._scheduled += 1
            heapq.heappush(self._order, (due, self._scheduled, key))
            if len(self._order) > 2 * len(self._times) + _FEW:
                self._order = [(time, number, each) for number, (each, time) in enumerate(self._times.items())]
                heapq.heapify(self._order)

    def forget(self, key: KeyT) -> None:
        """Let a key never be due."""
        with self._lock:
            self._times.pop(key, None)

    def take(self, now: float) -> list[KeyT]:
        """Return the keys that were due before `now`, the earliest first, and forget them."""
        taken = []
        with self._lock:
            while self._order and self._order[0][0] < now:
                due, _, key = heapq.heappop(self._order)
                if self._times.get(key) == due:
                    del self._times[key]
                    taken.append(key)
        return taken
