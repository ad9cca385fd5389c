"""Expiry of items by DynamoDB's time to live, which moto only stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table

from local.cloud.due_times import DueTimes
from local.cloud.dynamodb import exclusive_access

# The identity in a stream record, in Lambda's spelling, that says that TTL deleted the item, not a user.
_TTL_IDENTITY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}

_Key = tuple[tuple[str, str, str], ...]
"""Name, type and value of each key attribute."""

_expiries: WeakKeyDictionary[Any, DueTimes[_Key]] = WeakKeyDictionary()
"""The times of the items of each table that has a time to live, in seconds since the epoch."""


@contextmanager
def noted_expiries() -> Iterator[None]:
    """Record when written items expire, while the context lasts."""
    put_item, update_item = DynamoDBBackend.put_item, DynamoDBBackend.update_item
    update_time_to_live = DynamoDBBackend.update_time_to_live
    delete_item = Table.delete_item

    def put(backend: Any, table_name: str, *args: Any, **options: Any) -> Any:
        return _note(backend.get_table(table_name), put_item(backend, table_name, *args, **options))

    def update(backend: Any, table_name: str, *args: Any, **options: Any) -> Any:
        return _note(backend.get_table(table_name), update_item(backend, table_name, *args, **options))

    def delete(table: Any, *key: Any) -> Any:
        item = delete_item(table, *key)
        if item is not None and table in _expiries:
            _expiries[table].forget(_key(table, item))
        return item

    def change_time_to_live(backend: Any, table_name: str, setting: dict[str, Any]) -> None:
        update_time_to_live(backend, table_name, setting)
        table = backend.get_table(table_name)
        _expiries.pop(table, None)
        if setting["Enabled"]:
            _expiries[table] = DueTimes()
            for item in table.all_items():
                _note(table, item)

    with (
        patch.object(DynamoDBBackend, "put_item", put),
        patch.object(DynamoDBBackend, "update_item", update),
        patch.object(Table, "delete_item", delete),
        patch.object(DynamoDBBackend, "update_time_to_live", change_time_to_live),
    ):
        yield


def delete_expired_items(client: Any, now: datetime) -> int:
    """Delete the items whose TTL attribute lies before `now` from all tables of a DynamoDB client's region.

    Returns:
        The number of deleted items.
    """
    backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name]
    with exclusive_access():
        return sum(
            _delete_expired(client, table, _expiries[table], int(now.timestamp()))
            for table in list(backend.tables.values())
            if table in _expiries
        )


def _delete_expired(client: Any, table: Any, expiries: DueTimes[_Key], now: int) -> int:
    deleted = 0
    for key in expiries.take(now):
        try:
            client.delete_item(TableName=table.name, Key={name: {kind: value} for name, kind, value in key})
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionConflictException":
                raise
            expiries.schedule(key, now)
            continue
        if table.stream_shard is not None:
            table.stream_shard.items[-1].record["userIdentity"] = _TTL_IDENTITY
        deleted += 1
    return deleted


def _note(table: Any, item: Any) -> Any:
    if table in _expiries:
        expiry = item.attrs.get(table.ttl["AttributeName"])
        if expiry is not None and expiry.type == "N":
            _expiries[table].schedule(_key(table, item), float(expiry.value))
        else:
            _expiries[table].forget(_key(table, item))
    return item


def _key(table: Any, item: Any) -> _Key:
    attributes = [(name, item.attrs[name]) for name in table.table_key_attrs]
    return tuple((name, attribute.type, attribute.value) for name, attribute in attributes)
