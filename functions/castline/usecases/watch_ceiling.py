"""Measure how much of the deployment's daily ceiling is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.metrics import Metric
from castline.observability import logger, measure
from castline.usage.model import day_of, month_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.usage.repository import UsageRepository


class WatchCeiling:
    """Measures the committed characters of the current day, in percent of the deployment's ceiling."""

    def __init__(self, usage: UsageRepository, *, configured: int | None, now: Callable[[], datetime]) -> None:
        """Store the collaborators.

        Args:
            usage: the usage repository.
            configured: the ceiling if no operator has set another; None for no ceiling.
            now: the clock.
        """
        self._usage = usage
        self._configured = configured
        self._now = now

    def __call__(self) -> None:
        """Write the metric ``DailyCeilingUsed``, unless DynamoDB is temporarily unavailable."""
        now = self._now()
        try:
            ceiling = self._usage.controls().ceiling(self._configured)
            used = self._usage.deployment_month(month_of(now)).day(day_of(now)).committed_characters
        except ServiceUnavailable as error:
            logger.warning("the daily ceiling was not measured", extra={"reason": str(error)})
            return
        measure({Metric.DAILY_CEILING_USED: _percent(used, ceiling)})


def _percent(used: int, ceiling: int | None) -> float:
    if ceiling is None:
        return 0.0
    return 100.0 * used / ceiling if ceiling else 100.0
