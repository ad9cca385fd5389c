"""While AWS hangs, every call is answered 503 well before API Gateway and its clients give up."""

from __future__ import annotations

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient

from castline import composition
from castline.api.contract import PREFIX
from castline.api.operations import OPERATIONS
from castline.jobs.model import JobStatus
from castline.webhooks.model import Delivery
from local.gateway import OPERATOR
from local.quickstart import DIALOGUE
from tests.ended_jobs import end_job
from tests.integration.api.client import Answer, make_event, send
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

pytestmark = pytest.mark.usefixtures("functions_environment")

MAX_SECONDS = 25
"""API Gateway gives up after 29 s."""
URL = "https://example.com/"
SINGLE = {"provider": "azure", "text": "早", "voice_id": "zh-TW-HsiaoYuNeural"}
MANY_TURNS = DIALOGUE | {
    "turns": [{"speaker": "A", "text": f"第{number}句", "index": number} for number in range(100)],
    "voice_assignments": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"}],
}
SUBMISSIONS = {
    ("POST", "/jobs"),
    ("POST", "/jobs/tts"),
    ("POST", "/jobs/{job_id}/resubmit"),
    ("POST", "/jobs/{job_id}/renditions"),
}
QUEUED = {
    ("POST", "/webhooks/{webhook_id}/test"),
    ("POST", "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver"),
}
OPERATED = {
    ("GET", "/admin/usage"),
    ("GET", "/admin/users/{user_id}/limits"),
    ("PUT", "/admin/users/{user_id}/limits"),
    ("GET", "/admin/limits"),
    ("PUT", "/admin/limits"),
    ("GET", "/admin/breaker"),
    ("PUT", "/admin/breaker"),
    ("GET", "/admin/jobs"),
    ("POST", "/admin/jobs/{job_id}/fail"),
}
ROUTES_BY_SERVICE = {
    "DYNAMODB": SUBMISSIONS
    | OPERATED
    | {
        ("GET", "/usage"),
        ("POST", "/previews"),
        ("GET", "/jobs"),
        ("GET", "/jobs/{job_id}"),
        ("DELETE", "/jobs/{job_id}"),
        ("GET", "/jobs/{job_id}/download"),
        ("GET", "/jobs/{job_id}/subtitles"),
        ("GET", "/jobs/{job_id}/timings"),
        ("GET", "/jobs/{job_id}/playlist.m3u8"),
        ("POST", "/jobs/{job_id}/stop"),
        ("POST", "/jobs/{job_id}/delete"),
        ("GET", "/pronunciations"),
        ("GET", "/pronunciations/{name}"),
        ("PUT", "/pronunciations/{name}"),
        ("DELETE", "/pronunciations/{name}"),
        ("GET", "/shows"),
        ("GET", "/shows/{name}"),
        ("PUT", "/shows/{name}"),
        ("DELETE", "/shows/{name}"),
        ("GET", "/sounds"),
        ("POST", "/sounds"),
        ("GET", "/sounds/{sound_id}"),
        ("DELETE", "/sounds/{sound_id}"),
        ("GET", "/webhooks"),
        ("POST", "/webhooks"),
        ("GET", "/webhooks/{webhook_id}"),
        ("PATCH", "/webhooks/{webhook_id}"),
        ("DELETE", "/webhooks/{webhook_id}"),
        ("POST", "/webhooks/{webhook_id}/rotate"),
        ("GET", "/webhooks/{webhook_id}/deliveries"),
        *QUEUED,
    },
    "SQS": QUEUED,
    "SFN": SUBMISSIONS,
    "S3": {
        ("GET", "/jobs/{job_id}/download"),
        ("GET", "/jobs/{job_id}/subtitles"),
        ("POST", "/jobs/estimate"),
        ("POST", "/jobs/tts/estimate"),
        ("POST", "/previews"),
    },
    "SECRETS_MANAGER": {("GET", "/voices"), ("POST", "/dialogues/cast"), ("POST", "/previews")},
}
"""The services of AWS that each route needs. The others need none."""


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


def keep_webhook(job_id: str, user: str) -> None:
    """Store a webhook and a delivery to it, both with the id of a job."""
    endpoint, repository = composition.keep_webhooks().create(user, url=URL), composition.webhook_repository()
    repository.create_endpoint(replace(endpoint, id=job_id), max_webhooks=9)
    repository.put_delivery(
        Delivery(
            id=job_id,
            user_id=user,
            webhook_id=job_id,
            event_id=str(uuid4()),
            event_type="job.completed",
            job_id=job_id,
            url=URL,
            body="{}",
            next_attempt_at=None,
            created_at=datetime.now(UTC),
        )
    )


def ask(method: str, path: str, job_id: str, user: str) -> tuple[Answer, float]:
    bodies: dict[tuple[str, str], Any] = {
        ("POST", "/jobs"): DIALOGUE,
        ("POST", "/jobs/tts"): SINGLE,
        ("POST", "/jobs/estimate"): MANY_TURNS,
        ("POST", "/jobs/tts/estimate"): SINGLE,
        ("POST", "/jobs/{job_id}/renditions"): {},
        ("POST", "/dialogues/cast"): {"speakers": [{"speaker": "A"}]},
        ("POST", "/previews"): {"voice_id": "zh-TW-HsiaoYuNeural", "text": "早"},
        ("PUT", "/pronunciations/{name}"): {"entries": []},
        ("PUT", "/shows/{name}"): {},
        ("POST", "/sounds"): {"name": "a.mp3", "size_bytes": 1, "content_type": "audio/mpeg"},
        ("POST", "/webhooks"): {"url": URL},
        ("PATCH", "/webhooks/{webhook_id}"): {},
        ("PUT", "/admin/users/{user_id}/limits"): {},
        ("PUT", "/admin/limits"): {},
        ("PUT", "/admin/breaker"): {"state": "closed"},
        ("POST", "/admin/jobs/{job_id}/fail"): {},
    }
    event = make_event(
        method,
        PREFIX + re.sub(r"\{(job|sound|user|webhook|delivery)_id\}", job_id, path).replace("{name}", "brands"),
        headers={"X-User-Id": OPERATOR if (method, path) in OPERATED else user},
        **({"json": bodies[method, path]} if (method, path) in bodies else {}),
    )
    started = time.monotonic()
    answer = send(event)
    return answer, time.monotonic() - started


HAS_COME: ContextVar[threading.Event | None] = ContextVar("has_come", default=None)
"""Event of the request that is being answered, which is set when the request waits for a service."""


class Waiting:
    """Record of the requests that wait for the services that hang."""

    NAMES = MappingProxyType(
        {
            "DYNAMODB": "dynamodb",
            "SQS": "sqs",
            "SFN": "stepfunctions",
            "S3": "s3",
            "SECRETS_MANAGER": "secretsmanager",
        }
    )

    def __init__(self, services: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
        names = {self.NAMES[service] for service in services}
        make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def noted(client: BaseClient, *arguments: Any) -> Any:
            has_come = HAS_COME.get()
            if has_come is not None and client.meta.service_model.service_name in names:
                has_come.set()
            return make_api_call(client, *arguments)

        monkeypatch.setattr(BaseClient, "_make_api_call", noted)

    def ask(self, pool: ThreadPoolExecutor, *request: str) -> Future[tuple[Answer, float]]:
        """Send a request, and return when it waits for the service or has been answered."""
        has_come = threading.Event()

        def noted() -> tuple[Answer, float]:
            HAS_COME.set(has_come)
            return ask(*request)

        asked = pool.submit(noted)
        eventually(lambda: has_come.is_set() or asked.done())
        return asked


def test_every_route_is_told_of() -> None:
    known = {f"{PREFIX}{path}" for routes in ROUTES_BY_SERVICE.values() for _, path in routes}

    assert {route.path for route in OPERATIONS} - known == {
        "/health",
        f"{PREFIX}/health",
        f"{PREFIX}/providers",
        f"{PREFIX}/dialogues/parse",
    }


@pytest.mark.parametrize(
    "services", [["DYNAMODB"], ["SQS", "SFN", "S3", "SECRETS_MANAGER"]], ids=["DynamoDB", "all others"]
)
def test_services_that_hang_are_a_503_in_time(
    services: list[str], silence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given
    job_id, user = completed_job()
    keep_webhook(job_id, user)
    composition.reset()
    monkeypatch.setenv("WEBHOOK_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/webhooks")
    for service in services:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", silence)
    monkeypatch.setenv("MAX_ACTIVE_JOBS", str(len(SUBMISSIONS)))
    routes = sorted({route for service in services for route in ROUTES_BY_SERVICE[service]})
    waiting = Waiting(services, monkeypatch)

    # When
    with ThreadPoolExecutor(len(routes)) as pool:
        asked = []
        for method, path in routes:
            # Powertools keeps the request in a class variable: the next one comes when this one waits for AWS.
            asked.append(waiting.ask(pool, method, path, job_id, user))
            # The next request gets parts of its own. Otherwise it waits for this one, as one thread reads a secret.
            composition.reset()
        answers = [each.result() for each in asked]

    # Then
    assert {route: answer.status for route, (answer, _) in zip(routes, answers, strict=True)} == dict.fromkeys(
        routes, 503
    )
    assert {answer.json()["error"] for answer, _ in answers} == {"SERVICE_UNAVAILABLE"}
    assert max(seconds for _, seconds in answers) < MAX_SECONDS
