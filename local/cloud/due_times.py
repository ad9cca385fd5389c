"""Due times of keys: finds the keys that are due without a look at the others."""

import heapq
import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)

_FEW = 64


class DueTimes(Generic[KeyT]):
    """Keys in the order of their times. A change takes logarithmic time, a look constant time. Thread-safe."""

    def __init__(self) -> None:
        self._times: dict[KeyT, float] = {}
        # It may contain outdated times of keys.
        self._order: list[tuple[float, int, KeyT]] = []
        self._scheduled = 0
        self._lock = threading.Lock()

    def schedule(self, key: KeyT, due: float) -> None:
        """Set the time at which a key is due. It replaces an earlier setting."""
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
        """Remove the time of a key."""
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
