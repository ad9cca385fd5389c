"""Event source mapping by which the messages of a queue invoke a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs


# Lambda polls the queue with the function's role.
_POLLING = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


class QueueReader(Construct):
    """The event source mapping from a queue to a function."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        name: str,
        *,
        queue: sqs.Queue,
        function: lambda_.Function,
        max_concurrency: int,
    ) -> None:
        super().__init__(scope, id)
        function.add_to_role_policy(iam.PolicyStatement(actions=list(_POLLING), resources=[queue.queue_arn]))
        mapping = lambda_.CfnEventSourceMapping(
            self,
            name,
            event_source_arn=queue.queue_arn,
            function_name=function.function_name,
            # A message may take long, and other messages must not wait for it.
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=max_concurrency),
        )
        # Lambda creates the mapping only if the function's role can already read the queue.
        if function.role is not None:
            mapping.node.add_dependency(function.role)
