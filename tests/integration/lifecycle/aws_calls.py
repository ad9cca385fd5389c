"""Calls to AWS that the code under test makes: counted, and answered as AWS answers under load."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from botocore.client import BaseClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def calls_made(*, page_size: int | None = None) -> Iterator[Counter[str]]:
    """Count all calls by operation.

    Args:
        page_size: make DynamoDB answer queries in pages of so many items, as it does above one megabyte.
    """
    calls: Counter[str] = Counter()
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        calls[operation] += 1
        if operation == "Query" and page_size is not None:
            parameters = {**parameters, "Limit": page_size}
        return make_api_call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", counted):
        yield calls
