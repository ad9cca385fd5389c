from __future__ import annotations

import inspect
import json

import pytest

from castline.audio.errors import BrokenSegment
from castline.jobs.failures import FailureCode, JobFailure
from castline.speech import errors
from castline.usecases.errors import JobFailing, SegmentsExpired
from castline.workflow.failures import read_failure, reported_to_step_functions

CONCRETE_SPEECH_ERRORS = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.SpeechError) and not error.__subclasses__()
]


def as_step_functions_reports(error: Exception) -> dict[str, str]:
    """Return the input of a Catch after a Lambda task has raised ``error``."""
    cause = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": ["secret/path.py"]}
    return {"Error": type(error).__name__, "Cause": json.dumps(cause)}


@pytest.mark.parametrize("error_type", [*CONCRETE_SPEECH_ERRORS, BrokenSegment, SegmentsExpired])
def test_every_error_of_a_task_is_a_failure_of_its_own_with_its_details(error_type: type[Exception]) -> None:
    with pytest.raises(error_type) as raised, reported_to_step_functions():
        raise JobFailing(error_type("reason"), turn_index=3, voice_id="zh-TW-HsiaoYuNeural")

    failure = read_failure(as_step_functions_reports(raised.value))

    assert failure.code is not FailureCode.INTERNAL_ERROR
    assert failure.details == {"turn_index": 3, "voice_id": "zh-TW-HsiaoYuNeural"}


@pytest.mark.parametrize("name", ["States.Timeout", "Sandbox.Timedout", "Lambda.TooManyRequestsException"])
def test_running_out_of_time_is_a_timeout_however_it_is_called(name: str) -> None:
    assert read_failure({"Error": name, "Cause": "not JSON"}) == JobFailure(code=FailureCode.TIMEOUT)


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"Error": "KeyError", "Cause": json.dumps({"errorMessage": "'x'", "errorType": "KeyError"})},
        {"Error": "States.Runtime", "Cause": "[]"},
        {"Error": "Lambda.Unknown", "Cause": None},
    ],
)
def test_anything_else_is_our_own_fault_and_reveals_nothing(output: dict[str, str]) -> None:
    assert read_failure(output) == JobFailure(code=FailureCode.INTERNAL_ERROR)


@pytest.mark.parametrize("details", [None, [], "text", 3, True])
def test_details_that_are_no_object_are_none(details: object) -> None:
    cause = json.dumps({"errorMessage": json.dumps({"reason": "r", "details": details}), "errorType": "EmptyAudio"})

    assert read_failure({"Error": "EmptyAudio", "Cause": cause}) == JobFailure(code=FailureCode.EMPTY_AUDIO)
