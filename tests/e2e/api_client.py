"""API client of one user."""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any

import httpx

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ACTIVE_JOBS = 3
_ENDED = {"completed", "failed", "cancelled"}
_FIRST_POLL_SECONDS, _LONGEST_POLL_SECONDS = 0.05, 0.5
# Spares each client the loading of certificates that plain HTTP has no use for.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class ApiClient(httpx.Client):
    """An HTTP client below ``/api/v1``, and the calls that most tests make on their way."""

    def __init__(self, url: str, *, user_id: str | None = None) -> None:
        headers = {"X-User-Id": user_id} if user_id else {}
        super().__init__(
            base_url=f"{url}/api/v1",
            headers=headers,
            timeout=PATIENCE_SECONDS,
            trust_env=False,
            verify=_NO_CERTIFICATES,
        )

    def submit(self, dialogue: Mapping[str, Any]) -> str:
        """Submit a dialogue that is accepted, and return its job's id."""
        response = self.post("/jobs", json=dialogue)
        assert response.status_code == 201, response.text
        job_id: str = response.json()["id"]
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        """Return the job as it is now."""
        response = self.get(f"/jobs/{job_id}")
        assert response.status_code == 200, response.text
        job: dict[str, Any] = response.json()
        return job

    def wait_for(self, job_id: str, status: str, *, timeout_seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Poll until the job has the status, and return it; fail as soon as it never will."""
        deadline, pause_seconds = time.monotonic() + timeout_seconds, _FIRST_POLL_SECONDS
        while (job := self.job(job_id))["status"] != status:
            assert job["status"] not in _ENDED, f"the job should become {status}, but it is {job}"
            assert time.monotonic() < deadline, f"the job is still {job['status']} after {timeout_seconds} s"
            time.sleep(pause_seconds)
            pause_seconds = min(1.5 * pause_seconds, _LONGEST_POLL_SECONDS)
        return job

    def complete(self, dialogue: Mapping[str, Any]) -> dict[str, Any]:
        """Submit a dialogue and return its job once that is completed."""
        return self.wait_for(self.submit(dialogue), "completed")

    def cancel(self, job_id: str) -> None:
        """Cancel a job that can be cancelled."""
        response = self.delete(f"/jobs/{job_id}")
        assert response.status_code == 200, response.text

    def download(self, job_id: str) -> httpx.Response:
        """Return the audio of a completed job, with the headers it comes with."""
        response = self.get(f"/jobs/{job_id}/download", follow_redirects=True)
        assert response.status_code == 200, response.text
        return response

    def list_ids(self, **query: str | int) -> list[str]:
        """Return the ids on one page of the user's jobs."""
        response = self.get("/jobs", params=query)
        assert response.status_code == 200, response.text
        return [job["id"] for job in response.json()["items"]]
