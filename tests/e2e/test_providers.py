"""A job with each speech provider: what comes out, what it costs, and how it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline.speech.providers.registry import PROVIDERS
from local.cloud.clock import Clock
from local.speech_emulators import EMULATORS
from local.stack import LocalStack
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

VOICES = {"azure": (HSIAO_YU, YUN_JHE), "openai": ("af_sky", "am_adam"), "polly": ("Joanna", "Matthew")}
FAILURES = [
    ("openai", "unauthorized", "PROVIDER_AUTH_FAILED"),
    ("openai", "unsupported-voice", "VOICE_NOT_FOUND"),
    ("openai", "quota-exceeded", "PROVIDER_QUOTA_EXCEEDED"),
    ("openai", "unavailable", "PROVIDER_UNAVAILABLE"),
    ("polly", "access-denied", "PROVIDER_AUTH_FAILED"),
    ("polly", "internal-error", "PROVIDER_UNAVAILABLE"),
]
SENTENCES = ("Hello there, this is the first sentence of several. " * 3, "And this is the answer.")

every_provider = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(wait_scale=0.001)


@pytest.fixture(scope="module")
def stack(clock: Clock, speech: AzureSpeechEmulator, log_file: Path) -> Iterator[LocalStack]:
    with LocalStack(clock=clock, speech=speech, log_file=log_file, more_providers=tuple(EMULATORS)) as stack:
        yield stack


def request_for(provider: str, *texts: str) -> dict[str, Any]:
    return dialogue(*texts, voices=VOICES[provider], provider=provider, language="en-US")


@every_provider
def test_a_dialogue_becomes_one_file_with_subtitles(client: ApiClient, provider: str) -> None:
    job = client.complete(request_for(provider, *SENTENCES))

    result = job["result_metadata"]
    assert abs(decode(client.download(job["id"]).content).duration_ms - result["duration_ms"]) <= 1
    assert [turn["speaker"] for turn in result["turn_timings"]] == ["A", "B"]
    assert result["subtitle_timing"] == ("estimated" if provider == "openai" else "reported")
    subtitles = client.get(f"/jobs/{job['id']}/subtitles").text
    assert subtitles.count("-->") == 4


@every_provider
def test_what_was_spoken_is_not_spoken_and_paid_for_again(client: ApiClient, provider: str) -> None:
    request = request_for(provider, "Spoken once.", "Heard twice.")
    first = client.complete(request)["result_metadata"]

    again = client.complete(request)["result_metadata"]

    assert first["billed_characters"] > 0
    assert (again["billed_characters"], again["reused_segments"]) == (0, 2)
    assert again["duration_ms"] == first["duration_ms"]


@pytest.mark.parametrize(("provider", "fault", "code"), FAILURES)
def test_a_fault_of_the_provider_is_told(client: ApiClient, provider: str, fault: str, code: str) -> None:
    request = request_for(provider, f"{{fault {fault}}} Hello.")

    job = client.wait_for(client.submit(request), "failed")

    assert job["error_code"] == code


@every_provider
def test_a_voice_of_another_provider_is_refused(client: ApiClient, provider: str) -> None:
    another = "polly" if provider == "azure" else "azure"
    request = request_for(another, "Hello.") | {"provider": provider}

    answer = client.post("/jobs", json=request)

    # An OpenAI-compatible server may call its voices anything.
    assert answer.status_code == (201 if provider == "openai" else 400)


def test_a_provider_that_is_not_enabled_is_refused_with_those_that_are(client: ApiClient) -> None:
    answer = client.post("/jobs", json=request_for("azure", "Hello.") | {"provider": "gcp"})

    assert answer.status_code == 400
    (problem,) = answer.json()["details"]["errors"]
    assert (problem["field"], problem["message"]) == (
        "provider",
        "沒有啟用這個語音服務，可用的是：azure, openai, polly",
    )
