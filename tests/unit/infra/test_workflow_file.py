"""State machine file: its names exist, and its waits and timeouts are the product's."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

import infra
from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobNotActive
from castline.jobs.model import MAX_PROVIDER_RETRIES
from castline.settings import Settings
from castline.speech import errors
from infra import functions

TEXT = (Path(infra.__path__[0]) / "workflow.asl.json").read_text("utf-8")
WORKFLOW: dict[str, Any] = json.loads(TEXT)
BATCH: dict[str, Any] = WORKFLOW["States"]["Synthesize"]["ItemProcessor"]["States"]["SynthesizeBatch"]
TASKS: dict[str, dict[str, Any]] = {
    name: state for name, state in WORKFLOW["States"].items() if state["Type"] == "Task"
} | {"SynthesizeBatch": BATCH}


TRANSIENT = {
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
}
"""Errors of Lambda that pass, by step-functions/latest/dg/bp-lambda-serviceexception.html and
lambda/latest/dg/python-exceptions.html."""


def names_matched(rules: str) -> set[str]:
    return {name for task in TASKS.values() for rule in task.get(rules, []) for name in rule["ErrorEquals"]}


def test_a_job_may_wait_for_its_turn_and_has_its_ten_minutes_then() -> None:
    settings = Settings({})

    # And a failure that is noticed at the very end is recorded.
    needed = settings.max_pending_seconds + settings.max_processing_seconds + TASKS["RecordFailure"]["TimeoutSeconds"]
    assert needed < WORKFLOW["TimeoutSeconds"]
    assert not {"TimeoutSeconds", "HeartbeatSeconds"} & set(BATCH)


@pytest.mark.parametrize("machine", [WORKFLOW, WORKFLOW["States"]["Synthesize"]["ItemProcessor"]])
def test_every_state_is_reached_and_leads_on_to_an_end(machine: dict[str, Any]) -> None:
    states: dict[str, dict[str, Any]] = machine["States"]

    targets = {
        place["Next"] for state in states.values() for place in (state, *state.get("Catch", ())) if "Next" in place
    }
    assert {machine["StartAt"], *targets} == set(states)
    for state in states.values():
        assert ("Next" in state) != (state["Type"] == "Succeed" or state.get("End", False))


def test_there_is_time_to_assemble_and_to_record_a_failure_of_it() -> None:
    seconds = TASKS["Assemble"]["TimeoutSeconds"] + TASKS["RecordFailure"]["TimeoutSeconds"]

    assert seconds < Settings({}).max_processing_seconds


def test_lambda_without_room_is_waited_for_as_long_as_a_job_may_take() -> None:
    rule = BATCH["Retry"][1]

    assert rule["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    assert rule["JitterStrategy"] == "FULL"
    # Each wait is up to MaxDelaySeconds, half of that on average.
    assert rule["MaxAttempts"] * rule["MaxDelaySeconds"] / 2 > Settings({}).max_processing_seconds


@pytest.mark.parametrize("name", sorted(TASKS))
def test_no_error_is_matched_twice(name: str) -> None:
    for rules in ("Retry", "Catch"):
        matched = [error for rule in TASKS[name].get(rules, []) for error in rule["ErrorEquals"]]
        assert len(matched) == len(set(matched))


def test_a_task_that_waits_for_its_function_is_given_as_long_as_that() -> None:
    for task in TASKS.values():
        if task is BATCH:
            continue
        spec = functions.WORKFLOW_SUBSTITUTIONS[task["Parameters"]["FunctionName"].strip("${}")]
        assert task["TimeoutSeconds"] == spec.timeout_seconds


def test_a_transient_provider_failure_is_retried_after_5_10_and_20_seconds() -> None:
    rule = BATCH["Retry"][0]

    waits = [rule["IntervalSeconds"] * rule["BackoffRate"] ** n for n in range(rule["MaxAttempts"])]

    assert waits == [5, 10, 20]
    assert rule["MaxAttempts"] == MAX_PROVIDER_RETRIES
    assert "JitterStrategy" not in rule


def test_exactly_the_transient_speech_errors_are_retried() -> None:
    transient = {
        name
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.TransientSpeechError) and error is not errors.TransientSpeechError
    }

    assert set(BATCH["Retry"][0]["ErrorEquals"]) == transient


@pytest.mark.parametrize("name", ["Plan", "SynthesizeBatch", "Assemble"])
def test_every_transient_error_of_lambda_is_retried_and_no_other(name: str) -> None:
    retried = {error for rule in TASKS[name]["Retry"] for error in rule["ErrorEquals"] if "." in error}

    assert retried == TRANSIENT


def test_every_name_that_is_matched_exists() -> None:
    ours = {name for name in names_matched("Retry") | names_matched("Catch") if "." not in name}
    known = {ServiceUnavailable.__name__, JobNotActive.__name__} | {name for name, _ in inspect.getmembers(errors)}

    assert ours <= known


@pytest.mark.parametrize("name", ["Plan", "Synthesize", "Assemble"])
def test_whatever_fails_is_recorded(name: str) -> None:
    *_, last = WORKFLOW["States"][name]["Catch"]

    assert last == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "RecordFailure"}


def test_every_placeholder_stands_for_a_function() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(functions.WORKFLOW_SUBSTITUTIONS)
