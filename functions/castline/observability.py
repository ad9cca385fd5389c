"""Logs and metrics of the functions, both as JSON lines on standard output.

Log lines carry ids, such as the job's. They never hold dialogue text, names that users have given, keys or presigned
URLs. The message of a foreign error could quote any of these, so it is never logged.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from contextlib import contextmanager, suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger

from castline.metrics import BY_CODE, BY_PROVIDER, NAMESPACE, SERVICE, UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.metrics import Metric

    Handler = Callable[[dict[str, Any], LambdaContext], "ResultT"]

ResultT = TypeVar("ResultT")


class _Output(logging.StreamHandler[Any]):
    """A handler for standard output. It drops a line that cannot be written, without a message on standard error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Ignore the error."""


output = _Output(sys.stdout)
"""The handler that writes every line."""
_SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", SERVICE)
logger = Logger(service=_SERVICE, logger_handler=output)

_TRACE_HEADER = "_X_AMZN_TRACE_ID"
_MAX_FRAMES = 20


class UnexpectedError(Exception):
    """A replacement for an unforeseen error; its message is only the class of that error."""


def observed(handler: Handler[ResultT]) -> Handler[ResultT]:
    """Add the invocation's id to every log line, and keep the messages of unforeseen errors out of all logs.

    Lambda logs the message of an error that a handler raises, and Step Functions stores it. The messages of our own
    errors are safe to log. For any other error, its class and the lines of code are logged, and an UnexpectedError is
    raised in its place.
    """

    @wraps(handler)
    def observe(event: dict[str, Any], context: LambdaContext) -> ResultT:
        logger.thread_safe_clear_keys()
        note(function_name=context.function_name, function_request_id=context.aws_request_id)
        try:
            return handler(event, context)
        except Exception as error:
            safe = safe_error(error)
            if safe is error:
                raise
            raise safe from None

    return observe


def safe_error(error: Exception) -> Exception:
    """Return an error whose message may be logged: one of our own, or a replacement for a foreign error.

    The foreign error is logged without its message.
    """
    if type(error).__module__.partition(".")[0] == "castline":
        return error
    log_unexpected(error)
    return UnexpectedError(type(error).__name__)


def note(**ids: str | int) -> None:
    """Add ``ids`` to every later log line of this invocation, in the calling thread and its context."""
    logger.thread_safe_append_keys(**ids)


@contextmanager
def noted(**ids: str | int) -> Iterator[None]:
    """Add ``ids`` to every log line inside the ``with`` block, and drop all ids that were added inside it."""
    before = logger.thread_safe_get_current_keys()
    note(**ids)
    try:
        yield
    finally:
        logger.thread_safe_clear_keys()
        note(**before)


def log_unexpected(error: BaseException) -> None:
    """Log the class and the stack trace of a foreign error, but not its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    logger.error(
        "unexpected error",
        extra={
            "error": type(error).__name__,
            "reason": _aws_reason(error),
            "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        },
    )


def measure(values: Mapping[Metric, float], *, code: str | None = None, provider: str | None = None) -> None:
    """Write metrics as one line of CloudWatch's embedded metric format. This makes no API call.

    The line is complete and written at once. Nothing is kept between calls, so invocations that share a process do
    not mix, and an invocation that crashes later has already written its metrics.

    Args:
        values: values of metrics, in the units of ``castline.metrics.UNITS``.
        code: for metrics in ``castline.metrics.BY_CODE``, and only for those.
        provider: the id of a speech provider, for metrics in ``castline.metrics.BY_PROVIDER``, and only for those.

    Raises:
        ValueError: a metric needs a code or a provider that is missing, or has no such dimension.
    """
    from aws_lambda_powertools.metrics import EphemeralMetrics

    if any((metric in BY_CODE) != (code is not None) for metric in values):
        raise ValueError(f"{', '.join(values)} with code {code}")
    if any((metric in BY_PROVIDER) != (provider is not None) for metric in values):
        raise ValueError(f"{', '.join(values)} with provider {provider}")
    line = EphemeralMetrics(namespace=NAMESPACE, service=_SERVICE, default_dimensions={"service": _SERVICE})
    for metric, value in values.items():
        line.add_metric(name=metric, unit=UNITS[metric], value=value)
    if code is not None:
        line.add_dimensions(code=code)
    if provider is not None:
        line.add_dimensions(provider=provider)
    for key, id_ in {**logger.thread_safe_get_current_keys(), **_trace_id()}.items():
        line.add_metadata(key, id_)
    _write(json.dumps(line.serialize_metric_set(), separators=(",", ":")))


def trace_header() -> str | None:
    """Return the X-Ray trace header of this invocation; None when there is none."""
    return os.environ.get(_TRACE_HEADER) or None


def _trace_id() -> dict[str, str]:
    """Return the X-Ray trace id as a field for log lines; an empty dictionary if there is none."""
    header = trace_header()
    return {"xray_trace_id": header.partition(";")[0].removeprefix("Root=")} if header else {}


def _aws_reason(error: BaseException) -> str | None:
    """Return AWS's error code and the operation if the error is one of botocore's."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return None
    return f"{getattr(error, 'operation_name', None)}: {response.get('Error', {}).get('Code')}"


def _write(line: str) -> None:
    output.acquire()
    try:
        # A full disk or a closed stream must not fail the call that the line is about.
        with suppress(OSError, ValueError):
            output.stream.write(f"{line}\n")
            output.flush()
    finally:
        output.release()
