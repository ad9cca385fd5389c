"""Files of the console's page: a function uploads them to the bucket when CloudFormation deploys it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgements import acknowledge, acknowledge_wildcard
from infra.log_retention import retention

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import aws_s3 as s3

    from infra.environments import Environment

HANDLER = "infra.console_upload.handler"
_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


class ConsoleFiles(Construct):
    """The files of the page, and ``config.json``. They are deleted with the stack."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        bucket: s3.Bucket,
        artefact: Path,
        configuration: str,
    ) -> None:
        """Create the function and the custom resource that calls it.

        Args:
            scope: the parent construct.
            id: the construct's id.
            environment: the environment.
            bucket: the bucket for the files.
            artefact: the function's code, with the page.
            configuration: the text of ``config.json``.
        """
        super().__init__(scope, id)
        log_group = logs.LogGroup(
            self,
            "Logs",
            retention=retention(environment.log_retention_days),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = self._role(environment, bucket)
        log_group.grant_write(role)
        function = lambda_.Function(
            self,
            "Upload",
            description=f"Castline {environment.name}: uploads the console's page",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=_ARCHITECTURES[environment.architecture],
            code=lambda_.Code.from_asset(str(artefact)),
            handler=HANDLER,
            timeout=cdk.Duration.minutes(2),
            memory_size=512,
            role=role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
        )
        acknowledge(
            function,
            "AwsSolutions-L1",
            "The newest Python that Castline is tested with; AWS supports it for as long as 3.14, until June 2029.",
        )
        uploaded = cdk.CustomResource(
            self,
            "Page",
            resource_type="Custom::ConsolePage",
            service_token=function.function_arn,
            service_timeout=cdk.Duration.minutes(3),
            # CloudFormation calls the function again when one of these values changes.
            properties={
                "Bucket": bucket.bucket_name,
                "Configuration": configuration,
                "Page": cdk.FileSystem.fingerprint(str(artefact)),
            },
        )
        uploaded.node.add_dependency(role, log_group)

    def _role(self, environment: Environment, bucket: s3.Bucket) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Castline {environment.name}: uploads the console's page",
        )
        files = bucket.arn_for_objects("*")
        role.add_to_policy(iam.PolicyStatement(actions=["s3:PutObject", "s3:DeleteObject"], resources=[files]))
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]))
        acknowledge_wildcard(role, files, "The bucket holds the page and nothing else.")
        return role
