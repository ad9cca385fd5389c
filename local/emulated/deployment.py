"""Deployed stacks: their outputs and resources, as an operator finds them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.emulated.cloud import EmulatedCloud

_API: Final = "AWS::ApiGatewayV2::Api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One deployed stack."""

    name: str
    outputs: Mapping[str, str]
    resources: tuple[tuple[str, str], ...]
    """The type and physical id of each resource."""
    is_protected: bool
    """Whether the stack has termination protection."""

    @property
    def services(self) -> Counter[str]:
        """Return the number of resources of each service: ``{"Lambda": 12}``."""
        return Counter(type_.split("::")[1] for type_, _ in self.resources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The two stacks of one environment."""

    data: Stack
    service: Stack

    @property
    def table_name(self) -> str:
        """The name of the jobs table."""
        return self._output("TableName")

    @property
    def bucket_name(self) -> str:
        """The name of the bucket of segments and audio."""
        return self._output("BucketName")

    @property
    def secret_id(self) -> str:
        """The id of the secret that holds Azure's key."""
        return self._output("AzureSpeechSecretId")

    @property
    def state_machine_arn(self) -> str:
        """The ARN of the workflow."""
        return self._output("StateMachineArn")

    @property
    def event_bus_name(self) -> str:
        """The name of the bus on which the events of jobs are published."""
        return self._output("EventBusName")

    @property
    def publish_events_function(self) -> str:
        """The name of the function that publishes events, and publishes them again."""
        return self._output("PublishEventsFunction")

    @property
    def user_pool_id(self) -> str:
        """The id of the user pool."""
        return self._output("UserPoolId")

    @property
    def user_pool_client_id(self) -> str:
        """The id of the user pool's client."""
        return self._output("UserPoolClientId")

    @property
    def api_id(self) -> str:
        """The id of the HTTP API."""
        return next(name for type_, name in self.service.resources if type_ == _API)

    @property
    def console_url(self) -> str:
        """The URL of the distribution in front of the console's page and the API."""
        return self._output("ConsoleUrl")

    @property
    def console_bucket_name(self) -> str:
        """The name of the bucket of the console's page."""
        return self._output("ConsoleBucketName")

    def _output(self, name: str) -> str:
        return {**self.data.outputs, **self.service.outputs}[name]


def read_stack(cloud: EmulatedCloud, name: str) -> Stack | None:
    """Return a stack by name; None if there is none."""
    client = cloud.client("cloudformation")
    found: list[dict[str, Any]] = [each for each in client.describe_stacks()["Stacks"] if each["StackName"] == name]
    if not found:
        return None
    pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
    return Stack(
        name=name,
        outputs={output["OutputKey"]: output["OutputValue"] for output in found[0].get("Outputs", [])},
        resources=tuple(
            (resource["ResourceType"], resource["PhysicalResourceId"])
            for page in pages
            for resource in page["StackResourceSummaries"]
        ),
        is_protected=found[0]["EnableTerminationProtection"],
    )
