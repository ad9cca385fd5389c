"""Events of jobs become deliveries: one for each webhook that wants it, and one for the job's own URL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from castline import composition
from castline.aws_errors import ServiceUnavailable
from castline.events import job_event
from castline.jobs.event_types import EventType
from castline.jobs.events import JobEvent, event_body
from castline.jobs.model import JobStatus
from castline.webhooks.model import JOB_ENDPOINT, DeliveryStatus, DisabledReason, EndpointChanges, EndpointStatus
from local.cloud.lambda_context import LambdaContext
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.jobs.model import Job
    from castline.webhooks.model import Delivery

URL = "https://hooks.example.com/castline"
JOB_URL = "https://jobs.example.com/one"

pytestmark = pytest.mark.usefixtures("queue_url")


@pytest.fixture
def user() -> str:
    return f"user/{uuid4()}"


def submit(user: str, **changes: Any) -> Job:
    job = make_job(user_id=user, **changes)
    composition.job_repository().create(job, make_dialogue(), max_active=9)
    return job


def happen(job: Job, event_type: EventType = EventType.COMPLETED) -> dict[str, Any]:
    """Return an event about a job, as the bus delivers it."""
    event = JobEvent(id=str(uuid4()), type=event_type, occurred_at=datetime.now(UTC), job=job)
    return {"source": "castline", "detail-type": event_type.value, "detail": event_body(event)}


def dispatch(event: dict[str, Any]) -> None:
    context: Any = LambdaContext(function_name="dispatch", function_arn="arn", memory_mb=128, timeout_seconds=29)
    job_event.handler(event, context)


def deliveries(user: str, webhook_id: str) -> tuple[Delivery, ...]:
    repository = composition.webhook_repository()
    return repository.deliveries(user, webhook_id, limit=50, after=None, now=datetime.now(UTC)).deliveries


def test_each_webhook_that_wants_an_event_gets_one_delivery(
    user: str, messages: Callable[[], list[dict[str, str]]]
) -> None:
    # Given webhooks of which two want the event, one does not, and one is disabled; and another user's
    keep = composition.keep_webhooks()
    wanting = [keep.create(user, url=f"{URL}/{number}").id for number in range(2)]
    other = keep.create(user, url=URL, events=frozenset({EventType.FAILED})).id
    disabled = keep.create(user, url=URL).id
    keep.change(user, disabled, EndpointChanges(status=EndpointStatus.DISABLED))
    foreign = keep.create(f"{user}/other", url=URL).id
    job = submit(user)

    # When the event arrives
    event = happen(job)
    dispatch(event)

    # Then there is one delivery for each of the two, whose body is the event
    for number, webhook_id in enumerate(wanting):
        (delivery,) = deliveries(user, webhook_id)
        assert json.loads(delivery.body) == event["detail"]
        assert (delivery.event_id, delivery.event_type) == (event["detail"]["id"], "job.completed")
        assert (delivery.job_id, delivery.url) == (job.id, f"{URL}/{number}")
        assert (delivery.status, delivery.attempts) == (DeliveryStatus.PENDING, ())
    assert not any(deliveries(user, each) for each in (other, disabled))
    assert not deliveries(f"{user}/other", foreign)

    # Then each has a message
    assert sorted(each["webhook_id"] for each in messages()) == sorted(wanting)


def test_an_event_that_arrives_again_makes_no_other_delivery(
    user: str, messages: Callable[[], list[dict[str, str]]]
) -> None:
    webhook_id = composition.keep_webhooks().create(user, url=URL).id
    event = happen(submit(user))

    for _ in range(3):
        dispatch(event)

    (delivery,) = deliveries(user, webhook_id)
    # The message is sent every time: the first call may have ended before it sent one.
    assert {each["delivery_id"] for each in messages()} == {delivery.id}
    dispatch(happen(submit(user), EventType.FAILED))
    assert len(deliveries(user, webhook_id)) == 2


def test_a_call_that_is_interrupted_is_made_good_by_the_next_one(
    user: str, messages: Callable[[], list[dict[str, str]]]
) -> None:
    webhook_ids = {composition.keep_webhooks().create(user, url=URL).id for _ in range(2)}
    event = happen(submit(user))

    # Given a queue that is out of order
    with pytest.MonkeyPatch.context() as broken:
        broken.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
        composition.reset()
        with pytest.raises(ServiceUnavailable):
            dispatch(event)
    composition.reset()
    assert messages() == []

    # When the event arrives again
    dispatch(event)

    # Then everything is there once
    assert {each["webhook_id"] for each in messages()} == webhook_ids
    assert [len(deliveries(user, each)) for each in webhook_ids] == [1, 1]


def test_the_url_of_a_job_is_told_of_its_events_beside_the_webhooks(
    user: str, messages: Callable[[], list[dict[str, str]]]
) -> None:
    keep = composition.keep_webhooks()
    keep.rotate(user, JOB_ENDPOINT)
    webhook_id = keep.create(user, url=URL).id

    dispatch(happen(submit(user, webhook_url=JOB_URL)))
    dispatch(happen(submit(user)))

    (own,) = deliveries(user, JOB_ENDPOINT)
    assert own.url == JOB_URL
    assert len(deliveries(user, webhook_id)) == 2
    assert sorted(each["webhook_id"] for each in messages()) == sorted([webhook_id, webhook_id, JOB_ENDPOINT])


def test_the_webhook_of_jobs_chooses_events_for_their_urls(user: str) -> None:
    keep = composition.keep_webhooks()
    keep.rotate(user, JOB_ENDPOINT)
    keep.change(user, JOB_ENDPOINT, EndpointChanges(events=frozenset({EventType.FAILED})))
    job = submit(user, webhook_url=JOB_URL)

    for event_type in EventType:
        dispatch(happen(job, event_type))

    assert [each.event_type for each in deliveries(user, JOB_ENDPOINT)] == ["job.failed"]


@pytest.mark.parametrize("how", ["no secret", "secret deleted", "disabled", "job removed"])
def test_the_url_of_a_job_that_cannot_be_told_is_passed_over(user: str, how: str) -> None:
    keep = composition.keep_webhooks()
    job = submit(user, webhook_url=JOB_URL) if how != "job removed" else make_job(user_id=user, webhook_url=JOB_URL)
    if how != "no secret":
        keep.rotate(user, JOB_ENDPOINT)
    if how == "secret deleted":
        keep.delete(user, JOB_ENDPOINT)
    if how == "disabled":
        composition.webhook_repository().disable_endpoint(
            user, JOB_ENDPOINT, DisabledReason.FAILING, now=datetime.now(UTC)
        )

    dispatch(happen(job))

    assert deliveries(user, JOB_ENDPOINT) == ()


def test_an_event_of_a_user_without_webhooks_is_passed_over(
    user: str, messages: Callable[[], list[dict[str, str]]]
) -> None:
    dispatch(happen(submit(user)))

    assert messages() == []


def test_a_body_holds_no_text_no_title_and_no_url(user: str) -> None:
    webhook_id = composition.keep_webhooks().create(user, url=URL).id
    job = submit(user, webhook_url=JOB_URL)

    dispatch(happen(job))

    (delivery,) = deliveries(user, webhook_id)
    assert "https:" not in delivery.body
    assert json.loads(delivery.body)["data"]["status"] == JobStatus.COMPLETED
