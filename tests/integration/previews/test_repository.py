"""Previews in the table: they are counted by the minute, and reserve and settle their characters exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.dynamodb import deserialize, get_item
from castline.previews import items
from castline.previews.errors import PreviewLimitExceeded
from castline.previews.model import Preview
from castline.previews.repository import PreviewRepository
from castline.table import TTL_ATTRIBUTE
from castline.usage.errors import QuotaExceeded
from castline.usage.model import Figures, Quota, Quotas, Reservation
from castline.usage.repository import UsageRepository
from local import resources

if TYPE_CHECKING:
    from local.cloud.cloud import LocalCloud

NOW = datetime(2026, 1, 20, 10, 30, 20, tzinfo=UTC)
DAY, MONTH = "2026-01-20", "2026-01"
PRICE = Decimal(16)
UNLIMITED = Quotas()


@pytest.fixture(scope="module")
def table(cloud: LocalCloud) -> str:
    name = f"previews-{uuid4()}"
    resources.create_table(name)
    return name


@pytest.fixture(scope="module")
def previews(table: str) -> PreviewRepository:
    return PreviewRepository(boto3.client("dynamodb"), table)


@pytest.fixture(scope="module")
def usage(table: str) -> UsageRepository:
    return UsageRepository(boto3.client("dynamodb"), table)


@pytest.fixture
def user() -> str:
    return f"user-{uuid4()}"


def preview(user: str, characters: int, *, created_at: datetime = NOW) -> Preview:
    return Preview(
        id=str(uuid4()),
        user_id=user,
        created_at=created_at,
        reservation=Reservation(day=DAY, characters=characters, price_per_million=PRICE, jobs=0),
        fingerprints=("0" * 64,),
    )


def test_as_many_are_counted_in_a_minute_as_are_allowed(previews: PreviewRepository, user: str) -> None:
    def is_counted(_attempt: int) -> bool:
        try:
            previews.count(user, now=NOW, max_per_minute=5)
        except PreviewLimitExceeded:
            return False
        return True

    # When many are asked for at the same moment
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(is_counted, range(20)))

    # Then exactly as many as are allowed are counted; and in the next minute, and for others, it begins anew
    assert sum(counted) == 5
    with pytest.raises(PreviewLimitExceeded) as refusal:
        previews.count(user, now=NOW, max_per_minute=5)
    assert refusal.value.max_previews == 5
    assert refusal.value.resets_at == datetime(2026, 1, 20, 10, 31, tzinfo=UTC)
    previews.count(user, now=NOW + timedelta(seconds=40), max_per_minute=5)
    previews.count(f"{user}-too", now=NOW, max_per_minute=5)


def test_a_counter_expires_by_itself(previews: PreviewRepository, table: str, user: str) -> None:
    previews.count(user, now=NOW, max_per_minute=5)

    stored = get_item(boto3.client("dynamodb"), table, items.counter_key(user, NOW))
    assert stored is not None
    assert deserialize(stored)[TTL_ATTRIBUTE] == (NOW + timedelta(hours=1)).timestamp()


def test_what_is_reserved_is_settled_once(previews: PreviewRepository, usage: UsageRepository, user: str) -> None:
    # Given a preview that has reserved 100 characters
    reserved = preview(user, 100)
    previews.reserve(reserved, UNLIMITED)
    assert usage.month(user, MONTH).day(DAY) == Figures(committed_characters=100)
    assert [each for each in previews.unsettled(created_before=NOW + timedelta(1)) if each.user_id == user] == [
        reserved
    ]
    assert not [each for each in previews.unsettled(created_before=NOW) if each.user_id == user]

    # When it is settled twice
    assert previews.settle(reserved, 90)
    assert not previews.settle(reserved, 90)

    # Then it counts once, as no job
    expected = Figures(committed_characters=90, billed_characters=90, cost_micros=90 * int(PRICE))
    assert usage.month(user, MONTH).day(DAY) == expected
    assert not [each for each in previews.unsettled(created_before=NOW + timedelta(1)) if each.user_id == user]


@pytest.mark.parametrize(
    ("quotas", "quota"),
    [(Quotas(user_per_day=150), Quota.USER_DAY), (Quotas(user_per_month=150), Quota.USER_MONTH)],
)
def test_what_does_not_fit_leaves_nothing(
    previews: PreviewRepository, usage: UsageRepository, user: str, quotas: Quotas, quota: Quota
) -> None:
    previews.reserve(preview(user, 100), quotas)

    with pytest.raises(QuotaExceeded) as refusal:
        previews.reserve(preview(user, 51), quotas)

    assert (refusal.value.quota, refusal.value.used, refusal.value.limit) == (quota, 100, 150)
    assert usage.month(user, MONTH).total == Figures(committed_characters=100)
    previews.reserve(preview(user, 50), quotas)


def test_one_that_cannot_be_read_holds_up_no_other(table: str, user: str) -> None:
    told: list[str] = []
    previews = PreviewRepository(boto3.client("dynamodb"), table, unreadable=told.append)
    broken, whole = preview(user, 1, created_at=NOW - timedelta(1)), preview(user, 1)
    for each in (broken, whole):
        previews.reserve(each, UNLIMITED)
    boto3.client("dynamodb").update_item(
        TableName=table,
        Key={name: {"S": value} for name, value in items.preview_key(user, broken.id).items()},
        UpdateExpression="REMOVE usage_day",
    )

    found = list(previews.unsettled(created_before=NOW + timedelta(1)))

    assert whole in found
    assert broken not in found
    assert len(told) == 1


STORIES = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100), st.integers(0, 3)), max_size=12)
"""Previews: the characters that each reserves, how many it bills in percent of them, and how often it is settled."""


@given(story=STORIES)
@settings(max_examples=10, deadline=None)
def test_the_usage_is_what_was_billed_and_what_is_reserved(
    previews: PreviewRepository, usage: UsageRepository, story: list[tuple[int, int, int]]
) -> None:
    user, quotas = f"user-{uuid4()}", Quotas(user_per_day=300)
    billed = reserved = 0
    for characters, percent, times in story:
        each = preview(user, characters)
        is_fitting = billed + reserved + characters <= 300
        try:
            previews.reserve(each, quotas)
        except QuotaExceeded:
            assert not is_fitting
            continue
        assert is_fitting
        settled = [previews.settle(each, characters * percent // 100) for _ in range(times)]
        assert sum(settled) == min(times, 1)
        if times:
            billed += characters * percent // 100
        else:
            reserved += characters

    assert usage.month(user, MONTH).total == Figures(
        billed_characters=billed, committed_characters=billed + reserved, cost_micros=billed * int(PRICE)
    )
