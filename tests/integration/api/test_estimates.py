"""Estimates by the API's handler: what they need, what they leave alone, and how they are told."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from botocore.client import BaseClient

from castline import composition
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, call
from tests.integration.api.test_maximal_requests import MAXIMAL

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("functions_environment")

SINGLE = {"provider": "azure", "text": "早安。", "voice_id": "zh-TW-HsiaoYuNeural"}


@pytest.fixture
def user() -> str:
    return f"user-{uuid4()}"


@contextmanager
def observed_calls() -> Iterator[list[str]]:
    """Yield the names of the operations of AWS that are called."""
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]
    called: list[str] = []

    def recorded(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        called.append(operation)
        return make_api_call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", recorded):
        yield called


def estimate(user: str, request: dict[str, Any], **more: Any) -> Answer:
    path = "/jobs/tts/estimate" if "text" in request else "/jobs/estimate"
    return call("POST", path, user=user, json=request, **more)


@pytest.mark.parametrize(("request_", "look_ups"), [(SINGLE, 1), (DIALOGUE, len(DIALOGUE["turns"]))])
def test_only_stored_segments_are_looked_up(user: str, request_: dict[str, Any], look_ups: int) -> None:
    with observed_calls() as called:
        answer = estimate(user, request_)

    assert answer.status == 200
    assert called == ["HeadObject"] * look_ups


def test_each_text_that_sounds_the_same_is_looked_up_once(user: str) -> None:
    turns = [{"speaker": "A", "text": "一樣的話", "index": number} for number in range(50)]
    request = DIALOGUE | {"turns": turns, "voice_assignments": [{"speaker": "A", "voice_id": SINGLE["voice_id"]}]}

    with observed_calls() as called:
        answer = estimate(user, request).json()

    assert called == ["HeadObject"]
    assert (answer["segments"], answer["reused_segments"], answer["billed_characters"]) == (50, 49, 8)


def test_warnings_are_told_in_the_language_that_is_asked_for(user: str) -> None:
    request = SINGLE | {"text": "[angry] 早安。"}

    messages = {
        language: estimate(user, request, headers={"Accept-Language": language}).json()["warnings"][0]["message"]
        for language in ("en", "zh-TW")
    }

    assert messages["en"] != messages["zh-TW"]


def test_an_idempotency_key_means_nothing(user: str) -> None:
    answers = [
        estimate(user, SINGLE | {"text": text}, headers={"Idempotency-Key": "one"}).json() for text in ("一", "一二")
    ]

    assert [answer["billed_characters"] for answer in answers] == [2, 4]


def test_a_dialogue_that_is_too_large_to_be_stored_is_refused(user: str) -> None:
    _, request = MAXIMAL["everything"]

    submitted, estimated = call("POST", "/jobs", user=user, json=request), estimate(user, request)

    assert submitted.status == estimated.status == 400
    assert submitted.json() == estimated.json()


def test_the_currency_is_the_deployments(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURRENCY", "TWD")
    monkeypatch.setenv(
        "SPEECH_PROVIDERS", '{"azure": {"secret_id": "castline/azure-speech", "price_per_million": 512.5}}'
    )
    composition.reset()
    try:
        cost = estimate(user, SINGLE).json()["cost"]
    finally:
        composition.reset()

    assert cost == {"amount": 0.002563, "currency": "TWD"}
