"""Webhooks of a user who submits jobs: what a receiver on this machine gets, and what the user sees of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook

from local.cloud.clock import Clock
from tests.e2e.dialogues import dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.integration.webhooks.receiver import Receiver
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Lines that the local stack has shown."""
    return []


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack], lines: list[str]) -> LocalStack:
    return own_stack(clock=Clock(), on_request=lines.append)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def create(client: ApiClient, url: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    webhook: dict[str, Any] = answer.json()
    return webhook


def deliveries(client: ApiClient, webhook_id: str) -> list[dict[str, Any]]:
    answer = client.get(f"/webhooks/{webhook_id}/deliveries")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def delivered(client: ApiClient, webhook_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many deliveries have arrived, and return them, newest first."""

    def arrived() -> list[dict[str, Any]]:
        return [each for each in deliveries(client, webhook_id) if each["status"] == "delivered"]

    eventually(lambda: len(arrived()) >= count, timeout_seconds=PATIENCE_SECONDS)
    return arrived()


def test_the_start_and_the_end_of_a_job_arrive_signed(client: ApiClient, receiver: Receiver) -> None:
    # Given a webhook
    webhook = create(client, receiver.url("/200?token=geheim"))

    # When a job is submitted, and completes
    job = client.complete(dialogue("第一句。", title="湖"))
    delivered(client, webhook["id"], 2)

    # Then both events arrive with valid signatures, in any order
    events = [Webhook(webhook["secret"]).verify(each.body, each.headers) for each in receiver.requests]
    by_type = {event["type"]: event for event in events}
    assert by_type.keys() == {"job.started", "job.completed"}
    for request, event in zip(receiver.requests, events, strict=True):
        assert request.headers["webhook-id"] == event["id"]
        assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < PATIENCE_SECONDS
    data = by_type["job.completed"]["data"]
    assert (data["job_id"], data["status"]) == (job["id"], "completed")
    # And they hold nothing of the dialogue
    assert not any(text in json.dumps(events, ensure_ascii=False) for text in ("第一句", "湖"))


def test_a_webhook_gets_only_what_it_has_subscribed_to(client: ApiClient, receiver: Receiver) -> None:
    # Given
    webhook = create(client, receiver.url("/200"), events=["job.completed"])

    # When
    client.complete(dialogue("第一句。"))
    (only,) = delivered(client, webhook["id"], 1)

    # Then
    assert only["event_type"] == "job.completed"
    assert len(receiver.requests) == 1


def test_a_job_can_have_a_url_of_its_own(client: ApiClient, receiver: Receiver) -> None:
    # Given a user's secret for the URLs of jobs
    secret = client.post("/webhooks/job/rotate").json()["secret"]

    # When a job names a URL
    job_id = client.submit(dialogue("第一句。") | {"webhook_url": receiver.url("/200/job")})
    client.wait_for(job_id, "completed")
    eventually(lambda: len(receiver.requests) == 2, timeout_seconds=PATIENCE_SECONDS)

    # Then its events arrive there
    types = {Webhook(secret).verify(each.body, each.headers)["type"] for each in receiver.requests}
    assert types == {"job.started", "job.completed"}


def test_a_test_and_a_second_delivery(client: ApiClient, receiver: Receiver) -> None:
    # Given a webhook that is tested
    webhook = create(client, receiver.url("/200"))
    tested = client.post(f"/webhooks/{webhook['id']}/test")
    assert tested.status_code == 202
    (first,) = delivered(client, webhook["id"], 1)

    # When the test is delivered again
    again = client.post(f"/webhooks/{webhook['id']}/deliveries/{first['id']}/redeliver")
    assert again.status_code == 202
    delivered(client, webhook["id"], 2)

    # Then
    one, two = receiver.requests
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"] == first["event_id"]
    assert again.json()["redelivery_of"] == first["id"]


def test_a_failing_receiver_is_tried_again_after_five_seconds(
    client: ApiClient, receiver: Receiver, lines: list[str]
) -> None:
    # Given a receiver that fails
    webhook = create(client, receiver.url("/500"))
    client.post(f"/webhooks/{webhook['id']}/test")
    eventually(lambda: receiver.requests, timeout_seconds=PATIENCE_SECONDS)

    # When it has recovered by the time of the second attempt
    client.patch(f"/webhooks/{webhook['id']}", json={"url": receiver.url("/200")})
    (done,) = delivered(client, webhook["id"], 1)

    # Then the log tells of both attempts
    assert [attempt["status_code"] for attempt in done["attempts"]] == [500, 200]
    assert [attempt["error"] for attempt in done["attempts"]] == ["bad_status", None]
    # And so do the lines of the local stack
    shown = [line for line in lines if webhook["id"] in line and line.startswith("webhook ")]
    assert [line.partition("webhook.test")[2].split(",")[0].strip() for line in shown] == [
        "bad_status: 500",
        "delivered: 200",
    ]
