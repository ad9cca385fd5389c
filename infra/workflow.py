"""State machine, defined in ``workflow.asl.json``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.functions import WORKFLOW_SUBSTITUTIONS
from infra.log_retention import retention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_lambda as lambda_

    from infra.environments import Environment

DEFINITION_FILE = Path(__file__).with_name("workflow.asl.json")


class Workflow(Construct):
    """The workflow that makes a job's audio.

    Attributes:
        state_machine: the state machine that runs it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        functions: Mapping[str, lambda_.Function],
    ) -> None:
        """Create the state machine.

        Args:
            scope: the parent construct.
            id: the construct's id.
            environment: the environment.
            functions: the functions of its tasks, by their names in ``infra.functions``.
        """
        super().__init__(scope, id)
        log_group = logs.LogGroup(
            self,
            "Logs",
            # With this prefix, the log group adds no entry to the account's resource policy for log delivery.
            log_group_name=f"/aws/vendedlogs/states/castline-{environment.name}",
            retention=retention(environment.log_retention_days),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            comment=f"Castline {environment.name}: one execution a job, named by its id",
            definition_body=sfn.DefinitionBody.from_string(DEFINITION_FILE.read_text("utf-8")),
            definition_substitutions={
                placeholder: functions[spec.name].function_arn for placeholder, spec in WORKFLOW_SUBSTITUTIONS.items()
            },
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=False),
        )
        self.state_machine.add_to_role_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"],
                resources=[functions[spec.name].function_arn for spec in WORKFLOW_SUBSTITUTIONS.values()],
            )
        )
        acknowledge(
            self.state_machine.role,
            "AwsSolutions-IAM5[Resource::*]",
            "Vended logs and X-Ray have no resource-level permissions for writing.",
        )
