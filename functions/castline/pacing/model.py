"""Rules by which requests to one resource of a speech provider follow each other. ADR 34 explains the numbers.

The requests of a resource have a schedule: each has a time, ``1 / rate`` after the one before. Who wants to send
reserves the next few times of it. A schedule that has fallen behind the clock is caught up with a burst, but only so
far. The rate is decided anew for each window of at least a second: it may grow to a multiple of what was really used
of it, and falls to what the resource has accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

WINDOW_SECONDS: Final = 1.0
"""The shortest time for which a rate holds: longer than a request takes, so that it is known how it was received."""
FLOOR: Final = 100.0
"""The rate, in requests a second, from which a resource starts after idleness. With the burst, it lets a job of 100
turns begin all its requests within a tenth of a second of when it would without a limit."""
BURST_SECONDS: Final = 0.64
"""The part of a second's requests that may be sent at once after idleness: 64 at the floor."""
GROWTH: Final = 2.0
"""The highest rate of a window, as a multiple of what the window before has used. Azure refuses more for a while:
https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-quotas-and-limits"""
TOLERATED_REFUSALS: Final = 0.1
"""The part of a window's requests that may be refused without slowing the others down: they may be the fault of one
voice, or of chance."""
CAUTION_SECONDS: Final = 30.0
"""The time after a decrease in which the rate grows slowly, and does not jump to the floor."""
CAUTIOUS_GROWTH: Final = 1.2
"""The growth of the rate in a second of that time."""
HORIZON_SECONDS: Final = 1.0
"""The longest time ahead for which requests get their times. They keep them when the rate changes."""
_LOWEST_PART: Final = 50
"""Under any number of refusals, a fiftieth of the quota goes on being sent, so that their end is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The limit of one resource."""

    requests_per_second: float
    """The quota of the resource."""

    @property
    def floor(self) -> float:
        """The rate after idleness."""
        return min(FLOOR, self.requests_per_second / 2)

    @property
    def lowest(self) -> float:
        """The rate that refusals do not fall below."""
        return min(self.floor, max(1.0, self.requests_per_second / _LOWEST_PART))

    def burst_seconds(self, rate: float) -> float:
        """Return how far the schedule may be behind the clock: burst and rate together stay within the quota."""
        return max(0.0, min(BURST_SECONDS, self.requests_per_second / rate - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The schedule of one resource. Times are in seconds since the epoch."""

    rate: float
    """Requests a second."""
    next_at: float
    """The time that the next request gets, if the clock has come to it."""
    since: float
    """The time in the schedule from which on the rate holds. It identifies the window."""
    reserved: int = 0
    """The requests that have got times in this window."""
    refused: int = 0
    """Those of them that the resource has refused, as far as is known."""
    decreased_at: float = 0.0
    """The time at which refusals have last lowered the rate."""

    @classmethod
    def initial(cls, limit: Limit, now: float) -> Pace:
        """Return the pace of a resource that nothing has been sent to."""
        return cls(rate=limit.floor, next_at=now - limit.burst_seconds(limit.floor), since=now)

    def at(self, limit: Limit, now: float) -> Pace:
        """Return the pace that holds now: this one, or that of a new window."""
        if now < self.since + WINDOW_SECONDS:
            return self
        rate, decreased_at = self._next_rate(limit, now)
        return Pace(
            rate=rate,
            next_at=max(self.next_at, now - limit.burst_seconds(rate)),
            since=max(self.next_at, now),
            decreased_at=decreased_at,
        )

    def earliest(self, limit: Limit, now: float) -> float:
        """Return the time in the schedule that a request can get; if it is in the past, the request need not wait."""
        return max(self.next_at, now - limit.burst_seconds(self.rate))

    def reservable(self, count: int) -> int:
        """Return how many of ``count`` requests may get their times at once."""
        return min(count, max(1, int(self.rate * HORIZON_SECONDS)))

    def reserve(self, limit: Limit, count: int, now: float) -> Pace:
        """Return the pace after ``count`` requests have got their times, from ``earliest`` on."""
        return replace(self, next_at=self.earliest(limit, now) + count / self.rate, reserved=self.reserved + count)

    def refuse(self, count: int) -> Pace:
        """Return the pace after the resource has refused ``count`` more requests."""
        return replace(self, refused=self.refused + count)

    def _next_rate(self, limit: Limit, now: float) -> tuple[float, float]:
        """Return the rate of the next window, and the time at which refusals have last lowered it."""
        rate, decreased_at = self.rate, self.decreased_at
        seconds = max(self.next_at, now) - self.since
        highest = max(limit.floor, GROWTH * self.reserved / seconds)
        if self.refused > TOLERATED_REFUSALS * self.reserved:
            rate = max(limit.lowest, rate * max(0.5, 1 - self.refused / max(self.reserved, 1)))
            decreased_at = min(now, max(self.next_at, self.since + WINDOW_SECONDS))
            seconds = now - decreased_at
        elif self.refused:
            seconds = 0.0
        if now < decreased_at + CAUTION_SECONDS or not seconds:
            highest = min(highest, rate * CAUTIOUS_GROWTH**seconds)
        return min(limit.requests_per_second, highest), decreased_at
