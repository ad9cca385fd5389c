"""Sounds of users in these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.api_client import ApiClient


def sounds_of(client: ApiClient) -> list[dict[str, Any]]:
    """Return the user's sounds, oldest first."""
    sounds: list[dict[str, Any]] = client.get("/sounds").json()["items"]
    return sounds[::-1]
