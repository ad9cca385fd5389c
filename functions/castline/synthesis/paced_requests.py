"""Requests to a provider: each at a time that was reserved for it, and again for as long as they are throttled."""

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
"""A throttled request waits at random for up to so long before it is sent again. The pace limits how many do."""
_RANDOM: Final = random.SystemRandom()
_STALE_SECONDS: Final = 2.0
"""A reserved time that was not used for so long is given up: others have sent in the meantime."""
_CHECK_SECONDS: Final = 2.0
"""The time after which a batch looks again whether anybody still wants it: no request of a job is sent for longer
after the job was stopped."""

_FAULTS_OF_RESOURCE: Final = (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderTimedOut,
    ProviderUnavailable,
)
"""Errors that say more about the resource than about the request."""


class OutOfTime(Exception):
    """A request was not sent, or was throttled, until the time for it was up. Nothing has failed."""


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
        """Prepare. Nothing is reserved before the first request.

        Args:
            pool: the resources of the provider.
            pace: gives the times of requests.
            concurrency: how many requests may be in flight.
            metrics: is told of each request that was throttled or is sent to another resource.
            seconds_left: returns the time that is left for requests.
            is_wanted: returns whether the batch is still to be spoken; asked now and then before a request is sent.
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
        """Expect ``count`` more requests, or fewer if it is negative: times for as many are reserved at once."""
        with self._lock:
            self._expected += count

    def stop(self) -> None:
        """Send no more requests; whoever waits is out of time."""
        self._stopped.set()

    def send(self, speak: Callable[[SpeechSession], ResultT], *, requests: int = 1) -> ResultT:
        """Call ``speak`` when its time has come, with the session of the resource whose turn it is.

        A throttled request is sent again. One that fails for what may be the fault of its resource is sent to each of
        the others.

        Args:
            speak: sends the request.
            requests: as how many requests the service counts it.

        Raises:
            OutOfTime: the time was up first.
            SpeechError: any other than ProviderThrottled.
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
        """Note that a resource has failed a request; raise ``error`` if there is no other one."""
        resources = set(self._pool.resources())
        if len(resources) > 1 and isinstance(error, _FAULTS_OF_RESOURCE):
            self._pace.fail(resource)
        if resources <= failed:
            raise error
        self._metrics.count_error(error)
        self.expect(1)

    def _wait_for_turn(self, requests: int, failed: set[str]) -> ReservedTimes:
        """Wait for the time of a request, and return the reservation that it is of."""
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
        """Return a time that is reserved already, of one of ``resources``. The caller holds the lock."""
        oldest = time.time() - _STALE_SECONDS
        while self._permits and self._permits[0].time < oldest:
            self._permits.popleft()
        for permit in self._permits:
            if permit.reservation.resource in resources:
                self._permits.remove(permit)
                return permit
        return None

    def _pause(self, throttled: int) -> None:
        """Wait before a request that was throttled so many times is sent again."""
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (throttled - 1))
        self._wait(_RANDOM.uniform(0, longest))

    def _stop_if_unwanted(self) -> None:
        """Look now and then whether the batch is still to be spoken."""
        with self._lock:
            is_due = time.monotonic() >= self._check_at
            if is_due:
                self._check_at = time.monotonic() + _CHECK_SECONDS
        if is_due and not self._is_wanted():
            self.stop()

    def _wait(self, seconds: float) -> None:
        """Wait, if there is time for it.

        Raises:
            OutOfTime: there is not.
        """
        if self._seconds_left() <= max(0.0, seconds) or self._stopped.wait(max(0.0, seconds)):
            raise OutOfTime
