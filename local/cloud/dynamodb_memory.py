"""Memory fix of moto's DynamoDB: it no longer keeps the items of its answers.

moto keeps a reference to every model that it ever made, for a dashboard, and a query makes an item for each result.
The references to S3's models are still needed: moto uses them to close files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.dynamodb.models.dynamo_type import Item


@contextmanager
def forgotten_items() -> Iterator[None]:
    """Let moto keep no references to items, so that they live only as long as a table or a request holds them."""

    def make(cls: type, *_args: Any, **_options: Any) -> Any:
        return object.__new__(cls)

    with patch.object(Item, "__new__", staticmethod(make)):
        yield
