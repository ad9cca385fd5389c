"""Function that uploads the console's page to its bucket: a custom resource of CloudFormation.

Its code includes the built page. Of ``infra``, only this module and ``console_page`` are deployed.
"""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

from infra import console_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client


def handler(event: dict[str, Any], _context: object) -> None:
    """Handle a request of CloudFormation and report the result.

    Args:
        event: with ``ResourceProperties`` of ``Bucket`` and ``Configuration``, the text of ``/config.json``.
    """
    answer = {"Status": "SUCCESS"}
    try:
        _do(event["RequestType"], event["ResourceProperties"])
    except Exception as error:  # noqa: BLE001 (without an answer, CloudFormation would wait for an hour)
        answer = {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"}
    _tell(event, answer)


def _do(request_type: str, properties: dict[str, str]) -> None:
    import boto3

    client = boto3.client("s3")
    if request_type == "Delete":
        _empty(client, properties["Bucket"])
    else:
        _upload(client, properties["Bucket"], properties["Configuration"])


def _upload(client: S3Client, bucket: str, configuration: str) -> None:
    """Upload all files; the page that loads them is the last one. Keep the files that earlier pages load."""
    for path, content in _contents(configuration):
        client.put_object(
            Bucket=bucket,
            Key=path,
            Body=content,
            ContentType=console_page.content_type(path),
            CacheControl=console_page.cache_control(path),
        )


def _contents(configuration: str) -> Iterator[tuple[str, bytes]]:
    yield console_page.CONFIGURATION, configuration.encode()
    for path, file in console_page.files().items():
        yield path, file.read_bytes()


def _empty(client: S3Client, bucket: str) -> None:
    """Delete every object: CloudFormation deletes only empty buckets."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        if objects := page.get("Contents"):
            client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": each["Key"]} for each in objects]})


def _tell(event: dict[str, Any], answer: dict[str, str]) -> None:
    """Send the answer to the URL in the request."""
    body = {
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
        **answer,
    }
    # The URL is signed for a request without a content type, which urllib would add.
    request = urllib.request.Request(  # noqa: S310 (CloudFormation's)
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass
