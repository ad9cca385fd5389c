"""Model of the contention for one item, the usage of the deployment: how many transactions it can take.

Each job writes the item twice, in the transactions that create and end the job. DynamoDB cancels a transaction that
meets another one on the same item, and ``castline.dynamodb.transact`` retries after a random pause. The model has no
other part of DynamoDB: a transaction holds the item for some milliseconds, and a transaction that arrives meanwhile
is cancelled after the same time. AWS does not publish how long it holds an item; a transaction of a few items takes
10 to 20 ms in all.

    python -m benchmarks.hot_item
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from castline.dynamodb import CONFLICT_ATTEMPTS, longest_pause_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Contention:
    """The outcome of transactions that compete for one item."""

    transactions: int
    failed: int
    """The number of transactions that were cancelled at every attempt."""
    waits_seconds: tuple[float, ...]
    """The times that the other transactions took, in ascending order."""
    attempts: int

    def wait_seconds(self, share: float) -> float:
        """Return the time within which ``share`` of the transactions were written."""
        return self.waits_seconds[min(int(len(self.waits_seconds) * share), len(self.waits_seconds) - 1)]


def compete(arrivals_seconds: Sequence[float], *, hold_seconds: float, seed: int = 1) -> Contention:
    """Simulate transactions that compete for one item.

    Args:
        arrivals_seconds: the time of the first attempt of each transaction.
        hold_seconds: the time for which a transaction holds the item, and after which a transaction that meets it is
            cancelled.
        seed: the seed of the random pauses.
    """
    pauses = random.Random(seed)  # noqa: S311 (a model)
    queue = [(arrival, number, 0) for number, arrival in enumerate(arrivals_seconds)]
    heapq.heapify(queue)
    free_at = 0.0
    failed = attempts = 0
    waits: list[float] = []
    while queue:
        now, number, attempt = heapq.heappop(queue)
        attempts += 1
        if now >= free_at:
            free_at = now + hold_seconds
            waits.append(free_at - arrivals_seconds[number])
        elif attempt + 1 == CONFLICT_ATTEMPTS:
            failed += 1
        else:
            again = now + hold_seconds + pauses.uniform(0, longest_pause_seconds(attempt + 1))
            heapq.heappush(queue, (again, number, attempt + 1))
    return Contention(len(arrivals_seconds), failed, tuple(sorted(waits)), attempts)


def burst(count: int) -> list[float]:
    """Return the arrivals of transactions at the same moment."""
    return [0.0] * count


def stream(per_second: float, *, seconds: float = _SECONDS, seed: int = 2) -> list[float]:
    """Return the arrivals of transactions that come independently of each other."""
    gaps = random.Random(seed)  # noqa: S311 (a model)
    arrivals = [0.0]
    while arrivals[-1] < seconds:
        arrivals.append(arrivals[-1] + gaps.expovariate(per_second))
    return arrivals


def main(hold_ms: Annotated[list[float] | None, typer.Option(help="Time for which an item is held.")] = None) -> None:
    """Print how one item takes bursts and streams of transactions."""
    table = Table("held", "transactions", "failed", "median", "99 %", "slowest", "attempts each")
    for hold in hold_ms or (10.0, 20.0):
        for name, arrivals in (
            *((f"{count} at once", burst(count)) for count in (10, 50, 100, 200, 400)),
            *((f"{rate} a second", stream(rate)) for rate in (5, 10, 20, 30, 40, 60)),
        ):
            found = compete(arrivals, hold_seconds=hold / 1000)
            table.add_row(
                f"{hold:.0f} ms",
                name,
                f"{found.failed / found.transactions:.2%}",
                *(f"{found.wait_seconds(share):.2f} s" for share in (0.5, 0.99, 1.0)),
                f"{found.attempts / found.transactions:.1f}",
            )
    Console(width=110).print(table)


if __name__ == "__main__":
    typer.run(main)
