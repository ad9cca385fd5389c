"""Conversion of task errors to the failures of their jobs.

A task fails by raising an error, or by reporting one with its task token. Step Functions identifies the error by the
name of its class, which the retry rules match, and passes the name and the message to ``RecordFailure``. The message
carries the place in the dialogue as JSON.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from castline.jobs.failures import JobFailure
from castline.usecases.errors import JobFailing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def reported_to_step_functions() -> Iterator[None]:
    """Replace a ``JobFailing`` by the error to report to Step Functions, with the details in its message."""
    try:
        yield
    except JobFailing as failing:
        raise failing.reported() from failing.error


def read_failure(error_output: Mapping[str, Any]) -> JobFailure:
    """Return the failure that an error output of Step Functions describes.

    Args:
        error_output: ``{"Error": name, "Cause": text}``. If a Lambda function failed, the text is its error as JSON.
    """
    try:
        details = json.loads(json.loads(error_output["Cause"])["errorMessage"])["details"]
    except (KeyError, TypeError, ValueError):
        details = None
    return JobFailure.of_error(error_output.get("Error", ""), details)
