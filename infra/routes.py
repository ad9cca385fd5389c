"""Routes of the API that API Gateway deploys, and whether they need a token."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, as API Gateway writes it."""

    method: str
    path: str
    is_open: bool = False
    """Whether the route needs no token."""

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods to deploy: API Gateway answers HEAD with 404 unless it has a route of its own."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)


ROUTES = (
    Route("GET", "/health", is_open=True),
    Route("GET", f"{PREFIX}/health", is_open=True),
    Route("GET", f"{PREFIX}/jobs"),
    Route("POST", f"{PREFIX}/jobs"),
    Route("POST", f"{PREFIX}/jobs/tts"),
    Route("GET", PREFIX + "/jobs/{job_id}"),
    Route("DELETE", PREFIX + "/jobs/{job_id}"),
    Route("GET", PREFIX + "/jobs/{job_id}/download"),
    Route("GET", PREFIX + "/jobs/{job_id}/subtitles"),
    Route("POST", PREFIX + "/jobs/{job_id}/resubmit"),
    Route("POST", f"{PREFIX}/dialogues/parse"),
    Route("GET", f"{PREFIX}/providers"),
    Route("GET", f"{PREFIX}/voices"),
)
