"""Rate limits of a Speech resource and of its voices.

A resource has a quota of requests per second. Below the quota, Azure adds machines when the load grows, and refuses
requests until the machines are ready: "your current workload is 5 TPS. The next second, you increase the load to 20
TPS […] Some of the requests get response code 429"
(https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-quotas-and-limits). Azure does not
document how fast it adds machines. Here, the highest rate is a multiple of the mean rate of the last seconds.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from local.azure_speech.voices import VOICES
from local.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttling:
    """The limits of a Speech resource, in requests per second. The defaults are those of the tier S0."""

    requests_per_second: float = 200.0
    """The quota."""
    growth: float | None = 2.0
    """The highest rate, as a multiple of the mean rate of the last seconds; None for the whole quota at any time."""
    floor: float = 10.0
    """The rate that is always admitted. Growth begins from this rate."""
    memory_seconds: float = 5.0
    """The time constant of the mean. With a growth of 2, the admitted rate doubles in 0.7 time constants at best."""
    burst_seconds: float = 0.5
    """The size of a burst: the number of seconds whose requests may arrive at once."""
    voices: Mapping[str, float] = field(default_factory=dict)
    """The limits of single voices by short name, within that of the resource."""

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: one is not positive, or there is no such voice.
        """
        numbers = (self.requests_per_second, self.floor, self.memory_seconds, self.burst_seconds)
        if not all(number > 0 for number in (*numbers, *self.voices.values())) or (self.growth or 1) <= 0:
            raise ValueError("limits must be more than 0")
        if unknown := self.voices.keys() - VOICES.keys():
            raise ValueError(f"there is no voice {', '.join(sorted(unknown))}")


class Refusal(StrEnum):
    """The reason for which a request is throttled."""

    RAMP = "ramp"
    QUOTA = "quota"
    VOICE = "voice"
    IN_FLIGHT = "in flight"


class Throttle:
    """The limits of one resource, and how much of them is used. It serves one thread."""

    def __init__(self, throttling: Throttling, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start as if there had been no requests for a long time; ``clock`` returns the time in seconds."""
        self._throttling = throttling
        self._clock = clock
        self._mean_rate = 0.0
        self._mean_at = clock()
        rate = self._admitted_rate()
        self._resource = TokenBucket(rate, self._burst(rate), clock=clock)
        self._voices = {
            name: TokenBucket(limit, self._burst(limit), clock=clock) for name, limit in throttling.voices.items()
        }

    def refusal_of_connection(self) -> Refusal | None:
        """Return why a connection is refused; None if it may be opened. Only its requests use up some of the rate."""
        rate = self._admitted_rate()
        self._resource.change(rate, self._burst(rate))
        return self._reason(rate) if self._resource.wait_seconds else None

    def refusal_of_request(self) -> Refusal | None:
        """Return why a request is refused; None if it is admitted. An admitted request uses up some of the rate."""
        rate = self._admitted_rate()
        self._resource.change(rate, self._burst(rate))
        if not self._resource.take():
            return self._reason(rate)
        self._mean_rate += 1 / self._throttling.memory_seconds
        return None

    def refusal_of_voices(self, names: Iterable[str]) -> Refusal | None:
        """Return why an admitted request is refused because of its voices; None if it is not refused."""
        limited = (self._voices[name] for name in names if name in self._voices)
        return None if all(bucket.take() for bucket in limited) else Refusal.VOICE

    def _admitted_rate(self) -> float:
        """Update the mean of the admitted rate, and return the rate that is admitted now."""
        limits, now = self._throttling, self._clock()
        self._mean_rate *= math.exp((self._mean_at - now) / limits.memory_seconds)
        self._mean_at = now
        if limits.growth is None:
            return limits.requests_per_second
        return min(limits.requests_per_second, max(limits.floor, limits.growth * self._mean_rate))

    def _burst(self, rate: float) -> float:
        return max(1.0, rate * self._throttling.burst_seconds)

    def _reason(self, rate: float) -> Refusal:
        return Refusal.QUOTA if rate >= self._throttling.requests_per_second else Refusal.RAMP
