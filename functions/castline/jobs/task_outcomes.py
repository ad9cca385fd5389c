"""Outcomes of tasks for which Step Functions waits with a task token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from castline.aws_errors import error_code, translated_aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_stepfunctions import SFNClient

_GONE: Final = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
"""Errors for a token whose outcome was already reported, or whose execution has ended."""
_MAX_CAUSE: Final = 32_768
_MAX_ERROR: Final = 256


class TaskOutcomes:
    """Reports the outcomes of tasks to Step Functions.

    All methods return whether Step Functions still waited for the outcome: False if it was already reported, or if
    the execution has ended. They raise ServiceUnavailable if Step Functions is temporarily unavailable.
    """

    def __init__(self, client: SFNClient) -> None:
        self._client = client

    def succeed(self, task_token: str) -> bool:
        """Report that a task has succeeded."""
        return self._send(lambda: self._client.send_task_success(taskToken=task_token, output="{}"))

    def fail(self, task_token: str, error: Exception) -> bool:
        """Report that a task has failed. As for a failed Lambda function, the error's class is its name."""
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
