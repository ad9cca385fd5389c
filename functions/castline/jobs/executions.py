"""Step Functions executions: one for each job, named by the job's id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import StartExecutionInputTypeDef


class Executions:
    """The executions of one state machine."""

    def __init__(
        self,
        client: SFNClient,
        state_machine_arn: str,
        *,
        trace_header: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Use a state machine; ``trace_header`` returns the X-Ray trace header for a new execution, or None."""
        self._client = client
        self._state_machine_arn = state_machine_arn
        self._trace_header = trace_header

    def start(self, job_id: str) -> bool:
        """Start the job's execution. A repeated call does not start a second execution.

        Returns:
            True if the execution is running; False if it has already ended.

        Raises:
            ServiceUnavailable: the execution could not be started.
        """
        execution: StartExecutionInputTypeDef = {
            "stateMachineArn": self._state_machine_arn,
            "name": job_id,
            "input": json.dumps({"job_id": job_id}),
        }
        if header := self._trace_header():
            execution["traceHeader"] = header
        try:
            with translated_aws_errors():
                self._client.start_execution(**execution)
        except ClientError as error:
            if error_code(error) != "ExecutionAlreadyExists":
                raise ServiceUnavailable(f"StartExecution: {error_code(error)}") from error
            return False
        return True

    def status(self, job_id: str) -> str | None:
        """Return the status of the job's execution, such as ``RUNNING``; None if there is no execution.

        Raises:
            ServiceUnavailable: the status could not be read.
        """
        try:
            with translated_aws_errors():
                return self._client.describe_execution(executionArn=self._arn(job_id))["status"]
        except ClientError as error:
            if error_code(error) != "ExecutionDoesNotExist":
                raise ServiceUnavailable(f"DescribeExecution: {error_code(error)}") from error
            return None

    def stop(self, job_id: str, *, error: str) -> None:
        """Stop the job's execution if it is running.

        Args:
            job_id: the job's id.
            error: the error name to record in the execution's history.

        Raises:
            ServiceUnavailable: the execution could not be stopped.
        """
        try:
            with translated_aws_errors():
                self._client.stop_execution(executionArn=self._arn(job_id), error=error)
        except ClientError as error:
            if error_code(error) != "ExecutionDoesNotExist":
                raise ServiceUnavailable(f"StopExecution: {error_code(error)}") from error

    def _arn(self, job_id: str) -> str:
        return f"{self._state_machine_arn.replace(':stateMachine:', ':execution:')}:{job_id}"
