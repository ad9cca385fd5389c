"""Comparison of a reservation with the quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.usage.errors import QuotaExceeded
from castline.usage.model import Quota, day_resets_at, month_resets_at

if TYPE_CHECKING:
    from castline.usage.model import MonthOfUsage, Quotas, Reservation


def exceeded(
    reservation: Reservation, quotas: Quotas, *, own: MonthOfUsage, everybody: MonthOfUsage
) -> QuotaExceeded | None:
    """Return the refusal of a reservation that exceeds a quota; None if it fits. An empty reservation always fits.

    Args:
        reservation: the characters, and the day that they count for.
        quotas: the quotas to compare with.
        own: the user's usage in the month of that day.
        everybody: the usage of all users in that month.
    """
    if not reservation.characters:
        return None
    day, month = reservation.day, reservation.day[:7]
    for quota, usage, limit, resets_at in (
        (Quota.USER_MONTH, own.total, quotas.user_per_month, month_resets_at(month)),
        (Quota.USER_DAY, own.day(day), quotas.user_per_day, day_resets_at(day)),
        (Quota.DEPLOYMENT_DAY, everybody.day(day), quotas.deployment_per_day, day_resets_at(day)),
    ):
        used = usage.committed_characters
        if limit is not None and used + reservation.characters > limit:
            return QuotaExceeded(quota=quota, used=used, limit=limit, resets_at=resets_at)
    return None
