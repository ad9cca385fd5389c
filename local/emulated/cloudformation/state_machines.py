"""State machines, created through the API: moto's own CloudFormation creates them where nothing executes them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType


def _state_machine(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("stepfunctions")
    name = properties.get("StateMachineName", name)
    definition = properties.get("DefinitionString") or json.dumps(properties["Definition"])
    for placeholder, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{placeholder}}}", value)
    arn = client.create_state_machine(
        name=name,
        definition=definition,
        roleArn=properties["RoleArn"],
        type=properties.get("StateMachineType", "STANDARD"),
        **_logging(properties.get("LoggingConfiguration")),
        tracingConfiguration={"enabled": bool(properties.get("TracingConfiguration", {}).get("Enabled"))},
    )["stateMachineArn"]
    delete = partial(client.delete_state_machine, stateMachineArn=arn)
    return Made(id=arn, delete=delete, attributes={"Arn": arn, "Name": name})


def _logging(configuration: Properties | None) -> dict[str, Any]:
    if not configuration:
        return {}
    groups = [each["CloudWatchLogsLogGroup"]["LogGroupArn"] for each in configuration.get("Destinations", [])]
    return {
        "loggingConfiguration": {
            "level": configuration["Level"],
            "includeExecutionData": bool(configuration.get("IncludeExecutionData")),
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in groups],
        }
    }


TYPES = (
    ResourceType(
        "AWS::StepFunctions::StateMachine",
        _state_machine,
        name_property="StateMachineName",
        attributes=("Arn", "Name"),
    ),
)
