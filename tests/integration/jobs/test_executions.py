"""Requests to Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from castline.aws_errors import ServiceUnavailable
from castline.jobs.executions import Executions

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:castline"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:castline:job"
HEADER = "Root=1-5f84c7a1-e7d1852db8c4fd35d88bf49a;Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture
def client() -> SFNClient:
    return boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local"
    )


@pytest.mark.parametrize(("header", "more"), [(HEADER, {"traceHeader": HEADER}), (None, {})])
def test_an_execution_belongs_to_the_trace_of_its_request_if_there_is_one(
    client: SFNClient, header: str | None, more: dict[str, Any]
) -> None:
    # Given a Step Functions that takes this request and no other
    request = {"stateMachineArn": MACHINE, "name": "job", "input": json.dumps({"job_id": "job"}), **more}
    with Stubber(client) as stubber:
        stubber.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0}, request)

        # When
        started = Executions(client, MACHINE, trace_header=lambda: header).start("job")

    # Then
    assert started
    stubber.assert_no_pending_responses()


def test_one_that_has_ended_is_not_started_again(client: SFNClient) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("start_execution", "ExecutionAlreadyExists", http_status_code=400)

        assert not Executions(client, MACHINE).start("job")


def test_one_that_is_refused_can_be_started_later(client: SFNClient) -> None:
    with Stubber(client) as stubber:
        stubber.add_client_error("start_execution", "ExecutionLimitExceeded", http_status_code=400)

        with pytest.raises(ServiceUnavailable, match="ExecutionLimitExceeded"):
            Executions(client, MACHINE).start("job")
