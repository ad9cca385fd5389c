"""Reacts to the clock: puts right what everything else has missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 10_000
"""Time left in the invocation at which no further job is begun."""


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Reconcile every open job and every taken slot, and measure the daily ceiling.

    Returns:
        How often each thing was done.
    """
    report = composition.reconcile_jobs()(lambda: context.get_remaining_time_in_millis() >= _RESERVE_MS)
    composition.watch_ceiling()()
    return report
