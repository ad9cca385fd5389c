"""The CDK app: two stacks an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from infra.data_stack import DataStack
from infra.service_stack import ServiceStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from infra.environments import Architecture, Environment
    from layers.build import Artefacts


def add_stacks(
    app: cdk.App, environments: Iterable[Environment], artefacts: Callable[[Architecture], Artefacts]
) -> None:
    """Add the stacks of ``environments``; ``artefacts`` is asked for what is deployed to an architecture."""
    for environment in environments:
        data = DataStack(app, f"castline-{environment.name}-data", environment=environment)
        service = ServiceStack(
            app,
            f"castline-{environment.name}-service",
            environment=environment,
            data=data,
            artefacts=artefacts(environment.architecture),
        )
        for stack in (data, service):
            cdk.Tags.of(stack).add("project", "castline")
            cdk.Tags.of(stack).add("environment", environment.name)
