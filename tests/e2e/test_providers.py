"""A job with each speech provider: what comes out, what it costs, and how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.speech.providers.registry import PROVIDERS
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue_of

if TYPE_CHECKING:
    from tests.e2e.api_client import ApiClient

SENTENCES = ("Hello there, this is the first sentence of several. " * 3, "And this is the answer.")

every_provider = pytest.mark.parametrize("provider", PROVIDERS)


@every_provider
def test_a_dialogue_becomes_one_file_with_subtitles_and_is_paid_for_once(client: ApiClient, provider: str) -> None:
    # Given
    request = dialogue_of(provider, *SENTENCES)

    # When
    job, again = client.complete(request), client.complete(request)

    # Then there is one file with subtitles
    result = job["result_metadata"]
    assert abs(decode(client.download(job["id"]).content).duration_ms - result["duration_ms"]) <= 1
    assert [turn["speaker"] for turn in result["turn_timings"]] == ["A", "B"]
    assert result["subtitle_timing"] == ("estimated" if provider == "openai" else "reported")
    assert client.get(f"/jobs/{job['id']}/subtitles").text.count("-->") == 4
    # And what was spoken is not paid for again
    assert result["billed_characters"] > 0
    reused = again["result_metadata"]
    assert (reused["billed_characters"], reused["reused_segments"]) == (0, 2)
    assert reused["duration_ms"] == result["duration_ms"]


@pytest.mark.parametrize(
    ("provider", "fault", "code"),
    [("openai", "quota-exceeded", "PROVIDER_QUOTA_EXCEEDED"), ("polly", "access-denied", "PROVIDER_AUTH_FAILED")],
)
def test_a_fault_of_the_provider_is_told(client: ApiClient, provider: str, fault: str, code: str) -> None:
    # Given
    request = dialogue_of(provider, f"{{fault {fault}}} Hello.")

    # When
    job = client.wait_for(client.submit(request), "failed")

    # Then
    assert job["error_code"] == code


@every_provider
def test_a_voice_of_another_provider_is_refused(client: ApiClient, provider: str) -> None:
    # Given
    another = "polly" if provider == "azure" else "azure"
    request = dialogue_of(another, "Hello.") | {"provider": provider}

    # When
    answer = client.post("/jobs/estimate", json=request)

    # Then it is refused, but an OpenAI-compatible server may call its voices anything
    assert answer.status_code == (200 if provider == "openai" else 400)


def test_a_provider_that_is_not_enabled_is_refused_with_those_that_are(client: ApiClient) -> None:
    # When
    answer = client.post("/jobs", json=dialogue_of("azure", "Hello.") | {"provider": "gcp"})

    # Then
    assert answer.status_code == 400
    (problem,) = answer.json()["details"]["errors"]
    assert (problem["field"], problem["message"]) == (
        "provider",
        "沒有啟用這個語音服務，可用的是：azure, openai, polly",
    )
