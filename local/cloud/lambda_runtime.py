"""Runtime of a handler, like AWS's Python runtime: it takes JSON, and returns JSON or the description of an error."""

import json
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from local.cloud.lambda_context import LambdaContext

_RESPONSE_LIMIT_BYTES = 6_291_556


class Response(NamedTuple):
    """The answer of an invocation: JSON text, which describes an error if `error_type` is set."""

    payload: str
    error_type: str | None = None


def call(handler: Callable[[Any, LambdaContext], Any], payload: str, context: LambdaContext) -> Response:
    """Call a handler with the event in `payload`; never raise."""
    try:
        result = handler(json.loads(payload), context)
    except BaseException as error:  # noqa: BLE001  the runtime reports whatever a handler raises
        frames = traceback.format_tb(error.__traceback__)[1:]
        return _error(type(error).__name__, str(error), requestId=context.aws_request_id, stackTrace=frames)
    try:
        text = json.dumps(result, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        return _error(
            "Runtime.MarshalError", f"Unable to marshal response: {error}", requestId=context.aws_request_id
        )
    if len(text.encode()) > _RESPONSE_LIMIT_BYTES:
        return _error(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed payload size ({_RESPONSE_LIMIT_BYTES} bytes).",
        )
    return Response(text)


def timed_out(context: LambdaContext, timeout_seconds: float) -> Response:
    """Return the answer for an invocation that used up its function's `timeout_seconds`."""
    return _error(
        "Sandbox.Timedout",
        f"RequestId: {context.aws_request_id} Error: Task timed out after {timeout_seconds:.2f} seconds",
    )


def _error(error_type: str, error_message: str, **details: object) -> Response:
    payload = {"errorMessage": error_message, "errorType": error_type, **details}
    return Response(json.dumps(payload, ensure_ascii=False), error_type)
