"""Deliveries: attempted by the queue and the deployed function until they end, and what their log then says."""

from __future__ import annotations

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest
from standardwebhooks import Webhook

from castline import composition
from castline.aws_errors import ServiceUnavailable
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
from castline.webhooks.queue import DeliveryQueue
from castline.webhooks.repository import WebhookRepository
from castline.webhooks.schedule import DISABLE_AFTER, JITTER, RETRY_DELAYS
from castline.webhooks.sender import WebhookSender
from infra import functions
from infra.queue_settings import WEBHOOKS as QUEUE
from local import resources
from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.lambda_errors import FunctionError
from tests.integration.webhooks.receiver import Received, Receiver
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cloud.queues import QueueMapping

SECOND = timedelta(seconds=1)


class SteppingClock(Clock):
    """A clock that only ``advance`` moves, but for a millisecond at each look, so that nothing happens at once."""

    def __init__(self) -> None:
        super().__init__()
        self._start = datetime.now(UTC)
        self._looks = itertools.count()

    def now(self) -> datetime:
        return self._start + self._offset + timedelta(milliseconds=next(self._looks))


class Sender(WebhookSender):
    """A sender that soon gives up receivers that are silent, and no others."""

    def __init__(self) -> None:
        super().__init__(allow_loopback=True, timeout_seconds=PATIENCE_SECONDS)
        self._impatient = WebhookSender(allow_loopback=True, timeout_seconds=0.5)

    def send(self, url: str, **request: Any) -> Attempt:
        if urlsplit(url).path == "/silent":
            return self._impatient.send(url, **request)
        return super().send(url, **request)


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """Yield a local cloud whose time passes when it is told to."""
    with LocalCloud(clock=SteppingClock(), poll_interval_seconds=None, expiry_interval_seconds=None) as running:
        yield running


@pytest.fixture(scope="module")
def mapping(functions_environment: LocalCloud) -> QueueMapping:
    return resources.map_webhook_queue(functions_environment)


@pytest.fixture(scope="module")
def deployment(functions_environment: LocalCloud, mapping: QueueMapping) -> Iterator[LocalCloud]:
    """Yield a cloud whose functions go by its clock, and send webhooks as ``Sender`` does."""
    sender = Sender()
    with composition.given(clock=lambda: functions_environment.clock.now, webhook_sender=lambda: sender):
        yield functions_environment


@pytest.fixture
def delivering(deployment: LocalCloud) -> Iterator[LocalCloud]:
    """Yield the cloud, and leave nothing in its queue for the next test."""
    yield deployment
    deployment.clock.advance(timedelta(seconds=61))  # a queue can be purged once a minute
    boto3.client("sqs").purge_queue(QueueUrl=composition.settings().webhook_queue_url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def user() -> str:
    return f"auth0|{uuid4()}"


def endpoint(user: str, url: str) -> Endpoint:
    return composition.keep_webhooks().create(user, url=url)


def event(user: str, **data: Any) -> dict[str, Any]:
    """Return an event of a job."""
    return {
        "type": "job.completed",
        "version": "1",
        "id": str(uuid4()),
        "timestamp": composition.clock()().isoformat(),
        "data": {"user_id": user, "job_id": "job-1", "name": "第一集", **data},
    }


def dispatch(user: str, **data: Any) -> None:
    composition.dispatch_webhooks()(event(user, **data))


def deliveries(user: str, webhook_id: str) -> list[Delivery]:
    page = composition.webhook_repository().deliveries(
        user, webhook_id, limit=100, after=None, now=composition.clock()()
    )
    return list(page.deliveries)


def delivery(user: str, webhook_id: str) -> Delivery:
    (only,) = deliveries(user, webhook_id)
    return only


def stored(user: str, webhook_id: str) -> Endpoint:
    found = composition.webhook_repository().find_endpoint(user, webhook_id)
    assert found is not None
    return found


def until_next_attempt(delivering: LocalCloud, user: str, webhook_id: str) -> None:
    """Let time pass until the next attempt of the latest delivery is due."""
    due_at = deliveries(user, webhook_id)[0].next_attempt_at
    assert due_at is not None
    delivering.clock.advance(due_at - delivering.clock.now() + 2 * SECOND)


def run_until_ended(delivering: LocalCloud, user: str, webhook_id: str) -> Delivery:
    """Let time pass until no attempt follows."""
    delivering.tick()
    while deliveries(user, webhook_id)[0].next_attempt_at is not None:
        until_next_attempt(delivering, user, webhook_id)
        delivering.tick()
    return deliveries(user, webhook_id)[0]


def messages_of_state() -> dict[str, int]:
    """Return the numbers of messages: those that can be received, those that are delayed, and those in flight."""
    prefix = "ApproximateNumberOf"
    sqs: Any = boto3.client("sqs")
    attributes = sqs.get_queue_attributes(
        QueueUrl=composition.settings().webhook_queue_url,
        AttributeNames=[f"{prefix}Messages", f"{prefix}MessagesDelayed", f"{prefix}MessagesNotVisible"],
    )["Attributes"]
    return {name.removeprefix(prefix): int(value) for name, value in attributes.items()}


def messages_left() -> int:
    return sum(messages_of_state().values())


def signatures(request: Received) -> list[str]:
    return request.headers["webhook-signature"].split(" ")


def signature(request: Received, secret: str) -> str:
    """Return the signature of a request, made anew from what was received."""
    sent_at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    return Webhook(secret).sign(request.headers["webhook-id"], sent_at, request.body.decode("utf-8"))


class TestSuccess:
    def test_an_event_arrives_signed_and_once(self, delivering: LocalCloud, user: str, receiver: Receiver) -> None:
        # Given a webhook, and an event
        webhook = endpoint(user, receiver.url("/200"))
        dispatch(user)

        # When it is delivered
        delivering.tick()

        # Then the body that arrived is the one that was stored and signed
        (request,) = receiver.requests
        done = delivery(user, webhook.id)
        assert request.body == done.body.encode("utf-8")
        assert "第一集" in done.body
        assert request.headers["webhook-id"] == done.event_id
        assert signatures(request) == [signature(request, webhook.secrets[0].value)]

        # And the log says so, and nothing is left to be done
        (attempt,) = done.attempts
        assert (done.status, done.next_attempt_at) == (DeliveryStatus.DELIVERED, None)
        assert (attempt.status_code, attempt.error, attempt.response_excerpt) == (200, None, "answer")
        assert messages_left() == 0

    def test_while_two_secrets_are_valid_it_is_signed_with_both(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        webhook = endpoint(user, receiver.url("/200"))
        rotated = composition.keep_webhooks().rotate(user, webhook.id)
        new, old = (secret.value for secret in rotated.secrets)
        dispatch(user)

        delivering.tick()
        delivering.clock.advance(timedelta(hours=24, minutes=1))
        dispatch(user)
        delivering.tick()

        during, after = receiver.requests
        assert signatures(during) == [signature(during, new), signature(during, old)]
        assert signatures(after) == [signature(after, new)]

    def test_the_url_of_a_job_is_signed_with_the_users_secret_for_those(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        secret = composition.keep_webhooks().rotate(user, JOB_ENDPOINT).secrets[0].value
        repository, now = composition.webhook_repository(), composition.clock()()
        due = Delivery(
            id=str(uuid4()),
            user_id=user,
            webhook_id=JOB_ENDPOINT,
            event_id="evt_1",
            event_type="job.completed",
            job_id="job-1",
            url=receiver.url("/410"),
            body="{}",
            next_attempt_at=now,
            created_at=now,
        )
        repository.put_delivery(due)
        composition.delivery_queue().send(user, JOB_ENDPOINT, due.id)

        delivering.tick()

        (request,) = receiver.requests
        assert signatures(request) == [signature(request, secret)]
        # A URL that is gone ends its delivery, and no other.
        assert delivery(user, JOB_ENDPOINT).status is DeliveryStatus.FAILED
        assert stored(user, JOB_ENDPOINT).status is EndpointStatus.ENABLED
        assert stored(user, JOB_ENDPOINT).failing_since is None


class TestFailure:
    @pytest.mark.parametrize(
        ("path", "error", "status_code"),
        [("/500", AttemptError.BAD_STATUS, 500), ("/closes", AttemptError.CONNECTION_FAILED, None)],
    )
    def test_the_log_says_what_is_wrong(
        self,
        delivering: LocalCloud,
        user: str,
        receiver: Receiver,
        path: str,
        error: AttemptError,
        status_code: int | None,
    ) -> None:
        webhook = endpoint(user, receiver.url(path))
        dispatch(user)

        delivering.tick()

        failed = delivery(user, webhook.id)
        assert [(attempt.error, attempt.status_code) for attempt in failed.attempts] == [(error, status_code)]
        assert failed.status is DeliveryStatus.PENDING
        assert failed.next_attempt_at is not None
        assert stored(user, webhook.id).failing_since == failed.attempts[0].at

    def test_a_body_that_is_wrong_is_no_failure(self, delivering: LocalCloud, user: str, receiver: Receiver) -> None:
        webhook = endpoint(user, receiver.url("/closes-in-body"))
        dispatch(user)

        delivering.tick()

        done = delivery(user, webhook.id)
        assert (done.status, done.attempts[0].response_excerpt) == (DeliveryStatus.DELIVERED, "half")

    def test_it_is_attempted_seven_times_on_the_schedule(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        # Given a receiver that always fails
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)
        delivering.tick()
        for number, _ in enumerate(RETRY_DELAYS, start=1):
            pending = delivery(user, webhook.id)
            assert len(pending.attempts) == number
            assert pending.next_attempt_at is not None

            # When it is not yet time, nothing is sent
            delivering.clock.advance(pending.next_attempt_at - delivering.clock.now() - 3 * SECOND)
            delivering.tick()
            assert len(receiver.requests) == number

            # When it is time, it is
            delivering.clock.advance(5 * SECOND)
            delivering.tick()
            assert len(receiver.requests) == number + 1

        # Then the pauses are those of the schedule, more or less
        failed = delivery(user, webhook.id)
        pauses = [later.at - earlier.at for earlier, later in itertools.pairwise(failed.attempts)]
        for pause, meant in zip(pauses, RETRY_DELAYS, strict=True):
            assert meant * (1 - JITTER) <= pause <= meant * (1 + JITTER) + 5 * SECOND

        # And the delivery has failed
        assert (failed.status, failed.next_attempt_at) == (DeliveryStatus.FAILED, None)
        assert messages_left() == 0

        # And every attempt was the same message, at the time of the attempt
        assert {request.headers["webhook-id"] for request in receiver.requests} == {failed.event_id}
        assert {request.body for request in receiver.requests} == {failed.body.encode()}
        stamps = [int(request.headers["webhook-timestamp"]) for request in receiver.requests]
        assert stamps == [int(attempt.at.timestamp()) for attempt in failed.attempts]

    def test_a_receiver_that_recovers_gets_it(self, delivering: LocalCloud, user: str, receiver: Receiver) -> None:
        # Given a webhook with a wrong URL
        webhook = endpoint(user, receiver.url("/404"))
        dispatch(user)
        delivering.tick()

        # When the URL is corrected before the next attempt
        composition.keep_webhooks().change(user, webhook.id, EndpointChanges(url=receiver.url("/200")))
        done = run_until_ended(delivering, user, webhook.id)

        # Then the event arrives there, and the webhook is no longer failing
        assert [attempt.status_code for attempt in done.attempts] == [404, 200]
        assert done.status is DeliveryStatus.DELIVERED
        assert stored(user, webhook.id).failing_since is None

    def test_one_receiver_that_is_slow_does_not_hold_up_another(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        slow, quick = endpoint(user, receiver.url("/silent")), endpoint(user, receiver.url("/200"))
        dispatch(user)

        delivering.tick()

        assert delivery(user, quick.id).status is DeliveryStatus.DELIVERED
        assert delivery(user, slow.id).attempts[0].error is AttemptError.TIMEOUT


class TestDisabling:
    def test_gone_is_final(self, delivering: LocalCloud, user: str, receiver: Receiver) -> None:
        # Given a webhook with a delivery that waits for another attempt
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)
        delivering.tick()

        # When the receiver says to the next one that it is gone
        composition.keep_webhooks().change(user, webhook.id, EndpointChanges(url=receiver.url("/410")))
        dispatch(user)
        delivering.tick()

        # Then the webhook is disabled, and says why
        gone = stored(user, webhook.id)
        assert (gone.status, gone.disabled_reason) == (EndpointStatus.DISABLED, DisabledReason.GONE)
        newer, older = deliveries(user, webhook.id)
        assert (newer.status, newer.attempts[0].status_code) == (DeliveryStatus.FAILED, 410)

        # And what was waiting is not sent any more
        assert older.next_attempt_at is not None
        delivering.clock.advance(timedelta(minutes=1))
        delivering.tick()
        newer, older = deliveries(user, webhook.id)
        assert [attempt.error for attempt in older.attempts] == [
            AttemptError.BAD_STATUS,
            AttemptError.ENDPOINT_DISABLED,
        ]
        assert older.status is DeliveryStatus.FAILED
        assert len(receiver.requests) == 2

        # And no further event is for it
        dispatch(user)
        assert len(deliveries(user, webhook.id)) == 2

    def test_five_days_of_failures_disable(self, delivering: LocalCloud, user: str, receiver: Receiver) -> None:
        # Given a webhook that has failed from the beginning, and for almost five days
        webhook = endpoint(user, receiver.url("/500"))
        begun = delivering.clock.now()
        for age in (timedelta(0), DISABLE_AFTER - timedelta(days=2)):
            delivering.clock.advance(begun + age - delivering.clock.now())
            dispatch(user)
            run_until_ended(delivering, user, webhook.id)
            assert stored(user, webhook.id).status is EndpointStatus.ENABLED

        # When a delivery is given up after five days
        delivering.clock.advance(begun + DISABLE_AFTER - delivering.clock.now())
        dispatch(user)
        delivering.tick()
        assert stored(user, webhook.id).status is EndpointStatus.ENABLED
        run_until_ended(delivering, user, webhook.id)

        # Then the webhook is disabled, and says why
        failing = stored(user, webhook.id)
        assert (failing.status, failing.disabled_reason) == (EndpointStatus.DISABLED, DisabledReason.FAILING)
        assert failing.failing_since is not None

        # And it can be enabled again, as if nothing had been
        changes = EndpointChanges(status=EndpointStatus.ENABLED, url=receiver.url("/200"))
        enabled = composition.keep_webhooks().change(user, webhook.id, changes)
        assert (enabled.disabled_reason, enabled.failing_since) == (None, None)

    def test_a_success_in_between_begins_the_days_anew(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        # Given a webhook whose first attempt fails, and whose second one succeeds four days later
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)
        delivering.tick()
        composition.keep_webhooks().change(user, webhook.id, EndpointChanges(url=receiver.url("/200")))
        delivering.clock.advance(timedelta(days=4))
        delivering.tick()
        assert delivery(user, webhook.id).status is DeliveryStatus.DELIVERED

        # When a delivery is given up two days after that
        composition.keep_webhooks().change(user, webhook.id, EndpointChanges(url=receiver.url("/500")))
        delivering.clock.advance(timedelta(days=2))
        dispatch(user)
        run_until_ended(delivering, user, webhook.id)

        # Then the webhook is still enabled
        assert stored(user, webhook.id).status is EndpointStatus.ENABLED

    @pytest.mark.parametrize("how", ["disabled", "deleted"])
    def test_a_webhook_that_is_disabled_or_deleted_ends_its_deliveries(
        self, delivering: LocalCloud, user: str, receiver: Receiver, how: str
    ) -> None:
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)

        delivering.tick()

        if how == "deleted":
            composition.keep_webhooks().delete(user, webhook.id)
        else:
            changes = EndpointChanges(status=EndpointStatus.DISABLED)
            composition.keep_webhooks().change(user, webhook.id, changes)
        ended = run_until_ended(delivering, user, webhook.id)
        assert ended.status is DeliveryStatus.FAILED
        assert ended.attempts[-1].error is AttemptError.ENDPOINT_DISABLED
        assert (len(receiver.requests), messages_left()) == (1, 0)


class TestMessages:
    def test_a_second_message_about_a_delivery_is_dropped(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        # Given an event that is dispatched three times
        webhook = endpoint(user, receiver.url("/200"))
        told = event(user)
        for _ in range(3):
            composition.dispatch_webhooks()(told)

        # When the messages are received, at the same time and later
        delivering.tick()
        delivering.clock.advance(timedelta(hours=1))
        delivering.tick()

        # Then one attempt is made
        assert len(receiver.requests) == 1
        assert len(delivery(user, webhook.id).attempts) == 1
        assert messages_left() == 0

    def test_two_messages_at_once_attempt_once_each_time(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        # Given two messages about a delivery that fails
        webhook = endpoint(user, receiver.url("/500"))
        told = event(user)
        for _ in range(2):
            composition.dispatch_webhooks()(told)

        # When two attempts are due, one after the other
        delivering.tick()
        until_next_attempt(delivering, user, webhook.id)
        delivering.tick()

        # Then both are made, and no other
        assert len(delivery(user, webhook.id).attempts) == len(receiver.requests) == 2

    def test_a_breakdown_between_sending_and_recording_leads_to_another_attempt(
        self, delivering: LocalCloud, user: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a function that breaks down when it would record what it has sent
        webhook = endpoint(user, receiver.url("/200"))
        dispatch(user)
        with monkeypatch.context() as broken:
            broken.setattr(WebhookRepository, "record_attempt", _break_down)
            delivering.tick()
        assert len(receiver.requests) == 1
        assert delivery(user, webhook.id).attempts == ()

        # When its message comes back
        delivering.clock.advance(timedelta(seconds=QUEUE.visibility_seconds + 1))
        delivering.tick()

        # Then the event is sent again, with the same id
        first, second = receiver.requests
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert delivery(user, webhook.id).status is DeliveryStatus.DELIVERED
        assert messages_left() == 0

    def test_a_breakdown_after_recording_changes_nothing(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        # Given a function that breaks down after an attempt
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)
        delivering.lambdas.fail_next(functions.DELIVER_WEBHOOKS.name, RuntimeError("gone"), after_effect=True)
        delivering.tick()

        # When its message comes back, later than the next attempt is due
        delivering.clock.advance(timedelta(seconds=QUEUE.visibility_seconds + 1))
        delivering.tick()

        # Then the delivery has its second attempt
        assert len(delivery(user, webhook.id).attempts) == len(receiver.requests) == 2

    def test_while_dynamodb_is_unavailable_the_message_stays(
        self, delivering: LocalCloud, user: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        webhook = endpoint(user, receiver.url("/200"))
        dispatch(user)
        with monkeypatch.context() as broken:
            broken.setattr(WebhookRepository, "find_delivery", _be_unavailable)
            delivering.tick()
        assert (messages_left(), receiver.requests) == (1, [])
        delivering.clock.advance(timedelta(seconds=QUEUE.visibility_seconds + 1))

        delivering.tick()

        assert delivery(user, webhook.id).status is DeliveryStatus.DELIVERED

    def test_a_message_about_nothing_is_dropped(self, delivering: LocalCloud, user: str) -> None:
        composition.delivery_queue().send(user, str(uuid4()), str(uuid4()))

        delivering.tick()

        assert messages_left() == 0

    def test_a_message_that_cannot_be_read_becomes_a_dead_letter(self, delivering: LocalCloud) -> None:
        # Given a message that nobody can read, received once less than it may be
        sqs, url = boto3.client("sqs"), composition.settings().webhook_queue_url
        sqs.send_message(QueueUrl=url, MessageBody="{}")
        for _ in range(QUEUE.max_receives - 1):
            assert sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]

        # When the function fails on it, and it comes back
        delivering.tick()
        delivering.clock.advance(timedelta(seconds=QUEUE.visibility_seconds + 1))
        delivering.tick()

        # Then it is in the queue of dead letters
        dead_letters = sqs.get_queue_url(QueueName=resources.dead_letters_name(resources.WEBHOOK_QUEUE_NAME))
        (letter,) = sqs.receive_message(QueueUrl=dead_letters["QueueUrl"])["Messages"]
        assert letter["Body"] == "{}"
        with pytest.raises(FunctionError):
            delivering.lambdas.invoke(
                functions.DELIVER_WEBHOOKS.name, {"Records": [{"messageId": "1", "body": "{}"}]}
            )

    def test_messages_are_grouped_by_user(self, delivering: LocalCloud) -> None:
        # Given users whose ids no group of SQS can have as its name
        sqs = boto3.client("sqs")
        url = composition.settings().webhook_queue_url
        for user in ("安娜 Meier", "a" * 200):
            composition.delivery_queue().send(user, "w", "d")
        received = [
            message
            for _ in range(2)
            for message in sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
            ).get("Messages", ())
        ]
        groups = {message["Attributes"]["MessageGroupId"] for message in received}
        assert groups == {hashlib.sha256(user.encode()).hexdigest() for user in ("安娜 Meier", "a" * 200)}
        assert delivering.region

    def test_a_delivery_that_waits_for_hours_counts_as_no_message_in_flight(
        self, delivering: LocalCloud, user: str, receiver: Receiver
    ) -> None:
        # Given a delivery whose third attempt has failed, so that the next one follows in about half an hour
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)
        delivering.tick()
        for _ in range(2):
            delivering.clock.advance(timedelta(minutes=6, seconds=2))
            delivering.tick()
        assert len(delivery(user, webhook.id).attempts) == 3

        # When it waits
        for _ in range(2):
            # Then its message is delayed, not in flight: a queue takes 120,000 of these and then gives none
            assert messages_of_state() == {"Messages": 0, "MessagesDelayed": 1, "MessagesNotVisible": 0}
            delivering.clock.advance(timedelta(minutes=8))
            delivering.tick()
        assert len(receiver.requests) == 3
        delivering.clock.advance(timedelta(minutes=21))
        delivering.tick()
        assert len(receiver.requests) == 4

    def test_a_message_that_cannot_be_sent_again_stays(
        self, delivering: LocalCloud, user: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a queue that takes no message after an attempt has failed
        webhook = endpoint(user, receiver.url("/500"))
        dispatch(user)
        with monkeypatch.context() as broken:
            broken.setattr(DeliveryQueue, "send_again", _be_unavailable)
            delivering.tick()
        assert messages_of_state()["MessagesNotVisible"] == 1

        # When its message comes back, the next attempt is made
        delivering.clock.advance(timedelta(seconds=QUEUE.visibility_seconds + 1))
        delivering.tick()
        assert len(delivery(user, webhook.id).attempts) == len(receiver.requests) == 2


def _break_down(*_: Any, **__: Any) -> Any:
    raise RuntimeError("the function is gone")


def _be_unavailable(*_: Any, **__: Any) -> Any:
    raise ServiceUnavailable("GetItem: InternalServerError")
