from datetime import timedelta
from typing import Any

import boto3

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud


def test_objects_expire_by_prefix_and_age(cloud: LocalCloud, clock: Clock) -> None:
    # Given a bucket whose segments expire after a week and whose audio after a month
    client: Any = boto3.client("s3")
    client.create_bucket(Bucket="bucket")
    rules = [
        {"Status": "Enabled", "Filter": {"Prefix": "segments/"}, "Expiration": {"Days": 7}},
        {"Status": "Enabled", "Filter": {"Prefix": "audio/"}, "Expiration": {"Days": 30}},
        {"Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
    ]
    client.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": rules})
    for key in ("segments/a", "audio/a", "other"):
        client.put_object(Bucket="bucket", Key=key, Body=b"audio")
    client.create_bucket(Bucket="without-rules")

    def keys_after(days: int) -> list[str]:
        clock.advance(timedelta(days=days))
        cloud.tick()
        return [found["Key"] for found in client.list_objects_v2(Bucket="bucket").get("Contents", [])]

    # When time passes, each is deleted in its turn
    assert keys_after(6) == ["audio/a", "other", "segments/a"]
    assert keys_after(2) == ["audio/a", "other"]
    assert keys_after(23) == ["other"]
