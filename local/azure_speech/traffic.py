"""What the emulator was asked for, and how much of it at the same time."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMEMBERED_REQUESTS = 10_000


@dataclass(slots=True)
class RequestRecord:
    """One request for speech."""

    connection_id: str
    ssml: str
    in_flight: int
    """How many requests were being answered when this one arrived, itself included."""
    voice: str = ""
    """The short name of the first voice, once the SSML has been read."""
    outcome: str = "in flight"
    """``in flight``, ``completed``, ``client left``, or what was done to it, such as ``closed 1007``."""


class Traffic:
    """Counts requests and remembers the latest ones. Thread-safe."""

    def __init__(self) -> None:
        """Start from nothing."""
        self._lock = threading.Lock()
        self._requests: deque[RequestRecord] = deque(maxlen=_REMEMBERED_REQUESTS)
        self._in_flight = 0
        self._peak_in_flight = 0
        self._connection_count = 0

    @property
    def requests(self) -> list[RequestRecord]:
        """The latest requests, oldest first."""
        with self._lock:
            return list(self._requests)

    @property
    def in_flight(self) -> int:
        """How many requests are being answered now."""
        return self._in_flight

    @property
    def peak_in_flight(self) -> int:
        """How many requests were being answered at the same time, at most."""
        return self._peak_in_flight

    @property
    def connection_count(self) -> int:
        """How many connections have been opened."""
        return self._connection_count

    def count_connection(self) -> None:
        """Count a connection that has been opened."""
        with self._lock:
            self._connection_count += 1

    @contextmanager
    def request(self, connection_id: str, ssml: str) -> Iterator[RequestRecord]:
        """Count a request as in flight while the block runs."""
        with self._lock:
            self._in_flight += 1
            self._peak_in_flight = max(self._peak_in_flight, self._in_flight)
            record = RequestRecord(connection_id, ssml, self._in_flight)
            self._requests.append(record)
        try:
            yield record
        finally:
            with self._lock:
                self._in_flight -= 1
