"""Lease of the reconciler: one run at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from castline.dynamodb import encode_time, serialize, update_item_if
from castline.jobs import items

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


class Lease:
    """A lease in the jobs' table. That of a holder who has died ends by itself.

    It saves work, and nothing depends on it: every change that the reconciler makes is conditional.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def take(self, *, now: datetime, until: datetime) -> str | None:
        """Take the lease, and return the name of its new holder; None if somebody else has it."""
        holder = str(uuid4())
        answer = update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.RECONCILER_LEASE),
            UpdateExpression="SET holder = :holder, leased_until = :until",
            ConditionExpression="attribute_not_exists(leased_until) OR leased_until <= :now",
            ExpressionAttributeValues=serialize(
                {":holder": holder, ":now": encode_time(now), ":until": encode_time(until)}
            ),
        )
        return None if answer is None else holder

    def give_back(self, holder: str) -> None:
        """End the lease of a holder, unless it is another's by now."""
        update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.RECONCILER_LEASE),
            UpdateExpression="REMOVE leased_until",
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues=serialize({":holder": holder}),
        )
