"""Object Created events of S3, as EventBridge receives them from buckets that send it their events.

moto sends them within the request that writes the object, and only to the kinds of targets that it supports, which do
not include functions: the function and the targets after it get nothing. It also writes the ETag as `eTag` and the
reason as `ObjectCreated`; S3 writes `etag` and the name of the operation.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from moto.s3 import notifications
from moto.s3.notifications import S3NotificationEvent

from local.cloud.event_delivery import Event

_REASONS = {
    S3NotificationEvent.OBJECT_CREATED_PUT_EVENT: "PutObject",
    S3NotificationEvent.OBJECT_CREATED_COPY_EVENT: "CopyObject",
    S3NotificationEvent.OBJECT_CREATED_COMPLETE_MULTIPART_UPLOAD_EVENT: "CompleteMultipartUpload",
}


@contextmanager
def object_events(publish: Callable[[Event], None]) -> Iterator[None]:
    """Publish an event for each object that is created while the context lasts. It replaces moto's own delivery."""

    def send_event(account_id: str, event_name: S3NotificationEvent, bucket: Any, key: Any) -> None:
        configuration = bucket.notification_configuration
        if configuration is not None and configuration.event_bridge is not None and event_name in _REASONS:
            publish(_object_created(account_id, event_name, bucket, key))

    with patch.object(notifications, "send_event", send_event):
        yield


def _object_created(account_id: str, event_name: S3NotificationEvent, bucket: Any, key: Any) -> Event:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": account_id,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": bucket.region_name,
        "resources": [bucket.arn],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": {"key": key.name, "size": key.size, "etag": key.etag.strip('"'), "sequencer": "0" * 16},
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": account_id,
            "source-ip-address": "127.0.0.1",
            "reason": _REASONS[event_name],
        },
    }
