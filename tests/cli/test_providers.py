"""Several speech providers: each is chosen by its id, and none is known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.speech_emulators import EMULATORS
from local.stack import LocalStack
from tests.cli.test_completion import offered
from tests.e2e.decoded_audio import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.bad_road import BadRoad
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

PROVIDERS = ("azure", *EMULATORS)
SCRIPT = b"A: Good morning.\nB: Hello there.\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, downloads: BadRoad, polls_at_once: None) -> Iterator[LocalStack]:
    """Yield a service with three providers."""
    with LocalStack(
        clock=Clock(wait_scale=0.01),
        speech=AzureSpeechEmulator(voice_engine="tone"),
        more_providers=tuple(EMULATORS),
        log_file=tmp_path_factory.mktemp("logs") / "functions.log",
        settings={"DOWNLOAD_ENDPOINT_URL": downloads.url},
    ) as stack:
        downloads.target = stack.url
        yield stack


def english_voices(castline: Castline, *options: str) -> list[str]:
    return [line.split("\t")[0] for line in castline.done("voices", "--language", "en", *options).splitlines()]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_script_is_spoken_with_voices_of_the_provider(castline: Castline, client: ApiClient, provider: str) -> None:
    # Given
    first, second, *_ = english_voices(castline, "--provider", provider)

    # When
    castline.done(
        *("say", "-", "-o", "out.mp3", "--provider", provider, "--language", "en-US"),
        *("--voice", f"A={first}", "--voice", f"B={second}"),
        stdin=SCRIPT,
    )

    # Then
    [job_id] = client.list_ids()
    job = client.job(job_id)
    assert job["provider"] == job["input_params"]["provider"] == provider
    heard = decode((castline.folder / "out.mp3").read_bytes())
    assert heard.duration_ms == pytest.approx(job["result_metadata"]["duration_ms"], abs=1)


def test_the_first_provider_speaks_when_none_is_named(castline: Castline, client: ApiClient) -> None:
    assert english_voices(castline) == english_voices(castline, "--provider", "azure")

    castline.done("say", "--text", "Hello.", "--voice", english_voices(castline)[0], "-o", "out.mp3")

    [job_id] = client.list_ids()
    assert client.job(job_id)["provider"] == "azure"


@pytest.mark.parametrize("command", [("say", "--text", "Hello."), ("voices",)], ids=" ".join)
def test_a_provider_that_there_is_not(castline: Castline, client: ApiClient, command: tuple[str, ...]) -> None:
    outcome = castline(*command, "--provider", "nobody")

    assert outcome.exit_code == 2
    assert outcome.complaint == (
        f"castline: the service has no provider nobody; it has {', '.join(PROVIDERS)} (see --provider)"
    )
    assert client.list_ids() == []


def test_voices_are_advised_of_the_provider_that_was_named(castline: Castline) -> None:
    (castline.folder / "texts.csv").write_text("text\nHello.\n", "utf-8")

    outcome = castline("batch", "texts.csv", "--provider", "polly")

    assert "a text needs one --voice VOICE (`castline voices --provider polly` lists them)" in outcome.err


@pytest.mark.parametrize(
    ("provider", "fault", "code"),
    [
        ("azure", "malformed-ssml", "PROVIDER_REJECTED_INPUT"),
        ("openai", "unauthorized", "PROVIDER_AUTH_FAILED"),
        ("polly", "access-denied", "PROVIDER_AUTH_FAILED"),
    ],
)
def test_what_fails_at_a_provider_is_told(
    castline: Castline, client: ApiClient, provider: str, fault: str, code: str
) -> None:
    voice = english_voices(castline, "--provider", provider)[0]

    outcome = castline(
        *("say", "--text", f"Hello. {{fault {fault}}}", "--literal", "--voice", voice, "--provider", provider)
    )

    [job_id] = client.list_ids()
    assert outcome.exit_code == 5
    job = client.job(job_id)
    assert job["error_code"] == code
    message = client.get(f"/jobs/{job_id}", headers={"Accept-Language": "en"}).json()["error_message"]
    assert outcome.complaint == f"castline: {message.rstrip('.')} ({code}, job {job_id})"


def test_tab_offers_providers_and_the_voices_of_the_one_that_is_named(castline: Castline) -> None:
    assert offered(castline, "castline", "voices", "--provider", "") == list(PROVIDERS)
    assert offered(castline, "castline", "say", "--provider", "openai", "--voice", "af_") == ["af_sky"]
    assert offered(castline, "castline", "voices", "--provider", "openai", "--language", "") == ["en-US", "ja", "zh"]
