"""Estimates of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.api_client import ApiClient


def path_for(request: Mapping[str, Any]) -> str:
    """Return where a request is submitted: a dialogue or a single text."""
    return "/jobs/tts" if "text" in request else "/jobs"


def estimate(client: ApiClient, request: Mapping[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{path_for(request)}/estimate", json=request)
    assert answer.status_code == 200, answer.text
    estimated: dict[str, Any] = answer.json()
    return estimated
