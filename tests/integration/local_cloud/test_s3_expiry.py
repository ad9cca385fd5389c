from datetime import timedelta
from typing import Any

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.s3_expiry import delete_expired_objects
from tests.integration.local_cloud import clients


def test_objects_expire_by_prefix_and_age(cloud: LocalCloud, clock: Clock) -> None:
    # Given a bucket whose segments expire after a week and whose audio after a month
    client: Any = clients.client("s3")
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


def test_what_was_stored_before_the_rules_expires_too(cloud: LocalCloud, clock: Clock) -> None:
    # Given an object that is stored, then a rule of 30 days, then one of a day
    client: Any = clients.client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="a", Body=b"audio")
    for days in (30, 1):
        rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days}}
        client.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})

    # When two days pass
    clock.advance(timedelta(days=2))
    cloud.tick()

    # Then it is gone
    assert "Contents" not in client.list_objects_v2(Bucket="bucket")


def test_an_object_that_is_stored_anew_lives_anew(cloud: LocalCloud, clock: Clock) -> None:
    # Given an object of a bucket with a rule of a week, deleted, uploaded in parts, and copied over
    client: Any = clients.client("s3")
    client.create_bucket(Bucket="bucket")
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}
    client.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
    client.put_object(Bucket="bucket", Key="deleted", Body=b"audio")
    client.delete_object(Bucket="bucket", Key="deleted")
    upload = client.create_multipart_upload(Bucket="bucket", Key="parts")["UploadId"]
    etag = client.upload_part(Bucket="bucket", Key="parts", UploadId=upload, PartNumber=1, Body=b"audio")["ETag"]
    client.complete_multipart_upload(
        Bucket="bucket",
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]},
    )
    client.copy_object(Bucket="bucket", Key="copy", CopySource={"Bucket": "bucket", "Key": "parts"})

    # When a week passes
    clock.advance(timedelta(days=8))

    # Then all that is there expires, once
    assert delete_expired_objects(client, clock.now()) == 2
    assert delete_expired_objects(client, clock.now()) == 0
