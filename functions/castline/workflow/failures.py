"""How a task's error becomes the failure of its job.

A task fails by raising. Step Functions knows the error by its class's name, which its retry rules match, and passes
that name and the message on to ``RecordFailure``. What makes the failure precise, a turn's index or a voice's id,
travels as JSON in the message.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from castline.jobs.model import Failure, FailureCode

if TYPE_CHECKING:
    from collections.abc import Mapping

ErrorT = TypeVar("ErrorT", bound=Exception)

_CODES = {
    "BrokenSegment": FailureCode.SEGMENT_BROKEN,
    "EmptyAudio": FailureCode.EMPTY_AUDIO,
    "Lambda.TooManyRequestsException": FailureCode.TIMEOUT,
    "ProviderAuthFailed": FailureCode.PROVIDER_AUTH_FAILED,
    "ProviderMisconfigured": FailureCode.PROVIDER_MISCONFIGURED,
    "ProviderQuotaExceeded": FailureCode.PROVIDER_QUOTA_EXCEEDED,
    "ProviderRejectedInput": FailureCode.PROVIDER_REJECTED_INPUT,
    "ProviderThrottled": FailureCode.PROVIDER_THROTTLED,
    "ProviderTimedOut": FailureCode.PROVIDER_UNAVAILABLE,
    "ProviderUnavailable": FailureCode.PROVIDER_UNAVAILABLE,
    "Sandbox.Timedout": FailureCode.TIMEOUT,
    "States.Timeout": FailureCode.TIMEOUT,
    "VoiceNotFound": FailureCode.VOICE_NOT_FOUND,
}


def with_details(error: ErrorT, **details: str | int) -> ErrorT:
    """The same error with ``details`` in its message, for a task to raise."""
    return type(error)(json.dumps({"reason": str(error), "details": details}, ensure_ascii=False))


def read_failure(error_output: Mapping[str, Any]) -> Failure:
    """The failure that an error output of Step Functions stands for.

    Args:
        error_output: ``{"Error": name, "Cause": text}``, where the text is a Lambda function's error as JSON,
            if a function failed.
    """
    code = _CODES.get(error_output.get("Error", ""), FailureCode.INTERNAL_ERROR)
    try:
        details = json.loads(json.loads(error_output["Cause"])["errorMessage"])["details"]
    except (KeyError, TypeError, ValueError):
        details = {}
    return Failure(code=code, details=details if isinstance(details, dict) else {})
