"""While AWS hangs, every call is answered 503 well before API Gateway and its clients give up."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from castline import composition
from castline.api.app import OPERATIONS
from castline.api.contract import PREFIX
from castline.jobs.model import JobStatus
from local.quickstart import DIALOGUE
from tests.ended_jobs import end_job
from tests.integration.api.client import Answer, make_event, send
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("functions_environment")

MAX_SECONDS = 15
SINGLE = {"provider": "azure", "text": "早", "voice_id": "zh-TW-HsiaoYuNeural"}
SUBMISSIONS = {
    ("POST", "/jobs"),
    ("POST", "/jobs/tts"),
    ("POST", "/jobs/{job_id}/resubmit"),
    ("POST", "/jobs/{job_id}/renditions"),
}
ROUTES_BY_SERVICE = {
    "DYNAMODB": SUBMISSIONS
    | {
        ("GET", "/jobs"),
        ("GET", "/jobs/{job_id}"),
        ("DELETE", "/jobs/{job_id}"),
        ("GET", "/jobs/{job_id}/download"),
        ("GET", "/jobs/{job_id}/subtitles"),
        ("GET", "/jobs/{job_id}/timings"),
        ("GET", "/pronunciations"),
        ("GET", "/pronunciations/{name}"),
        ("PUT", "/pronunciations/{name}"),
        ("DELETE", "/pronunciations/{name}"),
        ("GET", "/sounds"),
        ("POST", "/sounds"),
        ("GET", "/sounds/{sound_id}"),
        ("DELETE", "/sounds/{sound_id}"),
    },
    "SFN": SUBMISSIONS,
    "S3": {("GET", "/jobs/{job_id}/download"), ("GET", "/jobs/{job_id}/subtitles")},
    "SECRETS_MANAGER": {("GET", "/voices")},
}
"""What each route needs of AWS. The others need nothing of it."""


@pytest.fixture
def silence() -> Iterator[str]:
    """Yield the address of a server that accepts connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(autouse=True)
def fresh_parts() -> Iterator[None]:
    composition.reset()
    yield
    composition.reset()


def completed_job() -> tuple[str, str]:
    """Return the ids of a job with audio, and of its user."""
    repository, job = composition.job_repository(), make_job()
    repository.create(job, make_dialogue(), max_active=3)
    repository.start(job, total_segments=1, now=datetime.now(UTC))
    end_job(repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=str(uuid4()))
    return job.id, job.user_id


def ask(method: str, path: str, job_id: str, user: str) -> tuple[Answer, float]:
    bodies: dict[tuple[str, str], Any] = {
        ("POST", "/jobs"): DIALOGUE,
        ("POST", "/jobs/tts"): SINGLE,
        ("POST", "/jobs/{job_id}/renditions"): {},
        ("PUT", "/pronunciations/{name}"): {"entries": []},
        ("POST", "/sounds"): {"name": "a.mp3", "size_bytes": 1, "content_type": "audio/mpeg"},
    }
    event = make_event(
        method,
        PREFIX + path.replace("{job_id}", job_id).replace("{sound_id}", job_id).replace("{name}", "brands"),
        headers={"X-User-Id": user},
        **({"json": bodies[method, path]} if (method, path) in bodies else {}),
    )
    started = time.monotonic()
    answer = send(event)
    return answer, time.monotonic() - started


def test_every_route_is_told_of() -> None:
    known = {f"{PREFIX}{path}" for routes in ROUTES_BY_SERVICE.values() for _, path in routes}

    assert {route.path for route in OPERATIONS} - known == {
        "/health",
        f"{PREFIX}/health",
        f"{PREFIX}/providers",
        f"{PREFIX}/dialogues/parse",
    }


@pytest.mark.timeout(120)
@pytest.mark.parametrize("service", ROUTES_BY_SERVICE)
def test_a_service_that_hangs_is_a_503_in_time(service: str, silence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given
    job_id, user = completed_job()
    composition.reset()
    monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", silence)
    monkeypatch.setenv("MAX_ACTIVE_JOBS", str(len(SUBMISSIONS)))
    routes = sorted(ROUTES_BY_SERVICE[service])

    # When
    with ThreadPoolExecutor(len(routes)) as pool:
        answers = list(pool.map(lambda route: ask(route[0], route[1], job_id, user), routes))

    # Then
    assert {route: answer.status for route, (answer, _) in zip(routes, answers, strict=True)} == dict.fromkeys(
        routes, 503
    )
    assert {answer.json()["error"] for answer, _ in answers} == {"SERVICE_UNAVAILABLE"}
    assert max(seconds for _, seconds in answers) < MAX_SECONDS
