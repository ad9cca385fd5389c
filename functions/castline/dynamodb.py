"""Helpers for DynamoDB: conversion of values to attributes, and writes that are retried after conflicts."""

from __future__ import annotations

import json
import random
import time
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, QueryOutputTypeDef, TransactWriteItemTypeDef

CONFLICT_ATTEMPTS = 14
"""Maximum number of attempts at a write that conflicts with a transaction. It suffices for 200 concurrent
transactions on one item (``benchmarks.hot_item``). All pauses together take at most 12 s, so that API Gateway's limit
of 30 s leaves time for the calls."""
_CONFLICT_BACKOFF_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.2
_RANDOM = random.SystemRandom()
"""Generator of pauses. The process's default generator would give all functions that are restored from one snapshot
the same pauses."""
LONGEST_PAUSE = 2
"""The attempt from which pauses stop growing, for optimistic writes of which one writer always succeeds."""
_CREATE_ATTEMPTS = 10
_LARGEST_BATCH_GET = 100
"""Maximum number of items in one BatchGetItem request."""

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, zlib.error)
"""Errors that reading raises if a stored value is not in a format that this release knows."""


_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def serialize(values: Mapping[str, Any]) -> dict[str, AttributeValueTypeDef]:
    """Return Python values as DynamoDB attribute values."""
    return {name: _serializer.serialize(value) for name, value in values.items()}


def deserialize(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return DynamoDB attribute values as Python values. Numbers become Decimal."""
    return {name: _deserializer.deserialize(value) for name, value in item.items()}


def encode_time(moment: datetime) -> str:
    """Return a time in ISO 8601, in UTC with milliseconds. The texts sort chronologically."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(value: str | None) -> datetime | None:
    """Return the time that ``encode_time`` has written; None if ``value`` is None or empty."""
    return datetime.fromisoformat(value) if value else None


def encode_expiry(moment: datetime) -> int:
    """Return a time in seconds since the epoch, the format of DynamoDB's TTL."""
    return int(moment.timestamp())


def to_json(value: Any) -> bytes:
    """Return ``value`` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def pack(value: Any) -> bytes:
    """Return ``value`` as compressed JSON."""
    return zlib.compress(to_json(value))


def unpack(value: Any) -> Any:
    """Return the value that ``pack`` has compressed.

    Raises:
        Exception: one of ``UNREADABLE`` if ``value`` is not in the format of ``pack``.
    """
    return json.loads(zlib.decompress(bytes(value)))


def transact(client: DynamoDBClient, *writes: TransactWriteItemTypeDef) -> list[Any] | None:
    """Execute writes in one transaction.

    DynamoDB cancels a transaction that conflicts with another one on the same item. It is then retried.

    Returns:
        None if the transaction was written. If a condition failed, the cancellation reasons, one for each write.

    Raises:
        ServiceUnavailable: DynamoDB is temporarily unavailable, or conflicts persist.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        pause_before(attempt)
        try:
            with translated_aws_errors():
                client.transact_write_items(TransactItems=writes)
        except client.exceptions.TransactionCanceledException as error:
            reasons: list[Any] = error.response.get("CancellationReasons", [])
            codes = {reason["Code"] for reason in reasons} - {"None"}
            if codes == {"ConditionalCheckFailed"}:
                return reasons
            if not codes <= {"ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"}:
                raise
        else:
            return None
    raise ServiceUnavailable("TransactWriteItems: TransactionConflict")


def update_item(client: DynamoDBClient, **update: Any) -> dict[str, Any]:
    """Update one item, and return DynamoDB's response.

    DynamoDB refuses the update while a transaction writes the same item. The update is then retried.

    Raises:
        ClientError: a condition failed.
        ServiceUnavailable: DynamoDB is temporarily unavailable.
    """
    return _written(client.update_item, update)


def put_item(client: DynamoDBClient, **put: Any) -> None:
    """Store one item, with the retries and errors of ``update_item``."""
    _written(client.put_item, put)


def delete_item(client: DynamoDBClient, **deletion: Any) -> None:
    """Delete one item, with the retries and errors of ``update_item``."""
    _written(client.delete_item, deletion)


def _written(write: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    for attempt in range(CONFLICT_ATTEMPTS):
        pause_before(attempt)
        try:
            with translated_aws_errors():
                return cast("dict[str, Any]", write(**arguments))
        except ClientError as error:
            if error_code(error) != "TransactionConflictException":
                raise
    raise ServiceUnavailable("TransactionConflictException")


def update_item_if(client: DynamoDBClient, **update: Any) -> dict[str, Any] | None:
    """Update one item as ``update_item`` does. Return None, and change nothing, if its condition fails."""
    try:
        return update_item(client, **update)
    except ClientError as error:
        if error_code(error) != "ConditionalCheckFailedException":
            raise
        return None


def attribute_changes(sets: Mapping[str, Any], removes: Iterable[str] = ()) -> dict[str, Any]:
    """Return the arguments of UpdateItem that set and remove attributes, at least one of them."""
    removed = list(removes)
    clauses = []
    if sets:
        clauses.append("SET " + ", ".join(f"#{name} = :{name}" for name in sets))
    if removed:
        clauses.append("REMOVE " + ", ".join(f"#{name}" for name in removed))
    names = {f"#{name}": name for name in (*sets, *removed)}
    arguments: dict[str, Any] = {"UpdateExpression": " ".join(clauses), "ExpressionAttributeNames": names}
    if sets:  # DynamoDB refuses an empty map of values
        arguments["ExpressionAttributeValues"] = serialize({f":{name}": value for name, value in sets.items()})
    return arguments


def create_within_limit(
    client: DynamoDBClient,
    table: str,
    item: Mapping[str, Any],
    *,
    counter_key: Mapping[str, str],
    demand_room: Callable[[], None],
) -> None:
    """Store a new item of a kind with a limit for each user.

    The items are counted after the counter of creations was read. The new item is written on condition that the
    counter has not changed since. The limit is therefore exact. Items that are deleted meanwhile only make room.

    Args:
        client: a DynamoDB client.
        table: the name of the table.
        item: the new item.
        counter_key: the key of the counter of the items of this kind that the user has created.
        demand_room: counts the user's items, and raises if the limit is reached. It may be called again.

    Raises:
        ServiceUnavailable: DynamoDB is temporarily unavailable, or the user creates many items at once.
    """
    for attempt in range(_CREATE_ATTEMPTS):
        pause_before(min(attempt, LONGEST_PAUSE))
        counter = get_item(client, table, counter_key)
        created = int(counter["created"]["N"]) if counter is not None else 0
        demand_room()
        update: Any = {
            "TableName": table,
            "Key": serialize(counter_key),
            "UpdateExpression": "SET created = :next",
            "ConditionExpression": "attribute_not_exists(created)",
            "ExpressionAttributeValues": serialize({":next": created + 1}),
        }
        if created:
            update["ConditionExpression"] = "created = :created"
            update["ExpressionAttributeValues"] |= serialize({":created": created})
        if transact(client, {"Update": update}, {"Put": {"TableName": table, "Item": serialize(item)}}) is None:
            return
    raise ServiceUnavailable("a user keeps creating items of one kind")


def get_item(client: DynamoDBClient, table: str, key: Mapping[str, str]) -> dict[str, Any] | None:
    """Return an item by a strongly consistent read; None if it does not exist.

    Raises:
        ServiceUnavailable: DynamoDB is temporarily unavailable.
    """
    with translated_aws_errors():
        answer = client.get_item(TableName=table, Key=serialize(key), ConsistentRead=True)
    return cast("dict[str, Any] | None", answer.get("Item"))


def query_items(client: DynamoDBClient, **request: Any) -> Iterator[dict[str, Any]]:
    """Yield all items that a query finds, page by page.

    Raises:
        ServiceUnavailable: DynamoDB is temporarily unavailable.
    """
    for page in query_pages(client, **request):
        yield from map(dict, page["Items"])


def query_pages(client: DynamoDBClient, **request: Any) -> Iterator[QueryOutputTypeDef]:
    """Yield the pages of a query as DynamoDB returns them. A page has at most 1 MB.

    Raises:
        ServiceUnavailable: DynamoDB is temporarily unavailable.
    """
    while True:
        with translated_aws_errors():
            page = client.query(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def get_items(
    client: DynamoDBClient, table: str, keys: Iterable[Mapping[str, str]], **options: Any
) -> list[dict[str, Any]]:
    """Return the existing items with ``keys``, by strongly consistent reads, in any order.

    Args:
        client: a DynamoDB client.
        table: the name of the table.
        keys: any number of keys, without duplicates.
        options: further options of BatchGetItem, such as ``ProjectionExpression``.

    Raises:
        ServiceUnavailable: DynamoDB is temporarily unavailable.
    """
    found: list[dict[str, Any]] = []
    wanted: list[Any] = [serialize(key) for key in keys]
    attempt = 0
    while wanted:
        pause_before(attempt)
        if attempt == CONFLICT_ATTEMPTS:
            raise ServiceUnavailable("BatchGetItem: UnprocessedKeys")
        request: Any = {"Keys": wanted[:_LARGEST_BATCH_GET], "ConsistentRead": True, **options}
        with translated_aws_errors():
            answer = client.batch_get_item(RequestItems={table: request})
        found += map(dict, answer["Responses"].get(table, ()))
        unprocessed = answer.get("UnprocessedKeys", {})
        unread = unprocessed[table]["Keys"] if table in unprocessed else []
        attempt = attempt + 1 if unread else 0
        wanted = [*unread, *wanted[_LARGEST_BATCH_GET:]]
    return found


def pause_before(attempt: int) -> None:
    """Wait for a random time before a retry. The longest time grows with each attempt; the first one has no wait."""
    if attempt:
        time.sleep(_RANDOM.uniform(0, longest_pause_seconds(attempt)))


def longest_pause_seconds(attempt: int) -> float:
    """Return the longest pause before an attempt. Attempts are numbered from 0."""
    return min(_LONGEST_PAUSE_SECONDS, _CONFLICT_BACKOFF_SECONDS * 2.0**attempt)
