"""Handler of the reconciler's schedule: repairs what other events have missed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Reconcile the jobs, slots, tickets and previews that are due, and measure the daily ceiling.

    Returns:
        The number of actions of each kind.
    """

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    report = composition.reconcile_jobs()(time_left)
    composition.refill_tickets()()
    report |= composition.settle_previews()()
    composition.watch_ceiling()()
    return report
