"""Requests to the speech provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator


def requests_with(speech: AzureSpeechEmulator, text: str) -> list[str]:
    """Return the outcome of each request with ``text``, in order: ``completed``, ``closed 1013``, …"""
    return [request.outcome for request in speech.traffic.requests if text in request.ssml]
