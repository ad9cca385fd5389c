"""Reacts to the clock: puts right what everything else has missed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Reconcile what is due: jobs, slots, tickets and previews; and measure the daily ceiling.

    Returns:
        How often each thing was done.
    """

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    report = composition.reconcile_jobs()(time_left)
    composition.refill_tickets()()
    report |= composition.settle_previews()()
    composition.watch_ceiling()()
    return report
