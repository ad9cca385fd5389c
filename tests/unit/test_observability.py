"""Log lines and metrics of the functions."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from castline import observability
from castline.jobs.errors import JobNotFound
from castline.metrics import Metric
from castline.observability import (
    UnexpectedError,
    logger,
    measure,
    note,
    noted,
    observed,
    trace_header,
)
from local.cloud.lambda_context import LambdaContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRACE_ID = "1-5f84c7a1-e7d1852db8c4fd35d88bf49a"
TRACE_HEADER = f"Root={TRACE_ID};Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Yield a function that returns the lines written so far."""
    written = io.StringIO()
    before = observability.output.setStream(written)
    try:
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    finally:
        observability.output.setStream(before)


def invoke(handler: Callable[[dict[str, Any], Any], Any], function_name: str = "plan", **event: Any) -> Any:
    context = LambdaContext(function_name=function_name, function_arn="arn", memory_mb=128, timeout_seconds=60)
    return handler(event, context)


def test_invocations_at_the_same_time_do_not_mix(lines: Callable[[], list[dict[str, Any]]]) -> None:
    # Given a handler that all invocations are amid at the same time, again and again
    invocations, rounds = 8, 10
    together = threading.Barrier(invocations)

    @observed
    def handler(event: dict[str, Any], context: Any) -> None:
        note(job_id=event["job_id"])
        for number in range(rounds):
            together.wait()
            measure({Metric.JOBS_COMPLETED: 1, Metric.JOB_LATENCY: event["latency"] + number})
            logger.info("done", extra={"latency": event["latency"] + number})

    # When
    with ThreadPoolExecutor(invocations) as pool:
        list(
            pool.map(
                lambda number: invoke(handler, job_id=f"job-{number}", latency=1000 * number), range(invocations)
            )
        )

    # Then each line is whole, there is one for each event, and it names the invocation that wrote it
    metrics = [line for line in lines() if "_aws" in line]
    assert len(metrics) == invocations * rounds
    assert sorted((line["job_id"], line["JobLatency"]) for line in metrics) == sorted(
        (f"job-{number}", [float(1000 * number + each)]) for number in range(invocations) for each in range(rounds)
    )
    assert all(line["JobsCompleted"] == [1.0] for line in metrics)
    logged = [line for line in lines() if "_aws" not in line]
    assert {(line["job_id"], line["latency"] // 1000) for line in logged} == {
        (f"job-{number}", number) for number in range(invocations)
    }
    assert len({line["function_request_id"] for line in metrics + logged}) == invocations


def test_an_invocation_knows_nothing_of_the_one_before(lines: Callable[[], list[dict[str, Any]]]) -> None:
    @observed
    def handler(event: dict[str, Any], context: Any) -> None:
        if "job_id" in event:
            note(job_id=event["job_id"])
        logger.info("here")

    invoke(handler, job_id="one")
    invoke(handler)

    assert [line.get("job_id") for line in lines()] == ["one", None]


def test_what_is_noted_for_a_while_is_forgotten_with_all_that_was_noted_meanwhile(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    @observed
    def handler(event: dict[str, Any], context: Any) -> None:
        with noted(job_id="one"):
            note(user_id="somebody")
            logger.info("within")
        logger.info("after")

    invoke(handler)

    assert [(line.get("job_id"), line.get("user_id"), line["function_name"]) for line in lines()] == [
        ("one", "somebody", "plan"),
        (None, None, "plan"),
    ]


def test_lines_and_metrics_name_the_trace(
    lines: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)

    logger.info("here")
    measure({Metric.JOBS_CANCELLED: 1})

    assert [line["xray_trace_id"] for line in lines()] == [TRACE_ID, TRACE_ID]
    assert trace_header() == TRACE_HEADER


@pytest.mark.parametrize("value", [None, ""])
def test_without_tracing_there_is_no_header(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    else:
        monkeypatch.setenv("_X_AMZN_TRACE_ID", value)

    assert trace_header() is None


def test_an_error_of_our_own_is_told(lines: Callable[[], list[dict[str, Any]]]) -> None:
    @observed
    def handler(event: dict[str, Any], context: Any) -> None:
        raise JobNotFound("ours to tell")

    with pytest.raises(JobNotFound, match="ours to tell"):
        invoke(handler)

    assert lines() == []


def test_any_other_error_is_told_by_class_and_place_only(lines: Callable[[], list[dict[str, Any]]]) -> None:
    @observed
    def handler(event: dict[str, Any], context: Any) -> None:
        raise KeyError("a secret")

    with pytest.raises(UnexpectedError, match=r"^KeyError$") as raised:
        invoke(handler)

    (line,) = lines()
    assert (line["message"], line["error"], line["level"]) == ("unexpected error", "KeyError", "ERROR")
    assert any("test_observability.py" in frame for frame in line["stack"])
    assert "a secret" not in json.dumps(line)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("values", "code"), [({Metric.JOBS_FAILED: 1}, None), ({Metric.JOBS_COMPLETED: 1}, "TIMEOUT")]
)
def test_a_metric_by_code_has_one_and_no_other_has(values: dict[Metric, float], code: str | None) -> None:
    with pytest.raises(ValueError, match="with code"):
        measure(values, code=code)


def test_a_deployments_lines_and_metrics_carry_its_name() -> None:
    # Given a process that is told its name
    program = (
        "from castline.metrics import Metric\n"
        "from castline.observability import logger, measure\n"
        "logger.info('said')\n"
        "measure({Metric.JOBS_COMPLETED: 1})\n"
    )
    environment = {**os.environ, "POWERTOOLS_SERVICE_NAME": "castline-staging"}

    # When it logs and measures
    written = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    ).stdout

    # Then both are told from another deployment's
    said, measured = (json.loads(line) for line in written.splitlines())
    assert (said["message"], said["service"]) == ("said", "castline-staging")
    assert measured["service"] == "castline-staging"
    assert measured["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")]
)
def test_a_line_that_cannot_be_written_fails_no_call(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise error

    monkeypatch.setattr(observability.output, "stream", Full())

    observability.logger.info("submitted")
    observability.measure({Metric.JOBS_SUBMITTED: 1})
