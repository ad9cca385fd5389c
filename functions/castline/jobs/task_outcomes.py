"""Outcomes of tasks that Step Functions awaits by a token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from castline.aws_errors import error_code, translated_aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_stepfunctions import SFNClient

_GONE: Final = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
"""Answers about a token whose outcome was told already, or whose execution has ended."""
_MAX_CAUSE: Final = 32_768
_MAX_ERROR: Final = 256


class TaskOutcomes:
    """Tells Step Functions how tasks ended.

    All methods return whether the outcome was still awaited: not if it was told before, or the execution has ended.
    They raise ServiceUnavailable when Step Functions cannot serve them just now.
    """

    def __init__(self, client: SFNClient) -> None:
        self._client = client

    def succeed(self, task_token: str) -> bool:
        """Tell that a task has done its work."""
        return self._send(lambda: self._client.send_task_success(taskToken=task_token, output="{}"))

    def fail(self, task_token: str, error: Exception) -> bool:
        """Tell that a task has failed, as a function's error is told: by the name of its class, and its message."""
        name = type(error).__name__
        cause = json.dumps({"errorType": name, "errorMessage": str(error)}, ensure_ascii=False)
        return self._send(
            lambda: self._client.send_task_failure(
                taskToken=task_token, error=name[:_MAX_ERROR], cause=cause[:_MAX_CAUSE]
            )
        )

    def _send(self, send: Callable[[], object]) -> bool:
        try:
            with translated_aws_errors():
                send()
        except ClientError as error:
            if error_code(error) not in _GONE:
                raise
            return False
        return True
