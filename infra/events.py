"""What the service reacts to: executions that end, the clock, and jobs that expire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from castline.jobs import items, table
from infra.acknowledgements import acknowledge

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_stepfunctions as sfn

UNRECORDED_ENDS = ("FAILED", "TIMED_OUT", "ABORTED")
"""How executions end that have recorded no outcome."""

TTL_REMOVALS = {
    "eventName": ["REMOVE"],
    "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]},
    "dynamodb": {"Keys": {table.SORT_KEY: {"S": [items.JOB]}}},
}
"""The stream records of jobs that DynamoDB has removed by itself."""


class Events(Construct):
    """Rules, schedule and stream, each with a queue for what could not be delivered.

    Attributes:
        dead_letter_queues: those queues, by what they are for.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        state_machine: sfn.StateMachine,
        jobs: dynamodb.Table,
        execution_ended: lambda_.Function,
        reconcile: lambda_.Function,
        expire: lambda_.Function,
    ) -> None:
        super().__init__(scope, id)
        self.dead_letter_queues: dict[str, sqs.Queue] = {}
        events.Rule(
            self,
            "ExecutionEnded",
            description="Workflows that ended without recording an outcome",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"status": list(UNRECORDED_ENDS), "stateMachineArn": [state_machine.state_machine_arn]},
            ),
            targets=[self._target(execution_ended, self._dead_letter_queue("ExecutionEnded"))],
        )
        events.Rule(
            self,
            "EveryMinute",
            description="The reconciler's clock",
            schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
            targets=[self._target(reconcile, self._dead_letter_queue("Reconcile"))],
        )
        expired = self._dead_letter_queue("Expire")
        expired.grant_send_messages(expire)
        expire.add_event_source(
            event_sources.DynamoEventSource(
                jobs,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                max_batching_window=cdk.Duration.seconds(30),
                filters=[{"pattern": json.dumps(TTL_REMOVALS)}],
                report_batch_item_failures=True,
                bisect_batch_on_error=True,
                retry_attempts=10,
                max_record_age=cdk.Duration.hours(12),
                on_failure=event_sources.SqsDlq(expired),
            )
        )
        acknowledge(
            expire.role or expire, "AwsSolutions-IAM5[Resource::*]", "dynamodb:ListStreams knows no single stream."
        )

    def _dead_letter_queue(self, name: str) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            f"{name}DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        acknowledge(queue, "AwsSolutions-SQS3", "It is a dead-letter queue itself.")
        self.dead_letter_queues[name] = queue
        return queue

    def _target(self, function: lambda_.Function, dead_letters: sqs.Queue) -> targets.LambdaFunction:
        return targets.LambdaFunction(
            function, dead_letter_queue=dead_letters, retry_attempts=10, max_event_age=cdk.Duration.hours(2)
        )
