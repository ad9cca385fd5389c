"""Repository of usage and limits: every read of their items, and every write except the bookings of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.aws_errors import translated_aws_errors
from castline.dynamodb import attribute_changes, get_item, get_items, query_items, serialize, update_item
from castline.table import OPEN_JOBS, user_key
from castline.usage import items
from castline.usage.model import UNSET, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.usage.model import Breaker, Controls, DefaultRules, LimitChanges, MonthOfUsage, Unset


class UsageRepository:
    """Usage and limits in the jobs table.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable, or if this release cannot read an
    item.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def month(self, user_id: str, month: str) -> MonthOfUsage:
        """Return the usage of a user in a month in the format ``YYYY-MM``."""
        return items.read_month(month, get_item(self._client, self._table, items.month_key(user_key(user_id), month)))

    def deployment_month(self, month: str) -> MonthOfUsage:
        """Return the usage of all users together in a month in the format ``YYYY-MM``."""
        return items.read_month(month, get_item(self._client, self._table, items.month_key(items.DEPLOYMENT, month)))

    def user_ids_of(self, month: str) -> Iterator[str]:
        """Yield the ids of the users who have submitted jobs in a month, in no order.

        The read is eventually consistent: a user appears a moment after the first submission.
        """
        for partition in items.users_keys(month):
            found = query_items(
                self._client,
                TableName=self._table,
                IndexName=OPEN_JOBS.name,
                KeyConditionExpression=f"{OPEN_JOBS.partition_key} = :partition",
                ExpressionAttributeValues=serialize({":partition": partition}),
            )
            yield from (item[OPEN_JOBS.sort_key]["S"] for item in found)

    def months_of(self, user_ids: Sequence[str], month: str) -> Iterator[tuple[str, MonthOfUsage]]:
        """Yield the users who have submitted jobs in a month, each with the usage, in the order of ``user_ids``."""
        found = self._get_several(items.month_key(user_key(user_id), month) for user_id in user_ids)
        for user_id in user_ids:
            item = found.get(_as_tuple(items.month_key(user_key(user_id), month)))
            if item is not None:
                yield user_id, items.read_month(month, item)

    def limit_changes(self, user_id: str) -> LimitChanges:
        """Return the limits that an operator has set for a user."""
        return items.read_limits(get_item(self._client, self._table, items.limits_key(user_id)))

    def set_limit_changes(self, user_id: str, changes: LimitChanges) -> None:
        """Set the limits of a user. They apply from the next submission."""
        self._put(items.limits_item(user_id, changes))

    def controls(self) -> Controls:
        """Return the ceiling and the breaker, as an operator has set them."""
        return items.read_controls(get_item(self._client, self._table, items.controls_key()))

    def set_ceiling(
        self, characters_per_day: int | Unset | None, *, changed_at: datetime, changed_by: str
    ) -> Controls:
        """Set the ceiling without changing the breaker. The ceiling applies from the next submission."""
        return self._set_controls(items.ceiling_values(characters_per_day, changed_at, changed_by))

    def set_breaker(self, breaker: Breaker) -> Controls:
        """Set the breaker without changing the ceiling. The breaker applies from the next submission."""
        return self._set_controls(items.breaker_values(breaker))

    def _set_controls(self, values: Mapping[str, Any]) -> Controls:
        given = {name: value for name, value in values.items() if value is not UNSET}
        answer = update_item(
            self._client,
            TableName=self._table,
            Key=serialize(items.controls_key()),
            ReturnValues="ALL_NEW",
            **attribute_changes(given, values.keys() - given.keys()),
        )
        return items.read_controls(answer["Attributes"])

    def rules_for(self, user_id: str, month: str, defaults: DefaultRules) -> Rules:
        """Return the rules for a submission of a user, in one read.

        Args:
            user_id: the user who submits.
            month: the month of the submission, as ``YYYY-MM``.
            defaults: the configured limits, which apply unless an operator has set others.
        """
        limits, controls = items.limits_key(user_id), items.controls_key()
        own, everybody = items.month_key(user_key(user_id), month), items.month_key(items.DEPLOYMENT, month)
        found = self._get_several([limits, controls, own, everybody])
        changes = items.read_limits(found.get(_as_tuple(limits)))
        operated = items.read_controls(found.get(_as_tuple(controls)))
        return Rules(
            limits=changes.applied_to(defaults.limits),
            deployment_characters_per_day=operated.ceiling(defaults.deployment_characters_per_day),
            breaker=operated.breaker,
            own_usage=items.read_month(month, found.get(_as_tuple(own))),
            deployment_usage=items.read_month(month, found.get(_as_tuple(everybody))),
        )

    def _get_several(self, keys: Iterable[dict[str, str]]) -> Mapping[tuple[str, str], Any]:
        """Return the existing items with these keys, by key."""
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in get_items(self._client, self._table, keys)}

    def _put(self, item: dict[str, Any]) -> None:
        with translated_aws_errors():
            self._client.put_item(TableName=self._table, Item=serialize(item))


def _as_tuple(key: Mapping[str, str]) -> tuple[str, str]:
    return key["pk"], key["sk"]
