"""Queue of the deliveries of webhooks. It is part of the data: a delivery may wait in it for hours."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.queue_settings import MAX_RECEIVES, RETENTION_DAYS, VISIBILITY_SECONDS

_RETENTION = cdk.Duration.days(RETENTION_DAYS)


class WebhookQueue(Construct):
    """A fair queue of SQS, with a dead-letter queue.

    Attributes:
        queue: the queue.
        dead_letters: the queue of messages whose deliveries could not even be attempted.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_RETENTION,
            removal_policy=removal_policy,
        )
        self.queue = sqs.Queue(
            self,
            "Deliveries",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.seconds(VISIBILITY_SECONDS),
            retention_period=_RETENTION,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=MAX_RECEIVES),
            removal_policy=removal_policy,
        )
