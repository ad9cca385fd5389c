"""Repository of previews: counts them, and reserves and settles their characters."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import encode_expiry, get_item, query_items, serialize, transact, update_item_if
from castline.previews import items
from castline.previews.errors import PreviewLimitExceeded
from castline.table import OPEN_JOBS, TTL_ATTRIBUTE
from castline.usage import bookings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.previews.model import Preview
    from castline.usage.model import Quotas

_COUNTER_LIFETIME: Final = timedelta(hours=1)


class PreviewRepository:
    """Previews in the jobs table.

    One transaction stores a preview and reserves its characters. Another one removes the preview and settles the
    reservation. Each therefore happens once, and the stored previews are exactly those to settle.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable.
    """

    def __init__(
        self, client: DynamoDBClient, table_name: str, *, unreadable: Callable[[str], None] = lambda _reason: None
    ) -> None:
        """Use a table; ``unreadable`` is called with the reason for each item that is skipped."""
        self._client = client
        self._table = table_name
        self._unreadable = unreadable

    def count(self, user_id: str, *, now: datetime, max_per_minute: int) -> None:
        """Count one more preview of a user in the minute of ``now``.

        Raises:
            PreviewLimitExceeded: the user has reached ``max_per_minute``.
        """
        counted = update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.counter_key(user_id, now)),
            UpdateExpression=f"SET {TTL_ATTRIBUTE} = :expiry ADD previews :one",
            ConditionExpression="attribute_not_exists(previews) OR previews < :max",
            ExpressionAttributeValues=serialize(
                {":expiry": encode_expiry(now + _COUNTER_LIFETIME), ":one": 1, ":max": max_per_minute}
            ),
        )
        if counted is None:
            raise PreviewLimitExceeded(max_previews=max_per_minute, resets_at=items.next_minute(now))

    def reserve(self, preview: Preview, quotas: Quotas) -> None:
        """Store a new preview and reserve its characters, in one transaction.

        Raises:
            QuotaExceeded: a quota has too few characters left.
        """
        reasons = transact(
            self._client,
            {"Put": {"TableName": self._table, "Item": serialize(items.preview_item(preview))}},
            *bookings.reserve(self._table, preview.user_id, preview.reservation, quotas),
        )
        if reasons is None:
            return
        refusal = bookings.refusal(preview.reservation, quotas, reasons[1:])
        raise refusal or ServiceUnavailable("the usage has changed meanwhile")

    def settle(self, preview: Preview, billed_characters: int) -> bool:
        """Replace the reservation of a preview by its billed characters, once.

        Returns:
            False if the preview was already settled.
        """
        reservation = preview.reservation
        reasons = transact(
            self._client,
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": serialize(items.preview_key(preview.user_id, preview.id)),
                    "ConditionExpression": "attribute_exists(pk)",
                }
            },
            *bookings.book(self._table, preview.user_id, reservation.day, reservation.settled(billed_characters)),
        )
        return reasons is None

    def unsettled(self, *, created_before: datetime) -> Iterator[Preview]:
        """Yield the unsettled previews that were created before a time, oldest first."""
        found = query_items(
            self._client,
            TableName=self._table,
            IndexName=OPEN_JOBS.name,
            KeyConditionExpression=f"{OPEN_JOBS.partition_key} = :partition AND {OPEN_JOBS.sort_key} < :bound",
            ExpressionAttributeValues=serialize(
                {":partition": items.OPEN_PREVIEWS, ":bound": items.open_sort(created_before)}
            ),
        )
        for entry in found:
            item = get_item(self._client, self._table, items.key_of_open(entry))
            if item is None:
                continue  # the preview was settled, but the index is eventually consistent
            try:
                yield items.read_preview(item)
            except ServiceUnavailable as error:
                self._unreadable(str(error))
