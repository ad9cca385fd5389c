"""Event sources of the service: executions that end, a schedule, uploaded sounds, the table's stream, and the bus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from castline.sounds.keys import PREFIX, UPLOAD
from infra.acknowledgements import acknowledge
from infra.event_patterns import JOB_EVENTS, NEW_JOB_EVENTS, TTL_REMOVALS

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_stepfunctions as sfn

UNRECORDED_ENDS = ("FAILED", "TIMED_OUT", "ABORTED")
"""The statuses of executions that have ended without recording an outcome."""


class Events(Construct):
    """Rules, a schedule and a stream, each with a queue for events that could not be delivered or handled.

    Attributes:
        dead_letter_queues: the queues, by purpose.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        state_machine: sfn.StateMachine,
        jobs: dynamodb.Table,
        bucket: s3.Bucket,
        bus: events.EventBus,
        execution_ended: lambda_.Function,
        sound_uploaded: lambda_.Function,
        reconcile: lambda_.Function,
        expire: lambda_.Function,
        publish_events: lambda_.Function,
    ) -> None:
        super().__init__(scope, id)
        self.dead_letter_queues: dict[str, sqs.Queue] = {}
        self._bus = bus
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
        events.Rule(
            self,
            "SoundUploaded",
            description="Files that users have uploaded",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": [{"wildcard": f"{PREFIX}*/{UPLOAD}"}]},
                },
            ),
            targets=[self._target(sound_uploaded, self._dead_letter_queue("SoundUploaded"))],
        )
        self._read_removals(jobs, expire)
        self._publish(jobs, publish_events)

    def on_job_event(self, name: str, function: lambda_.Function, *, description: str) -> None:
        """Call a function with every event of a job that is published on the bus.

        Args:
            name: the name of the rule.
            function: the function. Events that it cannot handle go to a separate dead-letter queue.
            description: what the function does with the events.
        """
        events.Rule(
            self,
            name,
            event_bus=self._bus,
            description=description,
            event_pattern=events.EventPattern(source=JOB_EVENTS["source"]),
            targets=[self._target(function, self._dead_letter_queue(name))],
        )

    def _read_removals(self, jobs: dynamodb.Table, expire: lambda_.Function) -> None:
        self._read_stream(
            "Removals",
            jobs,
            expire,
            dead_letters=self._dead_letter_queue("Expire"),
            pattern=TTL_REMOVALS,
            window_seconds=30,
            retries=10,
            max_age=cdk.Duration.hours(12),
        )

    def _publish(self, jobs: dynamodb.Table, publish_events: lambda_.Function) -> None:
        """Call the function that publishes the events of jobs as soon as they are written.

        The function itself puts an event that can never be published into the dead-letter queue. Other failures mean
        that a service is not available, so Lambda retries until shortly before the stream deletes the record.
        """
        dead_letters = self._dead_letter_queue("PublishEvents")
        publish_events.add_environment("EVENT_BUS_NAME", self._bus.event_bus_name)
        publish_events.add_environment("EVENT_DEAD_LETTERS_URL", dead_letters.queue_url)
        self._read_stream(
            "JobEvents",
            jobs,
            publish_events,
            dead_letters=dead_letters,
            pattern=NEW_JOB_EVENTS,
            window_seconds=0,
            retries=-1,
            max_age=cdk.Duration.hours(20),
        )

    def _read_stream(
        self,
        name: str,
        jobs: dynamodb.Table,
        function: lambda_.Function,
        *,
        dead_letters: sqs.Queue,
        pattern: dict[str, Any],
        window_seconds: int,
        retries: int,
        max_age: cdk.Duration,
    ) -> None:
        """Call a function with the records of the table's stream that match a pattern.

        A stream should have two readers at most: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
        """
        _allow_sending(function, dead_letters)
        stream_arn = jobs.table_stream_arn
        assert stream_arn is not None  # noqa: S101 (for the type checker)
        for actions, resource in (
            (("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"), stream_arn),
            (("dynamodb:ListStreams",), "*"),
        ):
            function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
        acknowledge(
            function.role or function,
            "AwsSolutions-IAM5[Resource::*]",
            "dynamodb:ListStreams has no resource-level permissions.",
        )
        lambda_.CfnEventSourceMapping(
            self,
            name,
            event_source_arn=stream_arn,
            function_name=function.function_name,
            starting_position="TRIM_HORIZON",
            batch_size=100,
            maximum_batching_window_in_seconds=window_seconds,
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(
                filters=[lambda_.CfnEventSourceMapping.FilterProperty(pattern=json.dumps(pattern))]
            ),
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=retries,
            maximum_record_age_in_seconds=max_age.to_seconds(),
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(destination=dead_letters.queue_arn)
            ),
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
        """Make a function the target of a rule.

        Events that cannot be delivered, or that the function fails to handle three times, go to the queue.
        """
        _allow_sending(function, dead_letters)
        lambda_.CfnEventInvokeConfig(
            self,
            f"{dead_letters.node.id}OfFailures",
            function_name=function.function_name,
            qualifier="$LATEST",
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=2 * 60 * 60,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=dead_letters.queue_arn)
            ),
        )
        return targets.LambdaFunction(
            function, dead_letter_queue=dead_letters, retry_attempts=10, max_event_age=cdk.Duration.hours(2)
        )


def _allow_sending(function: lambda_.Function, queue: sqs.Queue) -> None:
    """Let Lambda send events that a function could not handle to ``queue``, with the function's role."""
    function.add_to_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn]))
