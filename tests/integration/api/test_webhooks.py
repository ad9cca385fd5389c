"""Webhooks: created, listed, changed, rotated, tested and deleted; and the log of what was sent to them."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import boto3
import pytest
from uuid6 import uuid7

from castline import composition
from castline.api.operations import OPERATIONS
from castline.dynamodb import deserialize, serialize
from castline.jobs.event_types import EventType
from castline.observability import logger
from castline.webhooks import items
from castline.webhooks.limits import (
    DELIVERY_LIFETIME,
    MAX_DESCRIPTION_CHARACTERS,
    MAX_URL_CHARACTERS,
    MAX_WEBHOOKS,
)
from castline.webhooks.model import Attempt, AttemptError, Delivery, DeliveryStatus, DisabledReason
from local import resources
from tests.integration.api.client import Answer, call

if TYPE_CHECKING:
    from local.cloud.cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("service")

ENGLISH = {"Accept-Language": "en"}
URL = "https://hooks.example.com/castline"


@pytest.fixture
def queue_url(service: LocalCloud) -> str:
    """Return the URL of the queue of deliveries, which nobody else reads."""
    return composition.settings().webhook_queue_url


def create(user: str, **changes: Any) -> Answer:
    return call("POST", "/webhooks", user=user, json={"url": URL} | changes, headers=ENGLISH)


def get(user: str, path: str) -> Answer:
    return call("GET", f"/webhooks{path}", user=user, headers=ENGLISH)


def post(user: str, path: str) -> Answer:
    return call("POST", f"/webhooks{path}", user=user, headers=ENGLISH)


def patch(user: str, webhook_id: str, **changes: Any) -> Answer:
    return call("PATCH", f"/webhooks/{webhook_id}", user=user, json=changes, headers=ENGLISH)


def problems(answer: Answer) -> dict[str, str]:
    assert answer.status == 400
    return {each["field"]: each["message"] for each in answer.json()["details"]["errors"]}


def messages(queue_url: str) -> list[dict[str, str]]:
    """Take all messages out of the queue."""
    sqs, found = boto3.client("sqs"), []
    while received := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        for message in received:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found


def deliver(user: str, webhook_id: str, **changes: Any) -> Delivery:
    """Store a delivery with one failed attempt."""
    now = datetime.now(UTC)
    attempt = Attempt(
        at=now, status_code=500, error=AttemptError.BAD_STATUS, duration_ms=12, response_excerpt="Sorry"
    )
    delivery = Delivery(
        id=str(uuid7()),
        user_id=user,
        webhook_id=webhook_id,
        event_id=str(uuid4()),
        event_type=EventType.COMPLETED,
        job_id=str(uuid7()),
        url=URL,
        body='{"type":"job.completed"}',
        status=DeliveryStatus.FAILED,
        attempts=(attempt,),
        next_attempt_at=None,
        created_at=now,
    )
    delivery = replace(delivery, **changes)
    composition.webhook_repository().put_delivery(delivery)
    return delivery


def test_a_webhook_is_created_read_changed_and_deleted(user: str) -> None:
    # When it is created
    answer = create(user, events=["job.failed", "job.completed"], description="通知")

    # Then it is answered with its secret, which no cache may keep
    created = answer.json()
    assert (answer.status, answer.headers["Cache-Control"]) == (201, "no-store")
    assert UUID(created["id"]).version == 7
    secret = created.pop("secret")
    assert secret.startswith("whsec_")
    assert len(b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert created == {
        "id": created["id"],
        "url": URL,
        "events": ["job.completed", "job.failed"],
        "description": "通知",
        "status": "enabled",
        "disabled_reason": None,
        "failing_since": None,
        "created_at": created["created_at"],
        "updated_at": created["created_at"],
        "previous_secret_expires_at": None,
    }

    # Then nothing shows the secret again
    assert get(user, f"/{created['id']}").json() == created
    assert get(user, "").json() == {"items": [created], "total": 1}

    # When it is changed, then what is not named stays
    changed = patch(user, created["id"], url="https://EXAMPLE.com:443/new", description=None, events=["job.started"])
    assert changed.status == 200
    assert changed.json() == {
        **created,
        "url": "https://example.com/new",
        "description": None,
        "events": ["job.started"],
        "updated_at": changed.json()["updated_at"],
    }
    assert patch(user, created["id"]).json()["url"] == "https://example.com/new"

    # When it is deleted, then it does not exist any more
    assert call("DELETE", f"/webhooks/{created['id']}", user=user).status == 204
    assert get(user, f"/{created['id']}").json()["error"] == "WEBHOOK_NOT_FOUND"
    assert call("DELETE", f"/webhooks/{created['id']}", user=user).status == 404
    assert get(user, "").json() == {"items": [], "total": 0}


def test_all_events_are_sent_unless_some_are_named(user: str) -> None:
    assert create(user).json()["events"] == ["job.started", "job.completed", "job.failed", "job.cancelled"]


def test_webhooks_are_listed_newest_first_and_counted_exactly(user: str) -> None:
    # Given the webhook of jobs' own URLs, which is not counted
    assert post(user, "/job/rotate").status == 200

    # When more are created at once than a user may have
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: create(user), range(MAX_WEBHOOKS + 3)))

    # Then exactly as many are there as may be
    assert sorted(answer.status for answer in answers) == [201] * MAX_WEBHOOKS + [409] * 3
    refused = next(answer.json() for answer in answers if answer.status == 409)
    assert (refused["error"], refused["details"]) == ("WEBHOOK_LIMIT_EXCEEDED", {"max_webhooks": MAX_WEBHOOKS})
    listed = [each["id"] for each in get(user, "").json()["items"]]
    assert listed == sorted((answer.json()["id"] for answer in answers if answer.status == 201), reverse=True)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.com/", "must begin with https://"),
        ("https://127.0.0.1/", "must be a host on the public Internet, not a private or reserved address or name"),
        ("https://a:b@example.com/", "must not contain a user name or a password"),
        ("https://example.com/#x", "must not contain a fragment (#)"),
        ("https://example.com:22/", "the port must be 443, or between 1024 and 65535"),
        ("example.com", "must be a URL such as https://example.com/castline"),
        ("", "must have 1 or more characters"),
        (
            f"https://example.com/{'a' * MAX_URL_CHARACTERS}",
            f"must not have more than {MAX_URL_CHARACTERS} characters",
        ),
        (
            f"https://example.com/{'字' * 500}",
            f"must not have more than {MAX_URL_CHARACTERS} characters when it is percent-encoded",
        ),
    ],
)
def test_urls_that_nothing_may_be_sent_to_are_refused(user: str, url: str, message: str) -> None:
    assert problems(create(user, url=url)) == {"url": message}
    webhook_id = create(user).json()["id"]
    assert problems(patch(user, webhook_id, url=url)) == {"url": message}
    job = {"provider": "azure", "text": "Hi", "voice_id": "en-US-AvaNeural", "webhook_url": url}
    assert problems(call("POST", "/jobs/tts", user=user, json=job, headers=ENGLISH)) == {"webhook_url": message}


def test_other_broken_fields_are_refused_together(user: str) -> None:
    broken = create(
        user,
        events=["job.eaten"],
        description="x" * (MAX_DESCRIPTION_CHARACTERS + 1),
        secret="whsec_mine",
    )

    assert set(problems(broken)) == {"events[0]", "description", "secret"}
    assert set(problems(create(user, events=[]))) == {"events"}
    assert set(problems(patch(user, create(user).json()["id"], status="gone"))) == {"status"}


def test_a_rotated_secret_stays_valid_for_a_day(user: str) -> None:
    created = create(user).json()

    answer = post(user, f"/{created['id']}/rotate")

    rotated = answer.json()
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert rotated["secret"] != created["secret"]
    valid_for = datetime.fromisoformat(rotated["previous_secret_expires_at"]) - datetime.fromisoformat(
        rotated["updated_at"]
    )
    assert valid_for == timedelta(hours=24)
    endpoint = composition.webhook_repository().find_endpoint(user, created["id"])
    assert endpoint is not None
    now = datetime.now(UTC)
    assert [each.value for each in endpoint.valid_secrets(now)] == [rotated["secret"], created["secret"]]
    assert [each.value for each in endpoint.valid_secrets(now + timedelta(hours=24))] == [rotated["secret"]]


def test_the_webhook_of_jobs_comes_to_be_with_its_secret(user: str) -> None:
    # Given a user without a secret for the URLs of jobs
    assert get(user, "/job").json()["error"] == "WEBHOOK_NOT_FOUND"
    assert patch(user, "job", description="x").status == 404

    # When one is made, then there is a webhook without a URL, which the list does not show
    first = post(user, "/job/rotate").json()
    secret = first.pop("secret")
    assert (first["id"], first["url"], first["previous_secret_expires_at"]) == ("job", None, None)
    assert get(user, "/job").json() == first
    assert get(user, "").json()["items"] == []

    # When it is rotated, then both secrets sign
    second = post(user, "/job/rotate").json()
    assert second["secret"] != secret
    assert second["previous_secret_expires_at"] is not None

    # Then its events can be chosen, but it has no URL to change or to test
    assert patch(user, "job", events=["job.failed"]).json()["events"] == ["job.failed"]
    message = "this webhook stands for the webhook_url of single jobs and has no URL of its own"
    assert problems(patch(user, "job", url=URL)) == {"url": message}
    assert problems(post(user, "/job/test")) == {"url": message}
    assert call("DELETE", "/webhooks/job", user=user).status == 204
    assert get(user, "/job").status == 404


def test_a_test_is_stored_and_queued_at_once(user: str, queue_url: str) -> None:
    webhook_id = create(user, events=["job.failed"]).json()["id"]
    messages(queue_url)

    answer = post(user, f"/{webhook_id}/test")

    sent = answer.json()
    assert answer.status == 202
    assert (sent["event_type"], sent["status"], sent["attempts"]) == ("webhook.test", "pending", [])
    assert (sent["url"], sent["job_id"], sent["redelivery_of"]) == (URL, None, None)
    assert messages(queue_url) == [{"user_id": user, "webhook_id": webhook_id, "delivery_id": sent["id"]}]
    assert get(user, f"/{webhook_id}/deliveries").json() == {"items": [sent], "next_cursor": None}
    delivery = composition.webhook_repository().find_delivery(user, webhook_id, sent["id"])
    assert delivery is not None
    event = json.loads(delivery.body)
    assert (event["type"], event["id"], event["version"]) == ("webhook.test", sent["event_id"], "1")
    assert event["data"] == {"webhook_id": webhook_id, "user_id": user}


def test_the_log_tells_what_was_sent_and_what_came_of_it(user: str) -> None:
    webhook_id = create(user).json()["id"]
    delivery = deliver(user, webhook_id)

    (logged,) = get(user, f"/{webhook_id}/deliveries").json()["items"]

    moment = f"{delivery.created_at:%Y-%m-%dT%H:%M:%SZ}"
    assert logged == {
        "id": delivery.id,
        "webhook_id": webhook_id,
        "event_id": delivery.event_id,
        "event_type": "job.completed",
        "job_id": delivery.job_id,
        "url": URL,
        "status": "failed",
        "created_at": moment,
        "next_attempt_at": None,
        "attempts": [
            {
                "at": moment,
                "status_code": 500,
                "error": "bad_status",
                "duration_ms": 12,
                "response_excerpt": "Sorry",
            }
        ],
        "redelivery_of": None,
    }


def test_the_log_comes_in_pages_and_ends_after_thirty_days(user: str) -> None:
    webhook_id = create(user).json()["id"]
    past = datetime.now(UTC) - DELIVERY_LIFETIME
    deliver(user, webhook_id, created_at=past)
    expected = [deliver(user, webhook_id).id for _ in range(5)][::-1]

    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = get(user, f"/{webhook_id}/deliveries?limit=2{cursor and f'&cursor={cursor}'}").json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert found == expected
    assert set(problems(get(user, f"/{webhook_id}/deliveries?cursor=x&limit=0"))) == {"limit"}
    assert set(problems(get(user, f"/{webhook_id}/deliveries?cursor=x"))) == {"cursor"}


def test_a_delivery_is_sent_again_with_the_same_id_of_the_event_and_body(user: str, queue_url: str) -> None:
    # Given a delivery that has failed, and a URL that has been corrected since
    webhook_id = create(user).json()["id"]
    earlier = deliver(user, webhook_id)
    patch(user, webhook_id, url="https://example.com/corrected")
    messages(queue_url)

    answer = post(user, f"/{webhook_id}/deliveries/{earlier.id}/redeliver")

    sent = answer.json()
    assert answer.status == 202
    assert (sent["status"], sent["attempts"], sent["redelivery_of"]) == ("pending", [], earlier.id)
    assert (sent["event_id"], sent["job_id"]) == (earlier.event_id, earlier.job_id)
    assert sent["url"] == "https://example.com/corrected"
    assert [each["delivery_id"] for each in messages(queue_url)] == [sent["id"]]
    again = composition.webhook_repository().find_delivery(user, webhook_id, sent["id"])
    assert again is not None
    assert again.body == earlier.body
    # The earlier one is as it was.
    assert get(user, f"/{webhook_id}/deliveries").json()["items"][1]["status"] == "failed"


def test_a_delivery_of_a_jobs_own_url_goes_there_again(user: str) -> None:
    post(user, "/job/rotate")
    earlier = deliver(user, "job")

    sent = post(user, f"/job/deliveries/{earlier.id}/redeliver").json()

    assert (sent["webhook_id"], sent["url"]) == ("job", URL)


def test_what_is_not_in_the_log_of_a_webhook_cannot_be_sent_again(user: str) -> None:
    webhook_id, other_id = (create(user).json()["id"] for _ in range(2))
    of_another = deliver(user, other_id)
    too_old = deliver(user, webhook_id, created_at=datetime.now(UTC) - DELIVERY_LIFETIME)

    for delivery_id in (of_another.id, too_old.id, str(uuid7()), "x", "%20"):
        answer = post(user, f"/{webhook_id}/deliveries/{delivery_id}/redeliver")

        assert (answer.status, answer.json()["error"]) == (404, "DELIVERY_NOT_FOUND")


def test_nothing_is_sent_to_a_disabled_webhook_until_it_is_enabled(user: str) -> None:
    webhook_id = create(user).json()["id"]
    earlier = deliver(user, webhook_id)
    repository = composition.webhook_repository()
    repository.note_failure(user, webhook_id, at=datetime.now(UTC))
    repository.disable_endpoint(user, webhook_id, DisabledReason.FAILING, now=datetime.now(UTC))

    shown = get(user, f"/{webhook_id}").json()
    assert (shown["status"], shown["disabled_reason"]) == ("disabled", "failing")
    assert shown["failing_since"] is not None
    for path in ("test", f"deliveries/{earlier.id}/redeliver"):
        answer = post(user, f"/{webhook_id}/{path}")
        assert (answer.status, answer.json()["error"]) == (409, "WEBHOOK_DISABLED")

    enabled = patch(user, webhook_id, status="enabled").json()
    assert (enabled["status"], enabled["disabled_reason"], enabled["failing_since"]) == ("enabled", None, None)
    assert post(user, f"/{webhook_id}/test").status == 202

    disabled = patch(user, webhook_id, status="disabled").json()
    assert (disabled["status"], disabled["disabled_reason"]) == ("disabled", "user")


def test_nothing_is_left_behind_when_the_queue_is_out_of_order(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook_id = create(user).json()["id"]
    earlier = deliver(user, webhook_id)

    # When the queue cannot be reached
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
    with composition.given():
        answers = [post(user, f"/{webhook_id}/{path}") for path in ("test", f"deliveries/{earlier.id}/redeliver")]

    # Then the client is told so, and no delivery waits for a message that never comes
    assert [(each.status, each.json()["error"]) for each in answers] == [(503, "SERVICE_UNAVAILABLE")] * 2
    assert [each["id"] for each in get(user, f"/{webhook_id}/deliveries").json()["items"]] == [earlier.id]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (route.method, route.path.removeprefix("/api/v1/webhooks/"))
        for route in OPERATIONS
        if route.path.startswith("/api/v1/webhooks/")
    ],
)
def test_somebody_elses_webhook_does_not_exist(user: str, method: str, path: str) -> None:
    # Given a webhook of somebody, and of whom asks one for jobs' own URLs
    webhook_id = create(user).json()["id"]
    delivery_id = deliver(user, webhook_id).id
    before = get(user, f"/{webhook_id}").json()

    def ask(webhook_id: str) -> Answer:
        named = path.format(webhook_id=webhook_id, delivery_id=delivery_id)
        body: dict[str, Any] = {"json": {"description": "mine"}} if method == "PATCH" else {}
        return call(method, f"/webhooks/{named}", user=f"{user}/other", headers=ENGLISH, **body)

    # When another user asks for it, and for one that never was
    foreign, unknown = ask(webhook_id), ask(str(uuid7()))

    # Then both have the same answer, and nothing has happened
    assert (foreign.status, foreign.json()["error"]) == (404, "WEBHOOK_NOT_FOUND")
    assert (unknown.status, unknown.text) == (foreign.status, foreign.text)
    assert get(user, f"/{webhook_id}").json() == before
    assert len(get(user, f"/{webhook_id}/deliveries").json()["items"]) == 1


def test_what_is_no_id_is_not_found(user: str) -> None:
    for webhook_id in ("x", "jobs", "JOB", "ENDPOINT", "%23", "..", "job%23x"):
        assert get(user, f"/{webhook_id}").status == 404
        assert post(user, f"/{webhook_id}/rotate").status == 404


def test_logs_hold_neither_urls_nor_secrets(user: str, caplog: pytest.LogCaptureFixture) -> None:
    functions_logger = logging.getLogger(logger.name)
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(  # type: ignore[method-assign]
        json.dumps({key: repr(value) for key, value in vars(record).items()})
    )
    level = functions_logger.level
    functions_logger.addHandler(handler)
    functions_logger.setLevel(logging.DEBUG)
    try:
        url = "https://geheimnis.example.com/geheimnis?geheimnis"
        created = create(user, url=url, description="geheimnis").json()
        path = f"/{created['id']}"
        secrets = [created["secret"], post(user, f"{path}/rotate").json()["secret"]]
        sent = post(user, f"{path}/test").json()
        post(user, f"{path}/deliveries/{sent['id']}/redeliver")
        patch(user, created["id"], url=f"{url}&geheimnis", description="geheimnis")
        create(user, url="http://geheimnis.example.com")
        secrets.append(post(user, "/job/rotate").json()["secret"])
        call("DELETE", f"/webhooks/{created['id']}", user=user)
    finally:
        functions_logger.removeHandler(handler)
        functions_logger.setLevel(level)

    logged = "\n".join(lines)
    assert "webhook created" in logged
    assert "geheimnis" not in logged
    assert not any(secret.removeprefix("whsec_") in logged for secret in secrets)


def test_items_are_in_a_partition_of_their_own(user: str) -> None:
    created = create(user).json()
    post(user, "/job/rotate")
    post(user, f"/{created['id']}/test")

    found = boto3.client("dynamodb").query(
        TableName=resources.TABLE_NAME,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=serialize({":pk": items.partition(user)}),
    )["Items"]

    kinds = sorted(deserialize(item)["sk"].partition("#")[0] for item in found)
    assert kinds == ["DELIVERY", "ENDPOINT", "ENDPOINT", "ENDPOINTS"]
    assert items.partition(user) == f"WEBHOOKS#{user}"
