"""Webhooks: every event of a job is dispatched, and every delivery is attempted until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.usecases.deliver_webhook import CLAIM
from castline.webhooks.sender import TIMEOUT_SECONDS
from infra import functions
from infra.queue_settings import WEBHOOKS
from tests.infra.queue_mappings import queue_mapping
from tests.infra.test_events import function_called, rule
from tests.infra.test_functions import path

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment

TIMEOUT_OF_FUNCTION_SECONDS = functions.DELIVER_WEBHOOKS.timeout_seconds


def queue(deployment: Deployment, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.data.by_path("AWS::SQS::Queue")[f"Webhooks/{name}"]
    return properties


def test_events_of_jobs_are_dispatched(deployment: Deployment) -> None:
    dispatched = rule(deployment, "DispatchWebhooks")

    assert dispatched["EventPattern"] == {"source": ["castline"]}
    (target,) = dispatched["Targets"]
    assert function_called(deployment, target["Arn"]) == path(functions.DISPATCH_WEBHOOKS)


def test_the_queue_calls_the_function_one_delivery_at_a_time(deployment: Deployment) -> None:
    deliveries = queue_mapping(deployment, functions.DELIVER_WEBHOOKS)

    assert deliveries["BatchSize"] == 1
    assert deliveries["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 2 <= deliveries["ScalingConfig"]["MaximumConcurrency"] <= 1000


def test_a_message_stays_hidden_while_its_attempt_may_run(deployment: Deployment) -> None:
    visibility_seconds = queue(deployment, "Deliveries")["VisibilityTimeout"]

    assert TIMEOUT_SECONDS * 2 < TIMEOUT_OF_FUNCTION_SECONDS < CLAIM.total_seconds() < visibility_seconds
    assert visibility_seconds >= 6 * TIMEOUT_OF_FUNCTION_SECONDS


def test_messages_are_given_up_only_after_many_breakdowns(
    deployment: Deployment,
) -> None:
    deliveries, dead_letters = queue(deployment, "Deliveries"), queue(deployment, "DeadLetters")

    assert deliveries["RedrivePolicy"]["maxReceiveCount"] == WEBHOOKS.max_receives >= 100
    assert deliveries["MessageRetentionPeriod"] == dead_letters["MessageRetentionPeriod"] == 14 * 86_400
    assert deliveries["SqsManagedSseEnabled"] is dead_letters["SqsManagedSseEnabled"] is True


def test_only_functions_that_send_to_their_own_queues_may_run_in_a_loop(deployment: Deployment) -> None:
    deployed = deployment.service.by_path("AWS::Lambda::Function")

    allowed = {name for name, properties in deployed.items() if properties.get("RecursiveLoop") == "Allow"}

    assert allowed == {path(functions.DELIVER_WEBHOOKS), path(functions.SYNTHESIZE)}


def test_functions_know_the_queue_and_none_may_send_to_this_machine(deployment: Deployment) -> None:
    for spec in (functions.API, functions.DISPATCH_WEBHOOKS, functions.DELIVER_WEBHOOKS):
        variables = deployment.service.by_path("AWS::Lambda::Function")[path(spec)]["Environment"]["Variables"]
        assert deployment.flat(variables["WEBHOOK_QUEUE_URL"]) == "AWS::SQS::Queue"
        assert "WEBHOOKS_ALLOW_LOOPBACK" not in variables
