"""Transactions of DynamoDB: all or nothing and, optionally, in progress for some time.

moto writes first and restores a deep copy of the table when a condition fails. A reader of the table's stream then
gets the undone writes and no later ones, and what other clients wrote meanwhile is lost. Even on success, the table
is copied (255 ms for 5,000 items), and transactional reads see half of a transaction. If requests are answered one
after another, a transaction never meets another request.
DynamoDB prepares the items of a transaction and then writes them one after another. Until an item is written, other
writes of it are refused, and reads of several items may return old versions of some and new versions of others.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

from local.cloud.usage import Usage

_MAX_OPERATIONS = 100
_ONGOING = "Transaction is ongoing for the item"

_Reason = tuple[str | None, str | None, dict[str, Any] | None]
_ItemKey = tuple[str, tuple[tuple[str, str], ...]]
"""The name of the table, and the key attributes with their values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlappingTransactions:
    """The time for which transactions are in progress.

    Attributes:
        seed: Makes times and orders repeatable as far as threads allow.
        prepared_ms: The maximum time from the check of the conditions to the first write; the minimum is half of it.
        half_written_ms: The maximum time for which some items are written and others are not; the minimum is half of
            it.
    """

    seed: int = 0
    prepared_ms: float = 6
    half_written_ms: float = 6


@contextmanager
def atomic_transactions(
    requests: threading.RLock, overlapping: OverlappingTransactions | None, usage: Usage
) -> Iterator[None]:
    """Write all items of a transaction or none while the context lasts.

    Args:
        requests: the lock that each request to DynamoDB holds.
        overlapping: how other requests may run while a transaction is in progress; None if none may.
        usage: counts the requests that are refused because of a transaction in progress.
    """
    transactions = _Transactions(requests, overlapping, usage)

    def write(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        transactions.write(backend, [next(iter(item.items())) for item in transact_items])

    with ExitStack() as hooks:
        hooks.enter_context(patch.object(DynamoDBBackend, "transact_write_items", write))
        if overlapping is not None:
            for name in ("put_item", "update_item", "delete_item"):
                answer = transactions.refusing(getattr(DynamoHandler, name))
                hooks.enter_context(patch.object(DynamoHandler, name, answer))
            read = transactions.refusing_to_read(DynamoHandler.transact_get_items)
            hooks.enter_context(patch.object(DynamoHandler, "transact_get_items", read))
        yield


class _TransactionConflict(DynamodbException):  # type: ignore[misc]  # moto has no types
    def __init__(self) -> None:
        super().__init__(f"{ERROR_TYPE_PREFIX}TransactionConflictException", _ONGOING)


class _Transactions:
    def __init__(self, requests: threading.RLock, overlapping: OverlappingTransactions | None, usage: Usage) -> None:
        self._overlapping = overlapping
        self._usage = usage
        # All of these are used with the lock held.
        self._in_progress: set[_ItemKey] = set()
        self._others = threading.Condition(requests)
        self._chance = random.Random(overlapping.seed if overlapping else 0)  # noqa: S311 (repeatable, not secret)

    def write(self, backend: Any, operations: list[tuple[str, dict[str, Any]]]) -> None:
        """Check all conditions, then write.

        An action that is invalid in itself, such as one with a wrong update expression, raises after the actions
        before it were written.
        """
        if len(operations) > _MAX_OPERATIONS:
            raise TooManyTransactionsException
        keys = [_item_key(backend, op) for _, op in operations]
        if len(set(keys)) < len(keys):
            raise MultipleTransactionsException
        self._cancel_if_any(
            "TransactWriteItems",
            [
                self._conflict(key) or _failed_condition(backend, op)
                for (_, op), key in zip(operations, keys, strict=True)
            ],
        )
        self._in_progress.update(keys)
        try:
            for key, (action, op) in self._in_its_time(list(zip(keys, operations, strict=True))):
                _write(backend, action, op)
                self._in_progress.discard(key)
        finally:
            self._in_progress.difference_update(keys)

    def refusing(self, answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Answer a request that writes one item, unless the item is in a transaction."""

        def refuse_or_answer(request: Any) -> Any:
            if self._conflict(_item_key(request.dynamodb_backend, request.body)):
                self._usage.count_conflict(request._get_action())
                raise _TransactionConflict
            return answer(request)

        return refuse_or_answer

    def refusing_to_read(self, answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Answer TransactGetItems, unless one of its items is in a transaction."""

        def refuse_or_answer(request: Any) -> Any:
            gets = [item["Get"] for item in request.body["TransactItems"]]
            backend = request.dynamodb_backend
            self._cancel_if_any(
                "TransactGetItems", [self._conflict(_item_key(backend, get)) or _NO_REASON for get in gets]
            )
            return answer(request)

        return refuse_or_answer

    def _cancel_if_any(self, operation: str, reasons: list[_Reason]) -> None:
        if any(code == _CONFLICT for code, _, _ in reasons):
            self._usage.count_conflict(operation)
        if any(code for code, _, _ in reasons):
            raise TransactionCanceledException(reasons)

    def _conflict(self, key: _ItemKey) -> _Reason | None:
        return (_CONFLICT, _ONGOING, None) if key in self._in_progress else None

    def _in_its_time(self, writes: list[Any]) -> Iterator[Any]:
        """Yield the writes. If transactions overlap, shuffle them, and let other requests run before and between."""
        if self._overlapping is None:
            yield from writes
            return
        self._chance.shuffle(writes)
        first_half = self._chance.randint(1, max(1, len(writes) - 1))
        self._let_others_come(self._overlapping.prepared_ms)
        yield from writes[:first_half]
        if first_half < len(writes):
            self._let_others_come(self._overlapping.half_written_ms)
            yield from writes[first_half:]

    def _let_others_come(self, longest_ms: float) -> None:
        self._others.wait(self._chance.uniform(0.5, 1) * longest_ms / 1000)


_CONFLICT = "TransactionConflict"
_NO_REASON: _Reason = (None, None, None)


def _item_key(backend: Any, request: dict[str, Any]) -> _ItemKey:
    attributes = request.get("Key") or request["Item"]
    names = backend.get_table(request["TableName"]).table_key_attrs
    return request["TableName"], tuple((name, str(attributes.get(name))) for name in names)


def _failed_condition(backend: Any, op: dict[str, Any]) -> _Reason:
    """Return code, message and, if requested, the item that failed the condition; all None if it holds."""
    key = op.get("Key") or {name: op["Item"][name] for name in backend.get_table(op["TableName"]).table_key_attrs}
    item = backend.get_item(op["TableName"], key)
    condition = get_filter_expression(
        op.get("ConditionExpression"),
        op.get("ExpressionAttributeNames"),
        op.get("ExpressionAttributeValues"),
    )
    if condition.expr(item):
        return _NO_REASON
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
