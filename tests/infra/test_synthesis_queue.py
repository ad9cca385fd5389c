"""The queue of tickets, each of which has one waiting batch spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline.usecases.keeping import LEASE
from infra import functions
from infra.environments import ENVIRONMENTS
from infra.queue_settings import SYNTHESIS
from tests.infra.queue_mappings import queue_mapping

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment, Synthesis


def queue(deployment: Deployment, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.service.by_path("AWS::SQS::Queue")[f"Synthesis/{name}"]
    return properties


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_is_spoken_at_once_is_the_providers_budget(synthesis: Synthesis, name: str) -> None:
    mapping = queue_mapping(synthesis.deployments[name], functions.SYNTHESIZE)

    assert mapping["ScalingConfig"]["MaximumConcurrency"] == ENVIRONMENTS[name].synthesize_concurrency
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_ticket_finds_its_batch_when_it_comes_back(deployment: Deployment) -> None:
    visibility_seconds = queue(deployment, "Tickets")["VisibilityTimeout"]

    # Lambda demands the first, and a batch that is still kept would not be found.
    assert visibility_seconds >= functions.SYNTHESIZE.timeout_seconds
    assert visibility_seconds > LEASE.total_seconds()


def test_tickets_outlast_the_jobs_that_wait(deployment: Deployment) -> None:
    tickets, dead_letters = queue(deployment, "Tickets"), queue(deployment, "DeadLetters")

    assert tickets["MessageRetentionPeriod"] == SYNTHESIS.retention_days * 86_400 > 25 * 3600
    assert dead_letters["MessageRetentionPeriod"] >= tickets["MessageRetentionPeriod"]
    assert tickets["RedrivePolicy"]["maxReceiveCount"] == SYNTHESIS.max_receives
