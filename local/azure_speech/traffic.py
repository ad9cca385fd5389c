"""Traffic of the emulator: the requests so far, and the number of them in flight."""

from __future__ import annotations

import threading
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure_speech.throttling import Refusal

_REMEMBERED_REQUESTS = 10_000


@dataclass(slots=True)
class RequestRecord:
    """One request for speech."""

    connection_id: str
    ssml: str
    in_flight: int
    """The number of requests in flight when this one arrived, itself included."""
    voice: str = ""
    """The short name of the first voice, once the SSML has been parsed."""
    outcome: str = "in flight"
    """The outcome: ``in flight``, ``completed``, ``client left``, or the fault, such as ``closed 1007``."""


class Traffic:
    """A count of requests, and a record of the latest ones. Thread-safe."""

    def __init__(self) -> None:
        """Start with no requests."""
        self._lock = threading.Lock()
        self._requests: deque[RequestRecord] = deque(maxlen=_REMEMBERED_REQUESTS)
        self._in_flight = 0
        self._peak_in_flight = 0
        self._connection_count = 0
        self._refusals: Counter[Refusal] = Counter()

    @property
    def requests(self) -> list[RequestRecord]:
        """Return the latest requests, oldest first."""
        with self._lock:
            return list(self._requests)

    @property
    def in_flight(self) -> int:
        """Return the number of requests in flight."""
        return self._in_flight

    @property
    def peak_in_flight(self) -> int:
        """Return the highest number of requests that were in flight at once."""
        return self._peak_in_flight

    @property
    def connection_count(self) -> int:
        """Return the number of connections that have been opened."""
        return self._connection_count

    @property
    def refusals(self) -> Counter[Refusal]:
        """Return the number of throttled requests by reason, including connections that were being opened.

        Ordered faults are not counted.
        """
        with self._lock:
            return self._refusals.copy()

    def count_refusal(self, reason: Refusal) -> None:
        """Count a request, or a connection being opened for one, that is throttled."""
        with self._lock:
            self._refusals[reason] += 1

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
