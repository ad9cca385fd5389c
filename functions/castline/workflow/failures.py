"""How a task's error becomes the failure of its job.

A task fails by raising, or by telling of an error by its task token. Step Functions knows the error by its class's
name, which its retry rules match, and passes that name and the message on to ``RecordFailure``. Where in the dialogue
it happened travels as JSON in the message.
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
    """Raise a ``JobFailing`` as the error that Step Functions is to know, with its details in the message."""
    try:
        yield
    except JobFailing as failing:
        raise failing.reported() from failing.error


def read_failure(error_output: Mapping[str, Any]) -> JobFailure:
    """Return the failure that an error output of Step Functions stands for.

    Args:
        error_output: ``{"Error": name, "Cause": text}``, where the text is a Lambda function's error as JSON,
            if a function failed.
    """
    try:
        details = json.loads(json.loads(error_output["Cause"])["errorMessage"])["details"]
    except (KeyError, TypeError, ValueError):
        details = None
    return JobFailure.of_error(error_output.get("Error", ""), details)
