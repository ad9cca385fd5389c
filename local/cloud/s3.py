"""Makes moto's S3 linearizable, as S3 is for one object: listing fails while others delete."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.s3.responses import S3Response

from local.cloud.request_lock import one_at_a_time


@contextmanager
def linearizable_s3() -> Iterator[threading.RLock]:
    """Run the requests to S3 one at a time, each while it holds the lock that is given."""
    lock = threading.RLock()
    with (
        patch.object(S3Response, "bucket_response", one_at_a_time(lock, S3Response.bucket_response)),
        patch.object(S3Response, "key_response", one_at_a_time(lock, S3Response.key_response)),
    ):
        yield lock
