"""Simulation of tasks that send requests to one resource of a speech provider, with and without a pace.

The pace is the product's own (``castline.pacing.model``), and the provider's limits are the emulator's
(``local.azure_speech.throttling``). A request takes 0.3 s; a refused request takes 0.05 s. Without a pace, a task
sends a request whenever it has fewer than eight in flight. Refused requests are sent again after a random pause.

    python -m benchmarks.pacing
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from castline.pacing.model import HORIZON_SECONDS, Limit, Pace
from local.azure_speech.throttling import Throttle, Throttling

if TYPE_CHECKING:
    from collections.abc import Callable

_IN_FLIGHT: Final = 8
_BATCH: Final = 16
_SPOKEN_SECONDS: Final = 0.3
_REFUSED_SECONDS: Final = 0.05
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 2.0
_LIMIT: Final = Limit(requests_per_second=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of a simulation."""

    seconds: float
    sent: int
    refused: int
    reservations: int

    @property
    def refused_share(self) -> float:
        """Return the share of requests that were refused."""
        return self.refused / self.sent


class Simulation:
    """Tasks that synthesize batches until all requests are answered."""

    def __init__(self, *, requests: int, tasks: int, throttling: Throttling | None, paced: bool, seed: int) -> None:
        """Prepare a simulation; ``throttling`` is None for a provider without limits."""
        self._now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._ordinals = count()
        self._chance = random.Random(seed)  # noqa: S311 (chance, not secrecy)
        self._throttle = Throttle(throttling, clock=lambda: self._now) if throttling is not None else None
        self._pace = Pace.initial(_LIMIT, 0.0) if paced else None
        self._unassigned = requests
        self._sent = self._refused = self._reservations = 0
        self._tasks = [_Task() for _ in range(tasks)]

    def run(self) -> Outcome:
        """Run to the end."""
        for task in self._tasks:
            self._go_on(task)
        while self._events:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
        return Outcome(seconds=self._now, sent=self._sent, refused=self._refused, reservations=self._reservations)

    def _at(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (max(seconds, self._now), next(self._ordinals), happen))

    def _go_on(self, task: _Task) -> None:
        if not task.waiting and not task.in_flight and not task.pausing and self._unassigned:
            assigned = min(_BATCH, self._unassigned)
            self._unassigned -= assigned
            task.waiting = [0] * assigned
        while task.waiting and task.in_flight < _IN_FLIGHT:
            task.in_flight += 1
            self._take_turn(task, task.waiting.pop())

    def _take_turn(self, task: _Task, refusals: int) -> None:
        if self._pace is None:
            self._at(self._now, lambda: self._send(task, refusals, 0.0))
            return
        if not task.times:
            pace = self._pace = self._pace.at(_LIMIT, self._now)
            first_at = pace.earliest(_LIMIT, self._now)
            if first_at > self._now + HORIZON_SECONDS:
                again_at = first_at - HORIZON_SECONDS + self._chance.uniform(0, _FIRST_PAUSE_SECONDS / 2)
                self._at(again_at, lambda: self._take_turn(task, refusals))
                return
            got = pace.reservable(min(_IN_FLIGHT, len(task.waiting) + 1))
            task.times = [(first_at + number / pace.rate, pace.since) for number in range(got)]
            self._pace = pace.reserve(_LIMIT, got, self._now)
            self._reservations += 1
        seconds, window = task.times.pop(0)
        self._at(seconds, lambda: self._send(task, refusals, window))

    def _send(self, task: _Task, refusals: int, window: float) -> None:
        self._sent += 1
        if self._throttle is not None and self._throttle.refusal_of_request() is not None:
            self._at(self._now + _REFUSED_SECONDS, lambda: self._refuse(task, refusals + 1, window))
        else:
            self._at(self._now + _SPOKEN_SECONDS, lambda: self._end(task))

    def _refuse(self, task: _Task, refusals: int, window: float) -> None:
        self._refused += 1
        if self._pace is not None and self._pace.since == window:
            self._pace = self._pace.refuse(1)
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** (refusals - 1))
        task.pausing += 1
        self._at(self._now + self._chance.uniform(0, longest), lambda: self._wake(task, refusals))
        self._end(task)

    def _wake(self, task: _Task, refusals: int) -> None:
        task.pausing -= 1
        task.waiting.append(refusals)
        self._go_on(task)

    def _end(self, task: _Task) -> None:
        task.in_flight -= 1
        self._go_on(task)


class _Task:
    """A task: the waiting requests of its batch, each as the number of its refusals, and its reserved times."""

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.in_flight = 0
        self.pausing = 0
        self.times: list[tuple[float, float]] = []


def simulate(*, requests: int, tasks: int, throttling: Throttling | None, paced: bool, seed: int = 0) -> Outcome:
    """Return the outcome of ``requests`` requests, in batches of 16, that ``tasks`` tasks send."""
    return Simulation(requests=requests, tasks=tasks, throttling=throttling, paced=paced, seed=seed).run()


PROVIDERS: Final = {
    "no limit": None,
    "120 a second": Throttling(requests_per_second=120, growth=None),
    "200 a second, growing": Throttling(),
}
"""The limits of the provider, by their name in the table."""
CROWDS: Final = ((2, 1), (100, 7), (1_000, 10), (5_000, 20))
"""Pairs of a number of requests and the number of tasks that send them."""


def main() -> None:
    """Print the outcome for each provider and crowd, with and without a pace."""
    table = Table("provider", "requests", "tasks", "paced", "seconds", "refused", "reservations")
    for name, throttling in PROVIDERS.items():
        for requests, tasks in CROWDS:
            for paced in (False, True):
                outcome = simulate(requests=requests, tasks=tasks, throttling=throttling, paced=paced)
                table.add_row(
                    name,
                    f"{requests:,}",
                    str(tasks),
                    "yes" if paced else "no",
                    f"{outcome.seconds:.2f}",
                    f"{outcome.refused_share:.0%}",
                    f"{outcome.reservations:,}",
                )
    Console().print(table)


if __name__ == "__main__":
    main()
