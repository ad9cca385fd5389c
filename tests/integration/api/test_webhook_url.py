"""``webhook_url`` of a job: checked, kept, shown, part of what is submitted, and carried on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from castline import composition
from castline.jobs.model import JobStatus
from local.quickstart import DIALOGUE
from tests.ended_jobs import end_job
from tests.integration.api.client import Answer, call

pytestmark = pytest.mark.usefixtures("service")

ENGLISH = {"Accept-Language": "en"}
URL = "https://jobs.example.com/one"
SINGLE = {"provider": "azure", "text": "早", "voice_id": "zh-TW-HsiaoYuNeural"}


@pytest.fixture
def user() -> str:
    """Return a user who has a secret for the URLs of jobs."""
    user = f"user/{uuid4()}"
    assert call("POST", "/webhooks/job/rotate", user=user).status == 200
    return user


def submit(user: str, *, path: str = "/jobs", key: str | None = None, **changes: Any) -> Answer:
    body = (DIALOGUE if path == "/jobs" else SINGLE) | changes
    headers = ENGLISH | ({"Idempotency-Key": key} if key else {})
    return call("POST", path, user=user, json=body, headers=headers)


def url_of(user: str, job_id: str) -> str | None:
    """Return the URL that the job shows."""
    url: str | None = call("GET", f"/jobs/{job_id}", user=user).json()["input_params"].get("webhook_url")
    return url


@pytest.mark.parametrize("path", ["/jobs", "/jobs/tts"])
def test_a_job_keeps_its_url_as_it_is_called_and_shows_it_to_its_user(user: str, path: str) -> None:
    submitted = submit(user, path=path, webhook_url="https://JOBS.example.com:443/one")

    assert submitted.status == 201
    assert url_of(user, submitted.json()["id"]) == URL
    assert "webhook_url" not in submitted.json()
    assert URL not in call("GET", "/jobs", user=user).text
    without = submit(user, path=path).json()
    assert "webhook_url" not in call("GET", f"/jobs/{without['id']}", user=user).json()["input_params"]


@pytest.mark.parametrize("path", ["/jobs", "/jobs/tts"])
def test_a_url_is_refused_while_nothing_could_be_signed(path: str) -> None:
    stranger = f"user/{uuid4()}"

    answer = submit(stranger, path=path, webhook_url=URL)

    assert answer.status == 400
    (problem,) = answer.json()["details"]["errors"]
    assert problem["field"] == "webhook_url"
    assert "POST /webhooks/job/rotate" in problem["message"]
    assert call("GET", "/jobs", user=stranger).json()["total"] == 0


def test_another_url_is_another_submission(user: str) -> None:
    first = submit(user, key="one", webhook_url=URL)

    assert submit(user, key="one", webhook_url=URL).json()["id"] == first.json()["id"]
    for other in ({}, {"webhook_url": f"{URL}/other"}):
        assert submit(user, key="one", **other).json()["error"] == "IDEMPOTENCY_KEY_REUSED"
    # null is as good as nothing
    second = submit(user, key="two")
    assert submit(user, key="two", webhook_url=None).json()["id"] == second.json()["id"]


def test_what_was_submitted_before_is_found_without_the_secret(user: str) -> None:
    first = submit(user, key="one", webhook_url=URL)
    call("DELETE", "/webhooks/job", user=user)

    assert submit(user, key="one", webhook_url=URL).json()["id"] == first.json()["id"]
    assert submit(user, key="two", webhook_url=URL).status == 400


def test_a_resubmission_and_another_version_have_the_url_of_the_first_job(user: str) -> None:
    # Given a cancelled job, and a completed one, each with a URL
    cancelled, completed = (submit(user, webhook_url=URL).json()["id"] for _ in range(2))
    call("DELETE", f"/jobs/{cancelled}", user=user)
    repository = composition.job_repository()
    job = repository.get(completed)
    assert job is not None
    repository.start(job, total_segments=1, now=datetime.now(UTC))
    end_job(repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=str(uuid4()))

    again = call("POST", f"/jobs/{cancelled}/resubmit", user=user)
    version = call("POST", f"/jobs/{completed}/renditions", user=user, json={"output_format": "wav"})

    assert (again.status, version.status) == (201, 201)
    assert [url_of(user, answer.json()["id"]) for answer in (again, version)] == [URL, URL]
    # Without a secret, neither can be.
    call("DELETE", "/webhooks/job", user=user)
    for path in ("resubmit", "renditions"):
        body: dict[str, Any] = {"json": {}} if path == "renditions" else {}
        answer = call("POST", f"/jobs/{completed}/{path}", user=user, headers=ENGLISH, **body)
        assert answer.json()["details"]["errors"][0]["field"] == "webhook_url"


def test_an_estimate_judges_the_url_as_a_submission_does(user: str) -> None:
    def estimate(user: str) -> Answer:
        return call("POST", "/jobs/estimate", user=user, json={**DIALOGUE, "webhook_url": URL})

    assert estimate(user).status == 200
    assert estimate(f"user/{uuid4()}").json()["details"]["errors"][0]["field"] == "webhook_url"
