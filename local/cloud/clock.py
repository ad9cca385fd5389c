"""Clock of the local cloud: the one place where its time is scaled or moved."""

import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that scales the waits of a state machine, and moves the date for retention.

    Args:
        wait_scale: Factor on Retry delays and Wait states: 0.01 makes 5 s of waiting 50 ms.
        timeout_scale: Factor on `TimeoutSeconds` of tasks and state machines, and on Lambda time-outs.
    """

    def __init__(self, *, wait_scale: float = 1.0, timeout_scale: float = 1.0) -> None:
        self._wait_scale = wait_scale
        self._timeout_scale = timeout_scale
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._retry_delays_seconds: dict[str, list[float]] = defaultdict(list)

    def now(self) -> datetime:
        """Return the local cloud's date in UTC, for TTL, lifecycle rules and presigned URLs."""
        return datetime.now(UTC) + self._offset

    def advance(self, delta: timedelta) -> None:
        """Move the date forward. Timers, such as that of a Retry, are not affected."""
        with self._lock:
            self._offset += delta

    def scale_wait(self, seconds: float) -> float:
        """Return the real time to wait when the state machine says `seconds`."""
        return seconds * self._wait_scale

    def scale_timeout(self, seconds: float) -> float:
        """Return the real time to allow when a state machine or a function says `seconds`."""
        return seconds * self._timeout_scale

    def record_retry(self, execution_arn: str, delay_seconds: float) -> None:
        """Record that an execution waits `delay_seconds`, not scaled, before it retries a state."""
        with self._lock:
            self._retry_delays_seconds[execution_arn].append(delay_seconds)

    def retry_delays_seconds(self, execution_arn: str) -> list[float]:
        """Return the delays before all retries of this execution so far, in order, not scaled: `[5, 10, 20]`."""
        with self._lock:
            return list(self._retry_delays_seconds.get(execution_arn, ()))
