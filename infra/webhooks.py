"""Delivery of webhooks: the queue calls the function that sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs

    from infra.environments import Environment

# Lambda does these with the function's role.
_POLLING = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


class Webhooks(Construct):
    """The event source mapping from the queue of deliveries to the function that attempts them."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        queue: sqs.Queue,
        deliver: lambda_.Function,
    ) -> None:
        super().__init__(scope, id)
        deliver.add_to_role_policy(iam.PolicyStatement(actions=list(_POLLING), resources=[queue.queue_arn]))
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Deliveries",
            event_source_arn=queue.queue_arn,
            function_name=deliver.function_name,
            # An attempt may take as long as a receiver likes, up to 15 s: others must not wait for it.
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(
                maximum_concurrency=environment.webhook_concurrency
            ),
        )
        # Lambda makes a mapping only if the function may already read the queue.
        if deliver.role is not None:
            mapping.node.add_dependency(deliver.role)
