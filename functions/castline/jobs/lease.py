"""Lease of the reconciler, so that one run works at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from castline.dynamodb import encode_time, serialize, update_item_if
from castline.jobs import items

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


class Lease:
    """A lease in the jobs table. It expires, in case its holder dies.

    The lease only saves work. Nothing depends on it, because every change that the reconciler makes is conditional.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def take(self, *, now: datetime, until: datetime) -> str | None:
        """Take the lease and return the name of its new holder; None if another holder has it."""
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
        """End the lease if ``holder`` still holds it."""
        update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.RECONCILER_LEASE),
            UpdateExpression="REMOVE leased_until",
            ConditionExpression="holder = :holder",
            ExpressionAttributeValues=serialize({":holder": holder}),
        )
