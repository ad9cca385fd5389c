"""Context object of a Lambda handler."""

import time
import uuid
from datetime import UTC, datetime


class LambdaContext:
    """The part of Lambda's context object that AWS's Python runtime fills in.

    Args:
        function_name: The function that is invoked.
        function_arn: Its ARN, unqualified.
        memory_mb: Its memory size; the runtime passes it on as text.
        timeout_seconds: The time this invocation has, from now.
    """

    function_version = "$LATEST"
    client_context = None
    identity = None

    def __init__(self, *, function_name: str, function_arn: str, memory_mb: int, timeout_seconds: float) -> None:
        self.function_name = function_name
        self.invoked_function_arn = function_arn
        self.memory_limit_in_mb = str(memory_mb)
        self.aws_request_id = str(uuid.uuid4())
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        self._deadline = time.monotonic() + timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function times out, never negative."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))
