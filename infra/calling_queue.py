"""SQS queue whose messages invoke a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

if TYPE_CHECKING:
    from infra.queue_settings import QueueSettings


class CallingQueue(Construct):
    """An SQS queue whose messages invoke a function, with a dead-letter queue.

    Attributes:
        queue: the queue.
        dead_letters: the queue of messages that the function has failed to handle too often.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        name: str,
        settings: QueueSettings,
        *,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        retention = cdk.Duration.days(settings.retention_days)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=retention,
            removal_policy=removal_policy,
        )
        self.queue = sqs.Queue(
            self,
            name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.seconds(settings.visibility_seconds),
            retention_period=retention,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=settings.max_receives),
            removal_policy=removal_policy,
        )
