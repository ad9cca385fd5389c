"""Factory of the Lambda functions, each with its own role that allows only what its handler does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from castline.speech.providers.registry import enable
from infra import functions
from infra.acknowledgements import acknowledge
from infra.log_retention import retention
from infra.permissions import grant

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs
    from aws_cdk import aws_stepfunctions as sfn

    from infra.data_stack import DataStack
    from infra.environments import Environment
    from infra.functions import FunctionSpec
    from layers.build import Artefacts

RUNTIME = lambda_.Runtime.PYTHON_3_13
CA_BUNDLE = "/opt/python/certifi/cacert.pem"
"""The CA bundle in the core layer. Without it, the Azure SDK's OpenSSL would look at a path of its build machine."""
_SENDING_THEMSELVES_MESSAGES = (functions.DELIVER_WEBHOOKS, functions.SYNTHESIZE)
_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


class ServiceFunctions(Construct):
    """A factory of functions that share code, layers and settings."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        data: DataStack,
        synthesis_queue: sqs.Queue,
        artefacts: Artefacts,
    ) -> None:
        super().__init__(scope, id)
        self._environment = environment
        self._data = data
        self._synthesis_queue = synthesis_queue
        self._architecture = _ARCHITECTURES[environment.architecture]
        self._code = lambda_.Code.from_asset(str(artefacts.code))
        self._core = self._layer(
            "Core", str(artefacts.core), "Powertools, pydantic, and what else every function needs"
        )
        self._speech = self._layer("Speech", str(artefacts.speech), "The Azure Speech SDK, ICU, FFmpeg, numpy, LAME")

    def make(self, spec: FunctionSpec, *, state_machine: sfn.StateMachine | None = None) -> lambda_.Function:
        """Create one function.

        Args:
            spec: the function.
            state_machine: the workflow, for a function that starts and stops executions.
        """
        name = "".join(word.capitalize() for word in spec.name.split("-"))
        log_group = logs.LogGroup(
            self,
            f"{name}Logs",
            retention=retention(self._environment.log_retention_days),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Castline {self._environment.name}: {spec.name}",
        )
        log_group.grant_write(role)
        grant(
            role,
            spec,
            environment=self._environment,
            data=self._data,
            synthesis_queue=self._synthesis_queue,
            state_machine=state_machine,
        )
        starts_from_a_snapshot = spec == functions.API and self._environment.snap_start
        settings = self._settings()
        if spec == functions.API:
            settings |= {
                "OPERATOR_CLAIM": self._environment.operators.name,
                "OPERATOR_VALUE": self._environment.operators.value,
            }
        if spec == functions.PREVIEW:
            settings |= functions.PREVIEW_TIMEOUTS
        if state_machine is not None:
            settings["STATE_MACHINE_ARN"] = state_machine.state_machine_arn
        function = lambda_.Function(
            self,
            name,
            description=f"Castline {self._environment.name}: {spec.name}",
            runtime=RUNTIME,
            architecture=self._architecture,
            code=self._code,
            handler=spec.handler,
            layers=[self._core, self._speech] if spec.needs_speech else [self._core],
            timeout=cdk.Duration.seconds(spec.timeout_seconds),
            memory_size=spec.memory_mb,
            ephemeral_storage_size=cdk.Size.mebibytes(spec.storage_mb),
            environment=settings | ({"SSL_CERT_FILE": CA_BUNDLE} if spec.needs_speech else {}),
            role=role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=(lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if starts_from_a_snapshot else None),
            # These functions send messages to the queues that invoke them. Lambda would stop such a loop after 16
            # messages.
            recursive_loop=lambda_.RecursiveLoop.ALLOW if spec in _SENDING_THEMSELVES_MESSAGES else None,
        )
        acknowledge(
            role, "AwsSolutions-IAM5[Resource::*]", "X-Ray has no resource-level permissions for writing traces."
        )
        acknowledge(
            function,
            "AwsSolutions-L1",
            "The newest Python that Castline is tested with; AWS supports it for as long as 3.14, until June 2029.",
        )
        if starts_from_a_snapshot:
            acknowledge(
                function,
                "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish",
                "The API calls an alias of a version that is published.",
            )
        return function

    def _layer(self, id: str, path: str, description: str) -> lambda_.LayerVersion:  # noqa: A002 (CDK's name)
        return lambda_.LayerVersion(
            self,
            id,
            code=lambda_.Code.from_asset(path),
            description=f"Castline: {description}",
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[self._architecture],
        )

    def _settings(self) -> dict[str, str]:
        return {
            "TABLE_NAME": self._data.table.table_name,
            "BUCKET_NAME": self._data.bucket.bucket_name,
            "SPEECH_PROVIDERS": self._speech_providers(),
            "CURRENCY": self._environment.currency,
            "MAX_ACTIVE_JOBS": str(self._environment.max_active_jobs),
            **self._environment.quota_settings,
            "POWERTOOLS_SERVICE_NAME": self._environment.service_name,
            "WEBHOOK_QUEUE_URL": self._data.webhook_queue.queue.queue_url,
            "SYNTHESIS_QUEUE_URL": self._synthesis_queue.queue_url,
        }

    def _speech_providers(self) -> str:
        """Return the providers and their options, in the form that ``castline.settings`` reads.

        Raises:
            InvalidProviderOptions: a provider cannot use its options.
        """
        providers: dict[str, dict[str, Any]] = {}
        for provider in self._environment.speech_providers:
            secret = self._data.secrets.get(provider.id)
            options = {
                "secret_id": secret.secret_arn if secret is not None else None,
                "concurrency": provider.concurrency,
                "requests_per_second": provider.requests_per_second,
                "price_per_million": provider.price_per_million,
            }
            given = {name: value for name, value in options.items() if value is not None}
            providers[provider.id] = {**given, **provider.options}
        enable(providers)
        return cdk.Stack.of(self).to_json_string(providers)
