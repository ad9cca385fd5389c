"""Guarantees of the table about webhooks: the limit, secrets, deliveries and their attempts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from uuid6 import uuid7

from castline.dynamodb import deserialize, serialize
from castline.jobs.event_types import EventType
from castline.webhooks import items
from castline.webhooks.delivery_ids import delivery_id_of
from castline.webhooks.errors import WebhookLimitExceeded, WebhookNotFound
from castline.webhooks.limits import DELIVERY_LIFETIME, MAX_SECRETS, SECRET_OVERLAP
from castline.webhooks.model import (
    JOB_ENDPOINT,
    Attempt,
    AttemptError,
    Delivery,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EndpointChanges,
    EndpointStatus,
)
from castline.webhooks.repository import WebhookRepository
from castline.webhooks.secrets import new_secret, rotated
from local import resources

if TYPE_CHECKING:
    from local.cloud.cloud import LocalCloud

NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def repository(cloud: LocalCloud) -> WebhookRepository:
    resources.create_table("jobs")
    return WebhookRepository(boto3.client("dynamodb"), "jobs")


@pytest.fixture
def user() -> str:
    return f"user/{uuid4()}"


def make_endpoint(user: str, **changes: Any) -> Endpoint:
    endpoint = Endpoint(
        id=str(uuid7()),
        user_id=user,
        url="https://example.com/hooks",
        events=frozenset(EventType),
        description=None,
        secrets=(new_secret(),),
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(endpoint, **changes)


def make_delivery(endpoint: Endpoint, **changes: Any) -> Delivery:
    event_id = str(uuid4())
    delivery = Delivery(
        id=delivery_id_of(event_id, NOW, endpoint.id),
        user_id=endpoint.user_id,
        webhook_id=endpoint.id,
        event_id=event_id,
        event_type=EventType.COMPLETED,
        job_id=str(uuid7()),
        url="https://example.com/hooks",
        body='{"type":"job.completed"}',
        next_attempt_at=NOW,
        created_at=NOW,
    )
    return replace(delivery, **changes)


def attempt(**changes: Any) -> Attempt:
    failed = Attempt(at=NOW, status_code=500, error=AttemptError.BAD_STATUS, duration_ms=12, response_excerpt="Ärger")
    return replace(failed, **changes)


def test_an_endpoint_is_read_as_it_was_written(repository: WebhookRepository, user: str) -> None:
    endpoint = make_endpoint(
        user,
        description="通知",
        events=frozenset({EventType.FAILED}),
        secrets=(new_secret(), replace(new_secret(), expires_at=NOW + SECRET_OVERLAP)),
        status=EndpointStatus.DISABLED,
        disabled_reason=DisabledReason.GONE,
        failing_since=NOW,
    )

    repository.create_endpoint(endpoint, max_webhooks=1)

    assert repository.find_endpoint(user, endpoint.id) == endpoint
    assert repository.endpoints(user) == [endpoint]
    assert repository.find_endpoint("somebody else", endpoint.id) is None


def test_the_limit_holds_for_creations_at_once(repository: WebhookRepository, user: str) -> None:
    # Given a user who has the endpoint of jobs' own URLs, which is not counted
    repository.create_job_endpoint(make_endpoint(user, id=JOB_ENDPOINT, url=None))

    def create(_number: int) -> bool:
        try:
            repository.create_endpoint(make_endpoint(user), max_webhooks=3)
        except WebhookLimitExceeded:
            return False
        return True

    # When eight are created at once
    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(create, range(8)))

    # Then three exist
    assert sum(created) == 3
    assert len(repository.endpoints(user)) == 3
    assert len(repository.all_endpoints(user)) == 4

    # When one is deleted, then there is room for another one
    repository.delete_endpoint(user, repository.endpoints(user)[0].id)
    assert create(8)


def test_the_endpoint_of_jobs_is_created_once(repository: WebhookRepository, user: str) -> None:
    first, second = (make_endpoint(user, id=JOB_ENDPOINT, url=None) for _ in range(2))

    assert [repository.create_job_endpoint(each) for each in (first, second)] == [True, False]

    assert repository.find_endpoint(user, JOB_ENDPOINT) == first


def test_changes_leave_the_rest_as_it_is(repository: WebhookRepository, user: str) -> None:
    endpoint = make_endpoint(user, description="old")
    repository.create_endpoint(endpoint, max_webhooks=9)
    later = NOW + timedelta(hours=1)

    changed = repository.change_endpoint(
        user, endpoint.id, EndpointChanges(url="https://example.com/new", description=""), now=later
    )

    assert changed == replace(endpoint, url="https://example.com/new", description=None, updated_at=later)
    assert repository.find_endpoint(user, endpoint.id) == changed


def test_what_does_not_exist_cannot_be_changed(repository: WebhookRepository, user: str) -> None:
    for change in (
        lambda: repository.change_endpoint(user, "x", EndpointChanges(description="y"), now=NOW),
        lambda: repository.rotate_secrets(user, "x", lambda _: (), now=NOW),
        lambda: repository.delete_endpoint(user, "x"),
    ):
        with pytest.raises(WebhookNotFound):
            change()
    assert repository.note_failure(user, "x", at=NOW) is None
    assert not repository.disable_endpoint(user, "x", DisabledReason.GONE, now=NOW)
    assert repository.all_endpoints(user) == []


def test_rotations_at_once_all_keep_the_secrets_before_them_valid(repository: WebhookRepository, user: str) -> None:
    endpoint = make_endpoint(user)
    repository.create_endpoint(endpoint, max_webhooks=9)

    with ThreadPoolExecutor(3) as pool:
        rotations = [
            pool.submit(repository.rotate_secrets, user, endpoint.id, lambda each: rotated(each, now=NOW), now=NOW)
            for _ in range(3)
        ]
        newest = {rotation.result().secrets[0].value for rotation in rotations}

    found = repository.find_endpoint(user, endpoint.id)
    assert found is not None
    assert {each.value for each in found.secrets} == newest | {endpoint.secrets[0].value}
    assert [each.expires_at for each in found.secrets] == [None, *[NOW + SECRET_OVERLAP] * 3]
    assert found.previous_secret_expires_at(NOW) == NOW + SECRET_OVERLAP
    # A day later, only the newest signs.
    assert found.valid_secrets(NOW + SECRET_OVERLAP) == found.secrets[:1]
    assert found.previous_secret_expires_at(NOW + SECRET_OVERLAP) is None


def test_an_endpoint_keeps_few_secrets(user: str) -> None:
    endpoint = make_endpoint(user)
    for _ in range(9):
        endpoint = replace(endpoint, secrets=rotated(endpoint, now=NOW))

    assert len(endpoint.secrets) == MAX_SECRETS
    assert len({each.value for each in endpoint.secrets}) == MAX_SECRETS


def test_failures_are_counted_from_the_first_until_one_attempt_succeeds(
    repository: WebhookRepository, user: str
) -> None:
    endpoint = make_endpoint(user)
    repository.create_endpoint(endpoint, max_webhooks=9)

    repository.note_failure(user, endpoint.id, at=NOW)
    failing = repository.note_failure(user, endpoint.id, at=NOW + timedelta(days=1))
    assert failing is not None
    assert failing.failing_since == NOW

    repository.note_success(user, endpoint.id)
    assert repository.find_endpoint(user, endpoint.id) == endpoint
    repository.note_success(user, endpoint.id)
    assert repository.find_endpoint(user, endpoint.id) == endpoint


def test_a_disabled_endpoint_keeps_its_reason_until_it_is_enabled(repository: WebhookRepository, user: str) -> None:
    endpoint = make_endpoint(user)
    repository.create_endpoint(endpoint, max_webhooks=9)
    repository.note_failure(user, endpoint.id, at=NOW)

    assert repository.disable_endpoint(user, endpoint.id, DisabledReason.FAILING, now=NOW)

    assert not repository.disable_endpoint(user, endpoint.id, DisabledReason.GONE, now=NOW)
    assert repository.note_failure(user, endpoint.id, at=NOW) is None
    disabled = repository.find_endpoint(user, endpoint.id)
    assert disabled == replace(
        endpoint, status=EndpointStatus.DISABLED, disabled_reason=DisabledReason.FAILING, failing_since=NOW
    )
    enabled = repository.change_endpoint(user, endpoint.id, EndpointChanges(status=EndpointStatus.ENABLED), now=NOW)
    assert enabled == endpoint


def test_a_delivery_is_stored_once_and_read_as_it_was_written(repository: WebhookRepository, user: str) -> None:
    delivery = make_delivery(make_endpoint(user), attempts=(attempt(), attempt(status_code=None)))

    assert repository.put_delivery(delivery)
    assert not repository.put_delivery(replace(delivery, body="{}"))

    assert repository.find_delivery(user, delivery.webhook_id, delivery.id) == delivery
    assert repository.find_delivery(user, "another", delivery.id) is None
    assert repository.find_delivery("somebody else", delivery.webhook_id, delivery.id) is None


def test_attempts_are_added_once_each_and_none_after_the_end(repository: WebhookRepository, user: str) -> None:
    delivery = make_delivery(make_endpoint(user))
    repository.put_delivery(delivery)
    soon = NOW + timedelta(seconds=5)

    def record(seen: Delivery, each: Attempt, status: DeliveryStatus, next_at: datetime | None) -> bool:
        return repository.record_attempt(
            seen, each, url="https://example.com/b", status=status, next_attempt_at=next_at
        )

    # When the same attempt is recorded twice
    assert record(delivery, attempt(), DeliveryStatus.PENDING, soon)
    assert not record(delivery, attempt(), DeliveryStatus.PENDING, soon)

    # Then it is there once
    seen = repository.find_delivery(user, delivery.webhook_id, delivery.id)
    assert seen == replace(delivery, attempts=(attempt(),), next_attempt_at=soon, url="https://example.com/b")

    # When it has been delivered, then no attempt follows
    success = attempt(status_code=204, error=None, response_excerpt=None)
    assert record(seen, success, DeliveryStatus.DELIVERED, None)
    ended = repository.find_delivery(user, delivery.webhook_id, delivery.id)
    assert ended is not None
    assert (ended.status, ended.next_attempt_at, ended.attempts) == (
        DeliveryStatus.DELIVERED,
        None,
        (attempt(), success),
    )
    assert not record(ended, attempt(), DeliveryStatus.PENDING, soon)


def test_deliveries_are_listed_newest_first_in_pages(repository: WebhookRepository, user: str) -> None:
    endpoint = make_endpoint(user)
    moments = [NOW + timedelta(milliseconds=milliseconds) for milliseconds in (3, 1, 2, 5, 4)]
    written = [
        make_delivery(endpoint, id=delivery_id_of(str(uuid4()), at, endpoint.id), created_at=at) for at in moments
    ]
    for each in written:
        repository.put_delivery(each)
    repository.put_delivery(make_delivery(make_endpoint(user)))

    first = repository.deliveries(user, endpoint.id, limit=3, after=None, now=NOW)
    second = repository.deliveries(user, endpoint.id, limit=3, after=first.next_after, now=NOW)

    newest_first = sorted(written, key=lambda each: each.created_at, reverse=True)
    assert [*first.deliveries, *second.deliveries] == newest_first
    assert (first.next_after, second.next_after) == (newest_first[2].id, None)
    # And 30 days later the older ones are not shown any more, whether or not they have been removed.
    later = NOW + timedelta(milliseconds=3) + DELIVERY_LIFETIME
    assert repository.deliveries(user, endpoint.id, limit=3, after=None, now=later).deliveries == tuple(
        newest_first[:2]
    )


def test_what_is_not_known_is_no_attribute(repository: WebhookRepository, user: str) -> None:
    delivery = make_delivery(make_endpoint(user), job_id=None, next_attempt_at=None)
    repository.put_delivery(delivery)

    key = items.delivery_key(user, delivery.webhook_id, delivery.id)
    item = boto3.client("dynamodb").get_item(TableName="jobs", Key=serialize(key))["Item"]

    assert set(deserialize(item)) == {
        *("pk", "sk", "event_id", "event_type", "url", "body", "status", "attempts", "created_at", "expires_at")
    }
    assert deserialize(item)["expires_at"] == int((NOW + DELIVERY_LIFETIME).timestamp())
