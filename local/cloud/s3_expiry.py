"""Expiry of objects by a bucket's lifecycle rules, which moto only stores."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError


def delete_expired_objects(client: Any, now: datetime) -> int:
    """Delete the objects that are older than `Expiration.Days` of an enabled rule, with an S3 client.

    A rule may select by prefix, not by tag or size. Returns how many objects were deleted.
    """
    return sum(
        _apply(client, bucket["Name"], rule, now)
        for bucket in client.list_buckets()["Buckets"]
        for rule in _rules(client, bucket["Name"])
    )


def _rules(client: Any, bucket: str) -> list[dict[str, Any]]:
    try:
        rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        return []
    return [rule for rule in rules if rule["Status"] == "Enabled" and "Days" in rule.get("Expiration", {})]


def _apply(client: Any, bucket: str, rule: dict[str, Any], now: datetime) -> int:
    oldest_kept = now - timedelta(days=rule["Expiration"]["Days"])
    prefix = rule.get("Prefix") or rule.get("Filter", {}).get("Prefix", "")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    expired = [
        found["Key"] for page in pages for found in page.get("Contents", ()) if found["LastModified"] < oldest_kept
    ]
    for key in expired:
        client.delete_object(Bucket=bucket, Key=key)
    return len(expired)
