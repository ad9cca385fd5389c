"""Expiry of objects by a bucket's lifecycle rules, which moto only stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends

from local.cloud.due_times import DueTimes

_ACCOUNT_WIDE = "aws"
_DAY_SECONDS = 86_400

_expiries: WeakKeyDictionary[Any, DueTimes[str]] = WeakKeyDictionary()
"""The times of the objects of each bucket with lifecycle rules, by key, in seconds since the epoch."""


@contextmanager
def noted_object_expiries() -> Iterator[None]:
    """Record when written objects expire, while the context lasts. Requests must come one at a time."""
    put_object, delete_object = S3Backend.put_object, S3Backend.delete_object
    set_lifecycle, delete_lifecycle = FakeBucket.set_lifecycle, FakeBucket.delete_lifecycle

    def put(backend: Any, bucket_name: str, *args: Any, **options: Any) -> FakeKey:
        key = put_object(backend, bucket_name, *args, **options)
        _note(backend.get_bucket(bucket_name), key)
        return key

    def delete(backend: Any, bucket_name: str, key_name: str, *args: Any, **options: Any) -> Any:
        outcome = delete_object(backend, bucket_name, key_name, *args, **options)
        bucket = backend.get_bucket(bucket_name)
        if bucket in _expiries and key_name not in bucket.keys:
            _expiries[bucket].forget(key_name)
        return outcome

    def change_rules(bucket: Any, rules: list[dict[str, Any]]) -> None:
        set_lifecycle(bucket, rules)
        _expiries[bucket] = DueTimes()
        for key in bucket.keys.values():
            _note(bucket, key)

    def delete_rules(bucket: Any) -> None:
        delete_lifecycle(bucket)
        _expiries.pop(bucket, None)

    with (
        patch.object(S3Backend, "put_object", put),
        patch.object(S3Backend, "delete_object", delete),
        patch.object(FakeBucket, "set_lifecycle", change_rules),
        patch.object(FakeBucket, "delete_lifecycle", delete_rules),
    ):
        yield


def delete_expired_objects(client: Any, now: datetime) -> int:
    """Delete the objects that are older than `Expiration.Days` of an enabled rule, with an S3 client.

    A rule may select by prefix, but not by tag or size.

    Returns:
        The number of deleted objects.
    """
    backend: Any = s3_backends[DEFAULT_ACCOUNT_ID][_ACCOUNT_WIDE]
    expired = [
        (bucket.name, key)
        for bucket in list(backend.buckets.values())
        if bucket in _expiries
        for key in _expiries[bucket].take(now.timestamp())
    ]
    for bucket_name, key in expired:
        client.delete_object(Bucket=bucket_name, Key=key)
    return len(expired)


def _note(bucket: Any, key: Any) -> None:
    if bucket not in _expiries or not isinstance(key, FakeKey):
        return
    days = [
        int(rule.expiration_days)
        for rule in bucket.rules
        if rule.status == "Enabled" and rule.expiration_days and key.name.startswith(_prefix(rule))
    ]
    if days:
        written = key.last_modified.replace(tzinfo=UTC).timestamp()
        _expiries[bucket].schedule(key.name, written + min(days) * _DAY_SECONDS)


def _prefix(rule: Any) -> str:
    return rule.prefix or (rule.filter.prefix if rule.filter else "") or ""
