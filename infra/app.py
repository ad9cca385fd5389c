"""CDK app: two stacks for each environment."""

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
    """Add the stacks of ``environments``; ``artefacts`` returns the code for an architecture.

    Raises:
        ValueError: ``prod`` has no recipient of alarms, and no setting says that this is intended.
    """
    for environment in environments:
        if environment.name == "prod" and not (environment.alarm_email or environment.alarms_without_email):
            raise ValueError(
                "prod has no alarm_email: nobody would receive its alarms. Set alarm_email in infra/environments.py, "
                "or alarms_without_email=True if something else subscribes to the alarm topic."
            )
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
