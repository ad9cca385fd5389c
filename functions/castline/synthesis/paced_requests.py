"""Requests to a provider: each is sent at a time that was reserved for it, and sent again while it is throttled."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from castline.pacing.repository import Deferral
from castline.speech.errors import (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderThrottled,
    ProviderTimedOut,
    ProviderUnavailable,
    SpeechError,
    VoiceNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from castline.pacing.repository import PaceRepository, ReservedTimes
    from castline.speech.pool import SpeechPool
    from castline.speech.providers.base import SpeechSession
    from castline.synthesis.request_metrics import RequestMetrics

ResultT = TypeVar("ResultT")

_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 2.0
"""The longest random pause before a throttled request is sent again. The pace limits the number of requests."""
_RANDOM: Final = random.SystemRandom()
_STALE_SECONDS: Final = 2.0
"""A reserved time that is unused for this long is discarded, because others have sent requests in the meantime."""
_CHECK_SECONDS: Final = 2.0
"""The time between two checks whether the batch is still wanted.

After a job was stopped, its requests are sent for at most this time.
"""

_FAULTS_OF_RESOURCE: Final = (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderTimedOut,
    ProviderUnavailable,
)
"""Errors whose cause is more likely the resource than the request."""


class OutOfTime(Exception):
    """The time was up before a request was sent, or while it was throttled. Nothing has failed."""


class _Permit(NamedTuple):
    time: float
    reservation: ReservedTimes


class PacedRequests:
    """The requests of one attempt at a batch. Thread-safe."""

    def __init__(
        self,
        pool: SpeechPool,
        pace: PaceRepository,
        *,
        concurrency: int,
        metrics: RequestMetrics,
        seconds_left: Callable[[], float],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Store the collaborators. No time is reserved before the first request.

        Args:
            pool: the resources of the provider.
            pace: the repository that reserves the times of requests.
            concurrency: the number of requests that may be in flight.
            metrics: the counters of requests that were throttled or are sent to another resource.
            seconds_left: a function that returns the time that is left for requests.
            is_wanted: a function that returns whether the batch is still to be spoken. It is called before a request
                if the last call was at least two seconds ago.
        """
        self._pool = pool
        self._pace = pace
        self._concurrency = concurrency
        self._slots = threading.BoundedSemaphore(concurrency)
        self._metrics = metrics
        self._seconds_left = seconds_left
        self._is_wanted = is_wanted
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._expected = 0
        self._permits: deque[_Permit] = deque()
        self._check_at = time.monotonic() + _CHECK_SECONDS

    def expect(self, count: int) -> None:
        """Expect ``count`` more requests, or fewer if it is negative.

        Times are reserved at once for up to ``concurrency`` expected requests.
        """
        with self._lock:
            self._expected += count

    def stop(self) -> None:
        """Send no more requests. Requests that are waiting raise OutOfTime."""
        self._stopped.set()

    def send(self, speak: Callable[[SpeechSession], ResultT], *, requests: int = 1) -> ResultT:
        """Wait for a reserved time, and call ``speak`` with a session of the resource that the time was reserved for.

        A throttled request is sent again. A request whose error may be the fault of its resource is sent to the other
        resources, one after another.

        Args:
            speak: a function that sends the request.
            requests: the number of requests that the service counts for it.

        Raises:
            OutOfTime: the time was up, or the requests were stopped.
            SpeechError: the request has failed with any error but ProviderThrottled.
            CutUncertain: ``speak`` has raised it.
        """
        failed: set[str] = set()
        throttled = 0
        while True:
            with self._slots:
                self._stop_if_unwanted()
                reservation = self._wait_for_turn(requests, failed)
                resource = reservation.resource
                try:
                    return speak(self._pool.session(resource))
                except ProviderThrottled:
                    self._metrics.count_throttled()
                    self._pace.refuse(reservation)
                    throttled += 1
                    self.expect(1)
                except (*_FAULTS_OF_RESOURCE, VoiceNotFound) as error:
                    failed.add(resource)
                    self._go_elsewhere(resource, error, failed)
                    continue
            self._pause(throttled)

    def _go_elsewhere(self, resource: str, error: SpeechError, failed: set[str]) -> None:
        """Record that a request to a resource has failed. Raise ``error`` if no other resource is left."""
        resources = set(self._pool.resources())
        if len(resources) > 1 and isinstance(error, _FAULTS_OF_RESOURCE):
            self._pace.fail(resource)
        if resources <= failed:
            raise error
        self._metrics.count_error(error)
        self.expect(1)

    def _wait_for_turn(self, requests: int, failed: set[str]) -> ReservedTimes:
        """Wait for the reserved time of a request, and return its reservation."""
        permit = [self._take(failed) for _ in range(requests)][-1]
        self._wait(permit.time - time.time())
        return permit.reservation

    def _take(self, failed: set[str]) -> _Permit:
        while True:
            self._wait(0)
            resources = [name for name in self._pool.resources() if name not in failed]
            if not resources:
                raise ProviderUnavailable("there is no other resource any more")
            with self._lock:
                permit = self._take_reserved(resources)
                if permit is not None:
                    self._expected -= 1
                    return permit
                answer = self._pace.reserve(resources, max(1, min(self._concurrency, self._expected)))
                if not isinstance(answer, Deferral):
                    self._permits.extend(_Permit(moment, answer) for moment in answer.times)
                    continue
            self._wait(max(0.0, answer.until - time.time()) + _RANDOM.uniform(0, _FIRST_PAUSE_SECONDS / 2))

    def _take_reserved(self, resources: Sequence[str]) -> _Permit | None:
        """Return a time that is already reserved for one of ``resources``, if any. The caller must hold the lock."""
        oldest = time.time() - _STALE_SECONDS
        while self._permits and self._permits[0].time < oldest:
            self._permits.popleft()
        for permit in self._permits:
            if permit.reservation.resource in resources:
                self._permits.remove(permit)
                return permit
        return None

    def _pause(self, throttled: int) -> None:
        """Wait before a request that was throttled ``throttled`` times is sent again."""
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (throttled - 1))
        self._wait(_RANDOM.uniform(0, longest))

    def _stop_if_unwanted(self) -> None:
        """Stop if the batch is no longer wanted. Check this every ``_CHECK_SECONDS``."""
        with self._lock:
            is_due = time.monotonic() >= self._check_at
            if is_due:
                self._check_at = time.monotonic() + _CHECK_SECONDS
        if is_due and not self._is_wanted():
            self.stop()

    def _wait(self, seconds: float) -> None:
        """Wait for ``seconds``, if there is time for it.

        Raises:
            OutOfTime: less time is left, or the requests were stopped.
        """
        if self._seconds_left() <= max(0.0, seconds) or self._stopped.wait(max(0.0, seconds)):
            raise OutOfTime
