"""Stored speech, deleted as the bucket's lifecycle rule deletes it in time."""

from __future__ import annotations

import boto3

from local import resources


def delete_segments(user: str) -> int:
    """Delete all that is spoken for a user, and return the number of segments."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=f"segments/{user}/").get("Contents", [])
    for each in found:
        s3.delete_object(Bucket=resources.BUCKET_NAME, Key=each["Key"])
    return len(found)
