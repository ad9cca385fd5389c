"""Linearizable DynamoDB: moto's, corrected for single items and for transactions.

moto's tables are plain dictionaries that all threads read and write at once: updates are lost, and
conditional writes that should fail succeed. A lock inside the backend is not enough, because requests
are answered with live items. So one lock is held for the whole of a request.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from local.cloud.request_lock import one_at_a_time

_MAX_OPERATIONS = 100
_REQUESTS = threading.RLock()


@contextmanager
def linearizable_dynamodb() -> Iterator[None]:
    """Run the requests to DynamoDB and its streams one at a time, and transactions atomically."""
    with ExitStack() as hooks:
        for handler in (DynamoHandler, DynamoDBStreamsHandler):
            hooks.enter_context(
                patch.object(handler, "call_action", one_at_a_time(_REQUESTS, handler.call_action)),
            )
        hooks.enter_context(patch.object(DynamoDBBackend, "transact_write_items", _transact_write_items))
        yield


@contextmanager
def exclusive_access() -> Iterator[None]:
    """Block the requests of all other threads, to read and write in one step."""
    with _REQUESTS:
        yield


def _transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
    """Check all conditions, then write.

    moto writes first and puts a deep copy of the table back when a condition fails, which leaves the
    undone writes in the table's stream, and copies the table (255 ms at 5,000 items) even on success.
    Here an action that is invalid in itself, such as one with a wrong update expression, raises after
    the actions before it were written.
    """
    operations = [next(iter(item.items())) for item in transact_items]
    if len(operations) > _MAX_OPERATIONS:
        raise TooManyTransactionsException
    keys = [(op["TableName"], _key(backend, op)) for _, op in operations]
    if any(keys.count(key) > 1 for key in keys):
        raise MultipleTransactionsException
    reasons = [_cancellation_reason(backend, op, key) for (_, op), (_, key) in zip(operations, keys, strict=True)]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    for action, op in operations:
        _write(backend, action, op)


def _key(backend: Any, op: dict[str, Any]) -> dict[str, Any]:
    if "Key" in op:
        return dict(op["Key"])
    return {name: op["Item"][name] for name in backend.get_table(op["TableName"]).table_key_attrs}


def _cancellation_reason(
    backend: Any, op: dict[str, Any], key: dict[str, Any]
) -> tuple[str | None, str | None, dict[str, Any] | None]:
    """Return code, message and, if requested, the item that failed the condition; all None if it holds."""
    item = backend.get_item(op["TableName"], key)
    condition = get_filter_expression(
        op.get("ConditionExpression"),
        op.get("ExpressionAttributeNames"),
        op.get("ExpressionAttributeValues"),
    )
    if condition.expr(item):
        return None, None, None
    wanted = item is not None and op.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    old_item = item.to_json()["Attributes"] if wanted else None
    return "ConditionalCheckFailed", "The conditional request failed", old_item


def _write(backend: Any, action: str, op: dict[str, Any]) -> None:
    match action:
        case "Put":
            backend.put_item(op["TableName"], op["Item"])
        case "Update":
            backend.update_item(
                op["TableName"],
                op["Key"],
                update_expression=op["UpdateExpression"],
                expression_attribute_names=op.get("ExpressionAttributeNames"),
                expression_attribute_values=op.get("ExpressionAttributeValues"),
            )
        case "Delete":
            backend.delete_item(op["TableName"], op["Key"])
