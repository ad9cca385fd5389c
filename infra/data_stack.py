"""Data stack: everything that must outlive the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from castline import table
from infra import queue_settings
from infra.acknowledgements import acknowledge
from infra.calling_queue import CallingQueue
from infra.event_bus import JobEventBus
from infra.lifecycle_rules import LIFECYCLE_RULES
from infra.private_bucket import private_bucket
from infra.sign_in import SignIn
from infra.speech_providers import NEEDS

if TYPE_CHECKING:
    from constructs import Construct

    from infra.environments import Environment
    from infra.speech_providers import SecretSpec


class DataStack(cdk.Stack):
    """The users, jobs, audio, provider secrets, event bus, webhooks and alarm topic of one environment.

    Attributes:
        table: the jobs.
        bucket: segments and finished audio.
        secrets: the secret of each provider's key, by provider id. An operator enters the key.
        event_bus: the bus of the jobs' events. It outlives the service, because consumers have rules on it.
        webhook_queue: the queue of webhook deliveries.
        alarm_topic: the topic of alarms and budget warnings.
        sign_in: the user pool; None where another issuer signs the users' tokens.
        token_issuer: the issuer of the users' tokens.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:  # noqa: A002 (CDK's name)
        super().__init__(
            scope,
            id,
            stack_name=f"castline-{environment.name}-data",
            description="Castline: users, jobs, audio and the speech key. Outlives the service.",
            termination_protection=environment.retain_data,
        )
        self._removal_policy = cdk.RemovalPolicy.RETAIN if environment.retain_data else cdk.RemovalPolicy.DESTROY
        self.table = self._table(environment)
        self.bucket = self._bucket()
        self.secrets = {
            provider.id: self._secret(spec)
            for provider in environment.speech_providers
            if (spec := NEEDS[provider.id].secret) is not None
        }
        self.event_bus = JobEventBus(self, "Events", environment_name=environment.name).bus
        # The queue is part of the data: a delivery may wait in it for hours.
        self.webhook_queue = CallingQueue(
            self, "Webhooks", "Deliveries", queue_settings.WEBHOOKS, removal_policy=self._removal_policy
        )
        self.alarm_topic = self._alarm_topic(environment)
        self.sign_in: SignIn | None = None
        if environment.token_issuer is not None:
            self.token_issuer = environment.token_issuer
        else:
            self.sign_in = SignIn(self, "SignIn", environment=environment)
            self.token_issuer = self.sign_in.token_issuer
        cdk.CfnOutput(self, "TableName", value=self.table.table_name)
        cdk.CfnOutput(self, "BucketName", value=self.bucket.bucket_name)
        for provider_id, secret in self.secrets.items():
            cdk.CfnOutput(self, f"{provider_id.capitalize()}SpeechSecretId", value=secret.secret_arn)
        cdk.CfnOutput(self, "EventBusName", value=self.event_bus.event_bus_name)
        cdk.CfnOutput(self, "WebhookQueueUrl", value=self.webhook_queue.queue.queue_url)
        cdk.CfnOutput(self, "AlarmTopicArn", value=self.alarm_topic.topic_arn)

    def _table(self, environment: Environment) -> dynamodb.Table:
        jobs = dynamodb.Table(
            self,
            "Jobs",
            partition_key=_string(table.PARTITION_KEY),
            sort_key=_string(table.SORT_KEY),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=table.TTL_ATTRIBUTE,
            stream=dynamodb.StreamViewType.KEYS_ONLY,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=environment.point_in_time_recovery
            ),
            deletion_protection=environment.retain_data,
            removal_policy=self._removal_policy,
        )
        for index in table.INDEXES:
            jobs.add_global_secondary_index(
                index_name=index.name,
                partition_key=_string(index.partition_key),
                sort_key=_string(index.sort_key),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=list(index.non_key_attributes),
            )
        if not environment.point_in_time_recovery:
            acknowledge(
                jobs, "AwsSolutions-DDB3", "Jobs are kept for 30 days, and those of this environment need no backup."
            )
        return jobs

    def _bucket(self) -> s3.Bucket:
        bucket = private_bucket(
            self,
            "Audio",
            lifecycle_rules=[
                s3.LifecycleRule(
                    id=rule.name,
                    prefix=rule.prefix,
                    expiration=None if rule.expiration_days is None else cdk.Duration.days(rule.expiration_days),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(rule.incomplete_upload_days),
                )
                for rule in LIFECYCLE_RULES
            ],
            cors=_requests_by_pages(),
            removal_policy=self._removal_policy,
        )
        # The construct's option would deploy a function that sets this property. CloudFormation can set it directly.
        template = bucket.node.default_child
        assert isinstance(template, s3.CfnBucket)  # noqa: S101 (for the type checker)
        template.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        acknowledge(
            bucket,
            "AwsSolutions-S1",
            "No object is public: it is read by a function, or by a presigned URL that the API logs with its job.",
        )
        return bucket

    def _secret(self, spec: SecretSpec) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            spec.id,
            description=spec.description,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=spec.template, generate_string_key="key", exclude_punctuation=True
            ),
            removal_policy=self._removal_policy,
        )
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            "The provider issues the key, so AWS cannot rotate it; a new one is used within five minutes.",
        )
        return secret

    def _alarm_topic(self, environment: Environment) -> sns.Topic:
        # Not encrypted by KMS: SNS keeps an alarm's text only until its delivery, the text has no user data, and
        # CloudWatch and Budgets could publish only with a customer managed key, for 1 USD a month.
        topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        # A topic with its own policy loses the default one, which let the account's alarms publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsAndBudgetsPublish",
                actions=["sns:Publish"],
                principals=[
                    iam.ServicePrincipal("cloudwatch.amazonaws.com"),
                    iam.ServicePrincipal("budgets.amazonaws.com"),
                ],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        if environment.alarm_email is not None:
            topic.add_subscription(subscriptions.EmailSubscription(environment.alarm_email))
        return topic


def _requests_by_pages() -> list[s3.CorsRule]:
    """Return CORS rules that let web pages upload sounds and read files and parts of playlists by presigned URLs.

    The signature is the permission, so every origin is allowed. The console's origin is not known here, because the
    console is deployed after the bucket.
    """
    return [
        s3.CorsRule(
            allowed_methods=[s3.HttpMethods.PUT],
            allowed_origins=["*"],
            allowed_headers=["content-type", "if-none-match"],
            max_age=3600,
        ),
        s3.CorsRule(
            allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.HEAD],
            allowed_origins=["*"],
            allowed_headers=["range"],
            exposed_headers=["Accept-Ranges", "Content-Length", "Content-Range"],
            max_age=3600,
        ),
    ]


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
