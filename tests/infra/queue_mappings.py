"""Event source mappings from queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.infra.test_events import function_called
from tests.infra.test_functions import path

if TYPE_CHECKING:
    from infra.functions import FunctionSpec
    from tests.infra.synthesis import Deployment


def queue_mapping(deployment: Deployment, spec: FunctionSpec) -> dict[str, Any]:
    """Return the mapping from a queue to a function; there is exactly one."""
    (found,) = (
        each
        for each in deployment.service.properties_of("AWS::Lambda::EventSourceMapping")
        if deployment.flat(each["EventSourceArn"]) == "AWS::SQS::Queue.Arn"
        and function_called(deployment, each["FunctionName"]) == path(spec)
    )
    return found
