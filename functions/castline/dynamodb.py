"""DynamoDB as every domain uses it: values as attributes, and writes that are tried again when they meet another."""

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
"""Enough for 200 transactions on one item at the same moment (``benchmarks.hot_item``). With the pauses between them
they take 12 s at most, which leaves API Gateway's 30 s room for the calls themselves."""
_CONFLICT_BACKOFF_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.2
_RANDOM = random.SystemRandom()
"""Not the generator of the process: functions that are restored from one snapshot would all draw the same pauses."""
LONGEST_PAUSE = 2
"""The attempt from which on pauses grow no longer where one writer of several always succeeds."""
_CREATE_ATTEMPTS = 10
_LARGEST_BATCH_GET = 100
"""The number of items that one BatchGetItem takes."""

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, zlib.error)
"""Errors that reading raises where something else is stored than this release writes."""


_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def serialize(values: Mapping[str, Any]) -> dict[str, AttributeValueTypeDef]:
    """Python values as DynamoDB attribute values."""
    return {name: _serializer.serialize(value) for name, value in values.items()}


def deserialize(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB attribute values as Python values; numbers come back as Decimal."""
    return {name: _deserializer.deserialize(value) for name, value in item.items()}


def encode_time(moment: datetime) -> str:
    """ISO 8601 in UTC to the millisecond, which sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(value: str | None) -> datetime | None:
    """Return the moment that ``encode_time`` has written; None where there is none."""
    return datetime.fromisoformat(value) if value else None


def encode_expiry(moment: datetime) -> int:
    """Seconds since the epoch, as DynamoDB's TTL wants them."""
    return int(moment.timestamp())


def to_json(value: Any) -> bytes:
    """Return ``value`` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def pack(value: Any) -> bytes:
    """Return ``value`` as compressed JSON."""
    return zlib.compress(to_json(value))


def unpack(value: Any) -> Any:
    """Return what ``pack`` has packed.

    Raises:
        Exception: one of ``UNREADABLE``, where it is something else.
    """
    return json.loads(zlib.decompress(bytes(value)))


def transact(client: DynamoDBClient, *writes: TransactWriteItemTypeDef) -> list[Any] | None:
    """Write all or nothing.

    DynamoDB cancels a transaction that meets another one on the same item; that is tried again here.

    Returns:
        None when it was written; the cancellation reasons, one a write, when a condition did not hold.
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
    """Update one item, and return DynamoDB's answer.

    DynamoDB refuses the update while a transaction writes the same item; that is tried again here.

    Raises:
        ClientError: a condition does not hold.
        ServiceUnavailable: DynamoDB cannot serve us just now.
    """
    return _written(client.update_item, update)


def put_item(client: DynamoDBClient, **put: Any) -> None:
    """Store one item, as ``update_item`` updates one."""
    _written(client.put_item, put)


def delete_item(client: DynamoDBClient, **deletion: Any) -> None:
    """Delete one item, as ``update_item`` updates one."""
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
    """Update one item as ``update_item`` does; return None, and change nothing, if its condition does not hold."""
    try:
        return update_item(client, **update)
    except ClientError as error:
        if error_code(error) != "ConditionalCheckFailedException":
            raise
        return None


def attribute_changes(sets: Mapping[str, Any], removes: Iterable[str] = ()) -> dict[str, Any]:
    """Return the arguments of UpdateItem that set attributes and remove others, at least one in all."""
    removed = list(removes)
    clauses = []
    if sets:
        clauses.append("SET " + ", ".join(f"#{name} = :{name}" for name in sets))
    if removed:
        clauses.append("REMOVE " + ", ".join(f"#{name}" for name in removed))
    names = {f"#{name}": name for name in (*sets, *removed)}
    arguments: dict[str, Any] = {"UpdateExpression": " ".join(clauses), "ExpressionAttributeNames": names}
    if sets:  # DynamoDB refuses a map of values that is empty
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
    """Store a new item of a kind of which a user may have only so many.

    The items are counted after the counter of creations has been read, and the new one is written on condition that
    the counter has not moved since. Items that disappear meanwhile only make room: the limit holds exactly.

    Args:
        client: reads and writes.
        table: the name of the table.
        item: the new item.
        counter_key: the key of the counter of the user's creations of that kind.
        demand_room: counts the items, and raises if there is no room for another one. It may be called again.

    Raises:
        ServiceUnavailable: DynamoDB cannot serve us just now, or the user creates many at once.
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
    """Return an item as it is now; None if there is none.

    Raises:
        ServiceUnavailable: DynamoDB cannot serve us just now.
    """
    with translated_aws_errors():
        answer = client.get_item(TableName=table, Key=serialize(key), ConsistentRead=True)
    return cast("dict[str, Any] | None", answer.get("Item"))


def query_items(client: DynamoDBClient, **request: Any) -> Iterator[dict[str, Any]]:
    """Yield all items that a query finds, page by page.

    Raises:
        ServiceUnavailable: DynamoDB cannot serve us just now.
    """
    for page in query_pages(client, **request):
        yield from map(dict, page["Items"])


def query_pages(client: DynamoDBClient, **request: Any) -> Iterator[QueryOutputTypeDef]:
    """Yield the pages of a query, each of 1 MB at most, as DynamoDB answers them.

    Raises:
        ServiceUnavailable: DynamoDB cannot serve us just now.
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
    """Return the items with ``keys`` as they are now, in no order, as far as they exist.

    Args:
        client: reads.
        table: the name of the table.
        keys: any number of keys, none of them twice.
        options: further options of BatchGetItem, such as ``ProjectionExpression``.

    Raises:
        ServiceUnavailable: DynamoDB cannot serve us just now.
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
    """Wait before another attempt at what met a transaction: at random, longer each time, not before the first."""
    if attempt:
        time.sleep(_RANDOM.uniform(0, longest_pause_seconds(attempt)))


def longest_pause_seconds(attempt: int) -> float:
    """Return the longest pause before an attempt, of which the first has the number 0."""
    return min(_LONGEST_PAUSE_SECONDS, _CONFLICT_BACKOFF_SECONDS * 2.0**attempt)
