"""Events of jobs as a consumer on the bus sees them: of real jobs, as the schema says, and without their content."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local import resources
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.executions import stop_execution
from tests.event_schema import violations
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

MARKER = "Geheimnis"
"""A word that no id, code or format has."""


@pytest.fixture(scope="module")
def published(stack: LocalStack) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    stack.cloud.on_event(resources.EVENT_BUS_NAME, events.append)
    return events


@pytest.fixture
def events_of(published: list[dict[str, Any]]) -> Callable[[str, list[str]], list[dict[str, Any]]]:
    """Return the events of a job once they are of these types; each is as the schema says and holds no secret."""

    def found(job_id: str) -> list[dict[str, Any]]:
        details = [event["detail"] for event in list(published)]
        return [detail for detail in details if detail["data"]["job_id"] == job_id]

    def wait(job_id: str, types: list[str]) -> list[dict[str, Any]]:
        eventually(lambda: len(found(job_id)) >= len(types))
        events = sorted(found(job_id), key=lambda detail: detail["timestamp"])
        assert [event["type"] for event in events] == types
        for event in events:
            assert violations(event) == []
        told = json.dumps(events, ensure_ascii=False)
        assert MARKER not in told
        assert "://" not in told
        return events

    return wait


def telling(text: str = "", voice_id: str = HSIAO_YU, **changes: Any) -> dict[str, Any]:
    """Return a dialogue with the marker in every field that takes any text."""
    speaker = f"{MARKER} 甲"
    return dialogue(
        turns=[{"speaker": speaker, "text": f"{MARKER} {text}", "index": 0, "chapter": f"{MARKER} 丙"}],
        voice_assignments=[{"speaker": speaker, "voice_id": voice_id, "voice_name": f"{MARKER} 乙"}],
        **{"title": f"{MARKER} 丁", "author": f"{MARKER} 戊", "album": f"{MARKER} 己"} | changes,
    )


def test_a_completed_job_and_its_rendition(client: ApiClient, events_of: Any) -> None:
    # Given a job, and another version of it
    job = client.complete(telling())
    rendition = client.post(f"/jobs/{job['id']}/renditions", json={"output_format": "wav"}).json()
    client.wait_for(rendition["id"], "completed")

    # When both have been told of
    _, completed = events_of(job["id"], ["job.started", "job.completed"])
    _, rendered = events_of(rendition["id"], ["job.started", "job.completed"])

    # Then the events say what the API says
    result = job["result_metadata"]
    told = completed["data"]
    assert {name: told[name] for name in ("duration_ms", "billed_characters", "reused_segments")} == {
        name: result[name] for name in ("duration_ms", "billed_characters", "reused_segments")
    }
    for name in ("created_at", "started_at", "completed_at"):
        assert told[name].partition(".")[0] == job[name].removesuffix("Z")  # which has no milliseconds
    assert told["output_format"] == "mp3"
    assert (rendered["data"]["rendition_of"], rendered["data"]["output_format"]) == (job["id"], "wav")


def test_a_job_that_no_voice_can_speak(client: ApiClient, events_of: Any) -> None:
    job_id = client.submit(telling(voice_id=f"zh-TW-{MARKER}Neural"))
    client.wait_for(job_id, "failed")

    _, failed = events_of(job_id, ["job.started", "job.failed"])

    assert failed["data"]["error_code"] == "VOICE_NOT_FOUND"


def test_a_job_that_is_cancelled(stack: LocalStack, client: ApiClient, events_of: Any) -> None:
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(telling())
        client.cancel(job_id)

    (cancelled,) = events_of(job_id, ["job.cancelled"])

    assert cancelled["data"]["started_at"] is None


def test_a_job_whose_execution_is_stopped(stack: LocalStack, client: ApiClient, events_of: Any) -> None:
    with stack.cloud.lambdas.pause("assemble"):
        job_id = client.submit(telling())
        client.wait_for(job_id, "processing")
        stop_execution(job_id)
        client.wait_for(job_id, "failed")

    _, failed = events_of(job_id, ["job.started", "job.failed"])

    assert failed["data"]["error_code"] == "INTERRUPTED"
