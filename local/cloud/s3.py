"""Linearizable S3: moto's, with one request at a time. In moto, listing fails while other threads delete objects."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.s3.responses import S3Response

from local.cloud.request_lock import one_at_a_time


@contextmanager
def linearizable_s3() -> Iterator[None]:
    """Run the requests to S3 one at a time."""
    lock = threading.RLock()
    with (
        patch.object(S3Response, "bucket_response", one_at_a_time(lock, S3Response.bucket_response)),
        patch.object(S3Response, "key_response", one_at_a_time(lock, S3Response.key_response)),
    ):
        yield
