"""Usage and limits in the table: bookings, their conditions, and what operators set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from castline.dynamodb import transact
from castline.table import OPEN_SHARDS, TTL_ATTRIBUTE
from castline.usage import bookings
from castline.usage.model import (
    UNSET,
    Breaker,
    Controls,
    DefaultRules,
    Figures,
    LimitChanges,
    Limits,
    MonthOfUsage,
    Quota,
    Quotas,
    Reservation,
    Rules,
)
from castline.usage.repository import UsageRepository
from local import resources

if TYPE_CHECKING:
    from castline.usage.errors import QuotaExceeded
    from local.cloud.cloud import LocalCloud

NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
DAY, MONTH = "2026-01-20", "2026-01"
PRICE = Decimal(16)
UNLIMITED = Quotas()


@pytest.fixture
def table(cloud: LocalCloud) -> str:
    """Return the name of a new table: the deployment's usage is of one test alone."""
    name = f"usage-{uuid4()}"
    resources.create_table(name)
    return name


@pytest.fixture
def usage(table: str) -> UsageRepository:
    return UsageRepository(boto3.client("dynamodb"), table)


def reservation(characters: int, day: str = DAY) -> Reservation:
    return Reservation(day=day, characters=characters, price_per_million=PRICE)


def reserve(
    table: str, user: str, characters: int, quotas: Quotas = UNLIMITED, day: str = DAY
) -> QuotaExceeded | None:
    """Reserve characters; return the refusal if there is one."""
    wanted = reservation(characters, day)
    reasons = transact(boto3.client("dynamodb"), *bookings.reserve(table, user, wanted, quotas))
    return None if reasons is None else bookings.refusal(wanted, quotas, reasons)


def book(table: str, user: str, change: Figures, day: str = DAY) -> None:
    assert transact(boto3.client("dynamodb"), *bookings.book(table, user, day, change)) is None


def test_nothing_is_used_at_first(usage: UsageRepository) -> None:
    assert usage.month("u", MONTH) == MonthOfUsage(month=MONTH)
    assert usage.deployment_month(MONTH) == MonthOfUsage(month=MONTH)
    assert list(usage.user_ids_of(MONTH)) == []


def test_usage_of_a_job_from_its_submission_to_its_end(table: str, usage: UsageRepository) -> None:
    # Given a job that reserves 1,000 characters
    assert reserve(table, "u", 1000) is None
    reserved = Figures(committed_characters=1000, jobs=1)
    assert usage.month("u", MONTH) == MonthOfUsage(month=MONTH, total=reserved, days={DAY: reserved})
    assert usage.month("u", MONTH).total.reserved_characters == 1000

    # When it ends, and has billed 900
    book(table, "u", reservation(1000).settled(900, audio_ms=60_000))

    # Then these are billed, and nothing is reserved
    ended = Figures(
        billed_characters=900, committed_characters=900, jobs=1, audio_ms=60_000, cost_micros=900 * int(PRICE)
    )
    assert usage.month("u", MONTH) == MonthOfUsage(month=MONTH, total=ended, days={DAY: ended})
    assert usage.deployment_month(MONTH) == usage.month("u", MONTH)


def test_an_undone_submission_leaves_nothing(table: str, usage: UsageRepository) -> None:
    reserve(table, "u", 1000)

    book(table, "u", -reservation(1000).figures)

    assert usage.month("u", MONTH).total == Figures()
    assert usage.deployment_month(MONTH).total == Figures()


def test_days_and_months_are_apart(table: str, usage: UsageRepository) -> None:
    for day, characters in {"2026-01-30": 1, "2026-01-31": 2, "2026-02-01": 4}.items():
        reserve(table, "u", characters, day=day)

    january = usage.month("u", MONTH)
    assert january.total.committed_characters == 3
    assert {day: figures.committed_characters for day, figures in january.days.items()} == {
        "2026-01-30": 1,
        "2026-01-31": 2,
    }
    assert usage.month("u", "2026-02").total.committed_characters == 4


PER_DAY = Quotas(user_per_day=100)
PER_MONTH = Quotas(user_per_month=100)
PER_DAY_OF_ALL = Quotas(deployment_per_day=100)


@pytest.mark.parametrize(
    ("quotas", "quota", "resets_at"),
    [
        (PER_DAY, Quota.USER_DAY, datetime(2026, 1, 21, tzinfo=UTC)),
        (PER_MONTH, Quota.USER_MONTH, datetime(2026, 2, 1, tzinfo=UTC)),
        (PER_DAY_OF_ALL, Quota.DEPLOYMENT_DAY, datetime(2026, 1, 21, tzinfo=UTC)),
    ],
)
def test_a_quota_is_used_up_to_the_last_character(
    table: str, usage: UsageRepository, quotas: Quotas, quota: Quota, resets_at: datetime
) -> None:
    assert reserve(table, "u", 60, quotas) is None

    # When the next job wants one character too many
    refused = reserve(table, "u", 41, quotas)

    # Then it is refused and nothing is reserved, and one that fits is not
    assert refused is not None
    assert (refused.quota, refused.used, refused.limit, refused.resets_at) == (quota, 60, 100, resets_at)
    assert usage.month("u", MONTH).total == Figures(committed_characters=60, jobs=1)
    assert reserve(table, "u", 40, quotas) is None
    assert reserve(table, "u", 1, quotas) is not None
    assert reserve(table, "u", 0, quotas) is None  # such as another version of a job


@pytest.mark.parametrize("quotas", [PER_DAY, PER_MONTH, PER_DAY_OF_ALL])
def test_a_job_larger_than_a_quota_is_refused_on_the_first_day(table: str, quotas: Quotas) -> None:
    refused = reserve(table, "u", 101, quotas)

    assert refused is not None
    assert (refused.used, refused.limit) == (0, 100)
    assert reserve(table, "u", 100, quotas) is None


def test_a_quota_of_nothing_refuses_every_character(table: str) -> None:
    none = Quotas(user_per_day=0)

    assert reserve(table, "u", 1, none) is not None
    assert reserve(table, "u", 0, none) is None


def test_users_have_quotas_of_their_own_and_share_the_ceiling(table: str) -> None:
    quotas = replace(PER_DAY, deployment_per_day=150)
    assert reserve(table, "u", 100, quotas) is None

    assert (refused := reserve(table, "v", 100, quotas)) is not None
    assert (refused.quota, refused.used) == (Quota.DEPLOYMENT_DAY, 100)
    assert reserve(table, "v", 50, quotas) is None


def test_of_several_quotas_the_one_that_resets_last_is_named(table: str) -> None:
    everything = Quotas(user_per_day=100, user_per_month=100, deployment_per_day=100)
    day_and_ceiling = replace(everything, user_per_month=1000)
    reserve(table, "u", 100, everything)

    assert [
        refused.quota
        for quotas in (everything, day_and_ceiling)
        if (refused := reserve(table, "u", 1, quotas)) is not None
    ] == [Quota.USER_MONTH, Quota.USER_DAY]


def test_users_of_a_month(table: str, usage: UsageRepository) -> None:
    # Given more users than one read returns
    users = {f"user-{number}": number + 1 for number in range(105)}
    for user, characters in users.items():
        reserve(table, user, characters)
    reserve(table, "somebody-else", 1, day="2026-02-01")

    found = dict(usage.months_of(list(usage.user_ids_of(MONTH)), MONTH))

    assert {user: month.total.committed_characters for user, month in found.items()} == users
    assert usage.deployment_month(MONTH).total == sum((month.total for month in found.values()), Figures())


def test_usage_expires_long_after_its_month(table: str) -> None:
    reserve(table, "u", 1)

    found = boto3.client("dynamodb").scan(TableName=table)["Items"]
    expiries = {datetime.fromtimestamp(int(item[TTL_ATTRIBUTE]["N"]), UTC) for item in found}
    assert expiries == {datetime(2027, 3, 8, tzinfo=UTC)}


DEFAULTS = DefaultRules(
    limits=Limits(characters_per_day=10, characters_per_month=None, max_active_jobs=3),
    deployment_characters_per_day=1000,
)


def test_the_configured_rules_hold_at_first(usage: UsageRepository) -> None:
    assert usage.rules_for("u", MONTH, DEFAULTS) == Rules(
        limits=DEFAULTS.limits,
        deployment_characters_per_day=1000,
        own_usage=MonthOfUsage(month=MONTH),
        deployment_usage=MonthOfUsage(month=MONTH),
    )


def test_the_rules_tell_of_the_usage_that_they_are_applied_to(table: str, usage: UsageRepository) -> None:
    reserve(table, "u", 3)
    reserve(table, "v", 4)

    rules = usage.rules_for("u", MONTH, DEFAULTS)

    assert (rules.own_usage, rules.deployment_usage) == (usage.month("u", MONTH), usage.deployment_month(MONTH))
    assert rules.deployment_usage.total.committed_characters == 7


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({"characters_per_day": 7}, {"characters_per_day": 7}),
        ({"characters_per_day": None}, {"characters_per_day": None}),
        ({"characters_per_month": 9, "max_active_jobs": 1}, {"characters_per_month": 9, "max_active_jobs": 1}),
    ],
)
def test_an_operator_changes_the_limits_of_a_user(
    usage: UsageRepository, changes: dict[str, Any], limits: dict[str, Any]
) -> None:
    wanted = LimitChanges(**changes, changed_at=NOW, changed_by="operator")

    usage.set_limit_changes("u", wanted)

    assert usage.limit_changes("u") == wanted
    assert usage.rules_for("u", MONTH, DEFAULTS).limits == replace(DEFAULTS.limits, **limits)
    assert usage.rules_for("v", MONTH, DEFAULTS).limits == DEFAULTS.limits

    # And takes the change back
    usage.set_limit_changes("u", LimitChanges(changed_at=NOW, changed_by="operator"))
    assert usage.rules_for("u", MONTH, DEFAULTS).limits == DEFAULTS.limits


@pytest.mark.parametrize(("ceiling", "in_force"), [(5, 5), (None, None), (UNSET, 1000)])
def test_an_operator_changes_the_ceiling_and_the_breaker(
    usage: UsageRepository, ceiling: Any, in_force: int | None
) -> None:
    opened = Breaker(is_open=True, reason="An attack", changed_at=NOW, changed_by="other")
    wanted = Controls(characters_per_day=ceiling, changed_at=NOW, changed_by="one", breaker=opened)

    usage.set_breaker(opened)
    set_to = usage.set_ceiling(ceiling, changed_at=NOW, changed_by="one")

    assert usage.controls() == set_to == wanted
    rules = usage.rules_for("u", MONTH, DEFAULTS)
    assert (rules.deployment_characters_per_day, rules.breaker) == (in_force, wanted.breaker)


def test_the_breaker_leaves_the_ceiling_alone_and_the_ceiling_the_breaker(usage: UsageRepository) -> None:
    usage.set_ceiling(7, changed_at=NOW, changed_by="one")
    usage.set_breaker(Breaker(is_open=True, reason="An attack", changed_at=NOW, changed_by="other"))
    usage.set_ceiling(UNSET, changed_at=NOW, changed_by="one")
    closed = Breaker(is_open=False, changed_at=NOW, changed_by="other")
    usage.set_breaker(closed)

    assert usage.controls() == Controls(changed_at=NOW, changed_by="one", breaker=closed)


def test_users_are_spread_over_partitions_of_the_index(table: str, usage: UsageRepository) -> None:
    for number in range(OPEN_SHARDS * 4):
        reserve(table, f"user-{number}", 1)

    found = boto3.client("dynamodb").scan(TableName=table)["Items"]
    assert len({item["open_key"]["S"] for item in found if "open_key" in item}) == OPEN_SHARDS
