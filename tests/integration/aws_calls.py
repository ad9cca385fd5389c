"""Calls to AWS that the code under test makes: observed, and answered as AWS answers under load."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from botocore.client import BaseClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def observed_calls(*, page_size: int | None = None) -> Iterator[list[str]]:
    """Yield a list of the operations that are called meanwhile.

    Args:
        page_size: make DynamoDB answer queries in pages of so many items, as it does above one megabyte.
    """
    operations: list[str] = []
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def observed(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        operations.append(operation)
        if operation == "Query" and page_size is not None:
            parameters = {**parameters, "Limit": page_size}
        return make_api_call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", observed):
        yield operations
