"""Invocations of Lambda functions that tests wait for."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.stack import LocalStack

_POLL_SECONDS = 0.02


def wait_until_invoked(
    stack: LocalStack, function_name: str, *mentioned: str, timeout_seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until an invocation whose event mentions all of ``mentioned`` has ended, with or without an error."""
    deadline = time.monotonic() + timeout_seconds
    while not any(
        invocation.name == function_name and all(each in json.dumps(invocation.event) for each in mentioned)
        for invocation in list(stack.cloud.lambdas.invocations)
    ):
        assert time.monotonic() < deadline, f"{function_name} was never invoked with {mentioned}"
        time.sleep(_POLL_SECONDS)
