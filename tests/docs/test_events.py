"""docs/events.md and docs/events.schema.json say the same, and what the code says."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from castline.audio.formats import OutputFormat
from castline.jobs.event_bus import SOURCE
from castline.jobs.event_types import EventType
from castline.jobs.events import SCHEMA_VERSION, JobEvent, event_body
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.model import JobStatus, JobType
from castline.jobs.transitions import retention
from infra.event_bus import ARCHIVE_DAYS
from tests.docs.pages import ROOT
from tests.ended_jobs import RESULT
from tests.event_schema import SCHEMA, violations
from tests.integration.examples import make_job

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = (ROOT / "docs" / "events.md").read_text("utf-8")
NOW: Final = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)


def table(heading: str) -> list[str]:
    """Return the fields that a table of the page lists, in order."""
    _, _, rest = PAGE.partition(f"| {heading} | ")
    rows = rest.partition("\n\n")[0].splitlines()[2:]
    return [re.findall(r"`([^`]+)`", row)[0] for row in rows]


def example() -> dict[str, Any]:
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    event: dict[str, Any] = json.loads(block)
    return event


def event(event_type: EventType, **changes: Any) -> dict[str, Any]:
    """Return an event of a job that has everything that a job of its status can have."""
    ended = event_type is not EventType.STARTED
    values = {
        "status": event_type.status,
        "started_at": NOW,
        "completed_at": NOW if ended else None,
        "failure": JobFailure(code=FailureCode.TIMEOUT) if event_type is EventType.FAILED else None,
        "billed_characters": 7 if ended else None,
    }
    return event_body(
        JobEvent(
            id="b5e6e1f4-2f0f-5d0c-9a53-6a2a0f6a7c11",
            type=event_type,
            occurred_at=NOW,
            job=make_job(**(values | changes)),
            result=RESULT if event_type is EventType.COMPLETED else None,
        )
    )


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, value in schema["properties"].items():
        yield (name,)
        if "properties" in value:
            yield from ((name, *rest) for rest in fields(value))


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_is_as_the_schema_says(event_type: EventType) -> None:
    assert violations(event(event_type)) == []


@pytest.mark.parametrize("started_at", [None, NOW])
@pytest.mark.parametrize("event_type", [EventType.FAILED, EventType.CANCELLED])
def test_a_job_may_end_before_it_has_started(event_type: EventType, started_at: datetime | None) -> None:
    assert violations(event(event_type, started_at=started_at)) == []


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_can_be_told(code: FailureCode) -> None:
    assert violations(event(EventType.FAILED, failure=JobFailure(code=code))) == []


def test_the_schema_has_the_fields_of_an_event_and_no_others() -> None:
    body = event(EventType.COMPLETED)
    data = SCHEMA["properties"]["data"]

    assert list(SCHEMA["properties"]) == SCHEMA["required"] == list(body)
    assert list(data["properties"]) == data["required"] == list(body["data"])


def test_the_schema_knows_every_value_that_an_event_can_have() -> None:
    data = SCHEMA["properties"]["data"]["properties"]

    assert SCHEMA["properties"]["type"]["enum"] == list(EventType)
    assert SCHEMA["properties"]["version"]["const"] == SCHEMA_VERSION
    assert set(data["status"]["enum"]) == {each.status for each in EventType}
    assert set(data["job_type"]["enum"]) == set(JobType)
    assert set(data["output_format"]["enum"]) == set(OutputFormat)


@pytest.mark.parametrize("path", [*fields(SCHEMA)], ids=".".join)
def test_an_event_without_a_field_is_not_as_the_schema_says(path: tuple[str, ...]) -> None:
    body = event(EventType.COMPLETED)
    *folder, name = path
    place = body[folder[0]] if folder else body
    del place[name]

    assert violations(body) != []


def test_an_event_with_more_is_not_as_the_schema_says() -> None:
    body = event(EventType.COMPLETED)

    assert violations(body | {"title": "A title"}) != []
    assert violations(body | {"data": body["data"] | {"text": "A text"}}) != []


@pytest.mark.parametrize("event_type", EventType)
@pytest.mark.parametrize("status", [each.status for each in EventType])
def test_a_type_has_one_status(event_type: EventType, status: JobStatus) -> None:
    body = copy.deepcopy(event(event_type))
    body["data"]["status"] = status.value

    assert (violations(body) == []) == (status is event_type.status)


def test_the_start_of_a_job_that_has_ended_since_says_nothing_of_its_end() -> None:
    ended: dict[str, Any] = {
        "status": JobStatus.FAILED,
        "completed_at": NOW,
        "failure": JobFailure(code=FailureCode.TIMEOUT),
        "billed_characters": 9,
    }

    late = event(EventType.STARTED, **ended, id="01900000-0000-7000-8000-000000000000", user_id="u", created_at=NOW)
    early = event(EventType.STARTED, id="01900000-0000-7000-8000-000000000000", user_id="u", created_at=NOW)

    assert late == early


def test_the_page_explains_every_field() -> None:
    assert table("field of `detail`") == list(SCHEMA["properties"])
    assert table("field of `data`") == list(SCHEMA["properties"]["data"]["properties"])
    assert table("event") == list(EventType)


def test_the_example_is_an_event() -> None:
    found = example()

    assert violations(found["detail"]) == []
    assert found["source"] == SOURCE
    assert found["detail-type"] == found["detail"]["type"]


def test_the_page_says_how_long_events_can_be_sent_again() -> None:
    assert f"an archive of {ARCHIVE_DAYS} days" in PAGE
    assert retention(JobStatus.COMPLETED).days == ARCHIVE_DAYS
