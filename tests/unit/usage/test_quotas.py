"""Comparison of a reservation with the quotas."""

from __future__ import annotations

from decimal import Decimal

import pytest

from castline.usage.model import Figures, MonthOfUsage, Quota, Quotas, Reservation
from castline.usage.quotas import exceeded

DAY, OTHER_DAY = "2026-01-20", "2026-01-19"


def reservation(characters: int) -> Reservation:
    return Reservation(day=DAY, characters=characters, price_per_million=Decimal(16))


def usage(*, today: int, before: int = 0) -> MonthOfUsage:
    """Return usage of a month with characters committed on the day, and on one before it."""
    days = {OTHER_DAY: Figures(committed_characters=before), DAY: Figures(committed_characters=today)}
    return MonthOfUsage(month="2026-01", total=Figures(committed_characters=today + before), days=days)


def test_a_reservation_that_is_one_character_too_large_is_refused() -> None:
    for quotas, quota, used in [
        (Quotas(user_per_day=12), Quota.USER_DAY, 10),
        (Quotas(user_per_month=17), Quota.USER_MONTH, 15),
        (Quotas(deployment_per_day=32), Quota.DEPLOYMENT_DAY, 30),
        # Of several, the one that resets last, and the user's own before the deployment's
        (Quotas(user_per_day=0, user_per_month=0, deployment_per_day=0), Quota.USER_MONTH, 15),
        (Quotas(user_per_day=0, deployment_per_day=0), Quota.USER_DAY, 10),
    ]:
        refused = exceeded(reservation(3), quotas, own=usage(today=10, before=5), everybody=usage(today=30))

        assert refused is not None
        assert (refused.quota, refused.used) == (quota, used)


@pytest.mark.parametrize(
    "quotas",
    [Quotas(), Quotas(user_per_day=13, user_per_month=18, deployment_per_day=33)],
    ids=["unlimited", "exact"],
)
def test_a_reservation_that_fits_is_not_refused(quotas: Quotas) -> None:
    own, everybody = usage(today=10, before=5), usage(today=30)

    assert exceeded(reservation(3), quotas, own=own, everybody=everybody) is None


def test_a_job_that_reserves_nothing_always_fits() -> None:
    quotas = Quotas(user_per_day=0, user_per_month=0, deployment_per_day=0)

    assert exceeded(reservation(0), quotas, own=usage(today=10), everybody=usage(today=30)) is None
