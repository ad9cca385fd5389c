"""Event bus of the deployment, from which consumers receive the events of jobs, and its archive."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from infra.event_patterns import JOB_EVENTS

ARCHIVE_DAYS = 30
"""The archive's retention: as long as a job is kept, because the event of a deleted job is useless."""


class JobEventBus(Construct):
    """The bus ``castline-<environment>``. Its name is not generated, because consumers have to know it.

    Attributes:
        bus: the bus.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment_name: str,
    ) -> None:
        super().__init__(scope, id)
        name = f"castline-{environment_name}"
        self.bus = events.EventBus(
            self, "Bus", event_bus_name=name, description="Castline: jobs that have started or ended"
        )
        self.bus.archive(
            "Archive",
            archive_name=name,
            description="Castline: events of jobs, for a consumer that has missed some",
            event_pattern=events.EventPattern(source=JOB_EVENTS["source"]),
            retention=cdk.Duration.days(ARCHIVE_DAYS),
        )
