"""Figures, limits, periods and prices of usage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from castline.usage.model import (
    UNSET,
    Controls,
    Figures,
    LimitChanges,
    Limits,
    Reservation,
    cost_micros,
    day_of,
    day_resets_at,
    month_of,
    month_resets_at,
)

CHARACTERS = st.integers(0, 10**9)
PRICES = st.decimals(0, 1_000, places=3)


def test_a_price_is_rounded_half_up_to_millionths() -> None:
    for characters, price, micros in [
        (0, "16", 0), (1, "16", 16), (1_000_000, "16", 16_000_000), (1, "0.4", 0),
        (1, "0.5", 1),  # half up
        (3, "0.5", 2), (7, "4.8", 34), (10**9, "999.999", 999_999_000_000),
    ]:  # fmt: skip
        assert cost_micros(characters, Decimal(price)) == micros


@given(reserved=CHARACTERS, billed=CHARACTERS, late=CHARACTERS, price=PRICES)
def test_a_job_adds_exactly_what_it_has_billed(reserved: int, billed: int, late: int, price: Decimal) -> None:
    job = Reservation(day="2026-01-20", characters=reserved, price_per_million=price)

    ended = job.figures + job.settled(billed, audio_ms=5)
    settled = ended + job.corrected(billed, billed + late)

    assert job.figures == Figures(committed_characters=reserved, jobs=1)
    assert job.figures.reserved_characters == reserved
    assert (ended.billed_characters, ended.committed_characters, ended.reserved_characters) == (billed, billed, 0)
    assert ended.cost_micros == cost_micros(billed, price)
    assert settled == Figures(
        billed_characters=billed + late,
        committed_characters=billed + late,
        jobs=1,
        audio_ms=5,
        cost_micros=cost_micros(billed + late, price),
    )
    assert job.figures + -job.figures == Figures()


def test_days_and_months_are_those_of_utc() -> None:
    for moment, day, month, day_end, month_end in [
        ("2026-01-20T10:30:00+00:00", "2026-01-20", "2026-01", (2026, 1, 21), (2026, 2, 1)),
        ("2026-01-31T23:59:59+00:00", "2026-01-31", "2026-01", (2026, 2, 1), (2026, 2, 1)),
        ("2026-12-31T12:00:00+00:00", "2026-12-31", "2026-12", (2027, 1, 1), (2027, 1, 1)),
        ("2028-02-28T12:00:00+00:00", "2028-02-28", "2028-02", (2028, 2, 29), (2028, 3, 1)),
        ("2026-03-01T07:30:00+08:00", "2026-02-28", "2026-02", (2026, 3, 1), (2026, 3, 1)),
    ]:
        at = datetime.fromisoformat(moment)

        assert (day_of(at), month_of(at)) == (day, month)
        assert day_resets_at(day) == datetime(*day_end, tzinfo=UTC)
        assert month_resets_at(month) == datetime(*month_end, tzinfo=UTC)


@given(st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, timezone(timedelta(hours=8)))))
def test_a_period_ends_after_each_of_its_moments(moment: datetime) -> None:
    assert moment < day_resets_at(day_of(moment)) <= moment + timedelta(days=1)
    assert day_resets_at(day_of(moment)) <= month_resets_at(month_of(moment)) <= moment + timedelta(days=31)


DEFAULTS = Limits(characters_per_day=10, characters_per_month=100, max_active_jobs=3)


def test_what_is_not_set_is_the_deployments() -> None:
    cases: list[tuple[dict[str, Any], tuple[int | None, ...]]] = [
        ({}, (10, 100, 3)),
        ({"characters_per_day": 5}, (5, 100, 3)),
        ({"characters_per_day": None}, (None, 100, 3)),
        ({"characters_per_month": 0, "max_active_jobs": 1}, (10, 0, 1)),
    ]

    for changes, limits in cases:
        found = LimitChanges(**changes).applied_to(DEFAULTS)

        assert (found.characters_per_day, found.characters_per_month, found.max_active_jobs) == limits


def test_the_ceiling_is_the_configured_one_until_it_is_set() -> None:
    cases: list[tuple[Any, int | None, int | None]] = [
        (UNSET, 7, 7),
        (UNSET, None, None),
        (5, 7, 5),
        (None, 7, None),
        (0, 7, 0),
    ]

    for set_to, configured, in_force in cases:
        assert Controls(characters_per_day=set_to).ceiling(configured) == in_force
