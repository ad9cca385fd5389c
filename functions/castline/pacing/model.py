"""Rules for the pace of requests to one resource of a speech provider. ADR 34 explains the numbers.

The requests to a resource have a schedule: each has a time, ``1 / rate`` after the previous one. A task reserves the
next few times before it sends. If the schedule has fallen behind the clock, requests catch up in a bounded burst. The
rate is set anew for each window of at least a second. It can grow to a multiple of the rate that was actually used,
and it falls to the rate that the resource has accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

WINDOW_SECONDS: Final = 1.0
"""The minimum time for which a rate applies. It exceeds the duration of a request, so that the outcome is known."""
FLOOR: Final = 100.0
"""The rate of a resource after idleness, in requests a second. With the burst, a job of 100 turns begins all its
requests within a tenth of a second of when it would without a limit."""
BURST_SECONDS: Final = 0.64
"""The part of a second's requests that may be sent at once after idleness: 64 requests at the floor."""
GROWTH: Final = 2.0
"""The maximum rate of a window, as a multiple of the rate used in the previous one. If requests grow faster, Azure
refuses some: https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-quotas-and-limits"""
TOLERATED_REFUSALS: Final = 0.1
"""The part of a window's requests that may be refused without lowering the rate. One voice or chance can be the
cause of a few refusals."""
CAUTION_SECONDS: Final = 30.0
"""The time after a decrease in which the rate grows slowly and does not jump to the floor."""
CAUTIOUS_GROWTH: Final = 1.2
"""The factor by which the rate may grow in each second of that time."""
HORIZON_SECONDS: Final = 1.0
"""The maximum time ahead for which times are reserved. Reserved times stay valid when the rate changes."""
_LOWEST_PART: Final = 50
"""At least a fiftieth of the quota is still sent, however many requests are refused, to notice when refusals end."""


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
        """The minimum rate, which refusals cannot lower further."""
        return min(self.floor, max(1.0, self.requests_per_second / _LOWEST_PART))

    def burst_seconds(self, rate: float) -> float:
        """Return how far the schedule may be behind the clock. Burst and rate together stay within the quota."""
        return max(0.0, min(BURST_SECONDS, self.requests_per_second / rate - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The schedule of one resource. Times are in seconds since the epoch."""

    rate: float
    """Requests a second."""
    next_at: float
    """The next free time in the schedule."""
    since: float
    """The time in the schedule from which the rate applies. It identifies the window."""
    reserved: int = 0
    """The number of times that are reserved in this window."""
    refused: int = 0
    """The number of requests of this window that are known to have been refused."""
    decreased_at: float = 0.0
    """The time at which refusals last lowered the rate."""

    @classmethod
    def initial(cls, limit: Limit, now: float) -> Pace:
        """Return the pace of a resource to which no request has been sent yet."""
        return cls(rate=limit.floor, next_at=now - limit.burst_seconds(limit.floor), since=now)

    def at(self, limit: Limit, now: float) -> Pace:
        """Return the pace at ``now``: this one, or that of a new window."""
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
        """Return the earliest time that can be reserved. If it is in the past, the request need not wait."""
        return max(self.next_at, now - limit.burst_seconds(self.rate))

    def reservable(self, count: int) -> int:
        """Return how many of ``count`` times may be reserved at once."""
        return min(count, max(1, int(self.rate * HORIZON_SECONDS)))

    def reserve(self, limit: Limit, count: int, now: float) -> Pace:
        """Return the pace after ``count`` times were reserved, beginning with ``earliest``."""
        return replace(self, next_at=self.earliest(limit, now) + count / self.rate, reserved=self.reserved + count)

    def refuse(self, count: int) -> Pace:
        """Return the pace after the resource has refused ``count`` more requests."""
        return replace(self, refused=self.refused + count)

    def _next_rate(self, limit: Limit, now: float) -> tuple[float, float]:
        """Return the rate of the next window, and the time at which refusals last lowered the rate."""
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
