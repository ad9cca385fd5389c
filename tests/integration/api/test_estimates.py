"""Estimates by the API's handler: what they need, what they leave alone, and how they are told."""

from __future__ import annotations

from typing import Any

import pytest

from castline import composition
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, call
from tests.integration.api.test_maximal_requests import dialogue_of_everything
from tests.integration.aws_calls import observed_calls

pytestmark = pytest.mark.usefixtures("service")

SINGLE = {"provider": "azure", "text": "早安。", "voice_id": "zh-TW-HsiaoYuNeural"}


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
    turns = [{"speaker": "A", "text": "一樣的話", "index": number} for number in range(5)]
    request = DIALOGUE | {"turns": turns, "voice_assignments": [{"speaker": "A", "voice_id": SINGLE["voice_id"]}]}

    with observed_calls() as called:
        answer = estimate(user, request).json()

    assert called == ["HeadObject"]
    assert (answer["segments"], answer["reused_segments"], answer["billed_characters"]) == (5, 4, 8)


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
    request = dialogue_of_everything()

    submitted, estimated = call("POST", "/jobs", user=user, json=request), estimate(user, request)

    assert submitted.status == estimated.status == 400
    assert submitted.json() == estimated.json()


def test_the_currency_is_the_deployments(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURRENCY", "TWD")
    monkeypatch.setenv(
        "SPEECH_PROVIDERS", '{"azure": {"secret_id": "castline/azure-speech", "price_per_million": 512.5}}'
    )

    with composition.given():
        cost = estimate(user, SINGLE).json()["cost"]

    assert cost == {"amount": 0.002563, "currency": "TWD"}
