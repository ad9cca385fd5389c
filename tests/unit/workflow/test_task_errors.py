from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from castline.audio.errors import BrokenSegment
from castline.jobs.failures import FailureCode, JobFailure
from castline.speech import errors
from castline.usecases.errors import JobFailing, SegmentsExpired
from castline.workflow.task_errors import read_failure, reported_to_step_functions

CONCRETE_SPEECH_ERRORS = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.SpeechError) and not error.__subclasses__()
]


def as_step_functions_reports(error: Exception) -> dict[str, str]:
    """Return the input of a Catch after a Lambda task has raised ``error``."""
    cause = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": ["secret/path.py"]}
    return {"Error": type(error).__name__, "Cause": json.dumps(cause)}


def test_every_error_of_a_task_is_a_failure_of_its_own_with_its_details() -> None:
    error_types: list[type[Exception]] = [*CONCRETE_SPEECH_ERRORS, BrokenSegment, SegmentsExpired]

    for error_type in error_types:
        with pytest.raises(error_type) as raised, reported_to_step_functions():
            raise JobFailing(error_type("reason"), turn_index=3, voice_id="zh-TW-HsiaoYuNeural")

        failure = read_failure(as_step_functions_reports(raised.value))

        assert failure.code is not FailureCode.INTERNAL_ERROR, error_type
        assert failure.details == {"turn_index": 3, "voice_id": "zh-TW-HsiaoYuNeural"}


@pytest.mark.parametrize("name", ["States.Timeout", "Sandbox.Timedout", "Lambda.TooManyRequestsException"])
def test_running_out_of_time_is_a_timeout_however_it_is_called(name: str) -> None:
    assert read_failure({"Error": name, "Cause": "not JSON"}) == JobFailure(code=FailureCode.TIMEOUT)


def test_anything_else_is_our_own_fault_and_reveals_nothing() -> None:
    cases: list[dict[str, Any]] = [
        {},
        {"Error": "KeyError", "Cause": json.dumps({"errorMessage": "'x'", "errorType": "KeyError"})},
        {"Error": "States.Runtime", "Cause": "[]"},
        {"Error": "Lambda.Unknown", "Cause": None},
    ]

    for output in cases:
        assert read_failure(output) == JobFailure(code=FailureCode.INTERNAL_ERROR)


def test_details_that_are_no_object_are_none() -> None:
    cases: list[Any] = [None, [], "text", 3, True]

    for details in cases:
        cause = json.dumps(
            {"errorMessage": json.dumps({"reason": "r", "details": details}), "errorType": "EmptyAudio"}
        )

        assert read_failure({"Error": "EmptyAudio", "Cause": cause}) == JobFailure(code=FailureCode.EMPTY_AUDIO)
