"""Linearizable DynamoDB: moto's, corrected for single items and for transactions.

moto's tables are plain dictionaries that all threads read and write at once: updates are lost, and
conditional writes that should fail succeed. In DynamoDB, each request is atomic. A lock inside the backend is not
enough, because requests are answered with live items. So one lock is held for the whole of a request.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from local.cloud.dynamodb_transactions import OverlappingTransactions, atomic_transactions
from local.cloud.request_lock import one_at_a_time
from local.cloud.usage import Usage

_REQUESTS = threading.RLock()


@contextmanager
def linearizable_dynamodb(overlapping: OverlappingTransactions | None, usage: Usage) -> Iterator[None]:
    """Run the requests to DynamoDB and its streams one at a time, and transactions atomically.

    Args:
        overlapping: how other requests may run while a transaction is in progress, as in DynamoDB; None if none may.
        usage: counts the requests that are refused because of a transaction in progress.
    """
    with ExitStack() as hooks:
        for handler in (DynamoHandler, DynamoDBStreamsHandler):
            hooks.enter_context(
                patch.object(handler, "call_action", one_at_a_time(_REQUESTS, handler.call_action)),
            )
        hooks.enter_context(atomic_transactions(_REQUESTS, overlapping, usage))
        yield


@contextmanager
def exclusive_access() -> Iterator[None]:
    """Block the requests of all other threads, to read and write in one step."""
    with _REQUESTS:
        yield
