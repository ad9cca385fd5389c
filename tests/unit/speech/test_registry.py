"""Every registered speech provider has all that the local stack needs of it, and a price.

``tests/infra/test_speech_providers.py`` says what a deployment needs of it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN, InvalidProviderOptions
from castline.speech.providers.registry import PROVIDERS, enable
from local.speech_emulators import EMULATORS

if TYPE_CHECKING:
    from castline.speech.providers.base import SpeechProvider

every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))


def test_every_provider_can_be_emulated() -> None:
    assert {"azure", *EMULATORS} == PROVIDERS.keys()


@every_provider
def test_the_ids_have_the_form_that_all_providers_share(provider: type[SpeechProvider]) -> None:
    assert re.fullmatch("[a-z][a-z0-9-]*", provider.id)
    assert re.fullmatch(VOICE_ID_PATTERN, provider.voice_id_example)
    assert len(provider.voice_id_example) <= MAX_VOICE_ID_LENGTH


def test_enabling_providers_loads_no_sdk_and_no_http_client() -> None:
    program = """if True:
        import sys
        from castline.speech.providers.registry import enable
        enable({"azure": {"secret_id": "a"}, "openai": {"secret_id": "b", "model": "tts-1"}, "polly": {}})
        slow = ("audioop", "azure", "boto3", "botocore", "http.client", "ssl", "urllib3", "wave")
        print([name for name in slow if name in sys.modules])
    """
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603

    assert loaded.stdout.strip() == "[]"


def test_the_price_is_the_list_price_unless_the_deployment_pays_another() -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("azure", {}, "16"), ("polly", {}, "16"), ("polly", {"engine": "standard"}, "4"),
        ("polly", {"engine": "long-form"}, "100"), ("polly", {"engine": "generative"}, "30"),
        ("openai", {"model": "tts-1"}, "15"), ("openai", {"model": "tts-1-hd"}, "30"),
        ("openai", {"model": "kokoro", "base_url": "http://localhost:8880/v1"}, "0"),
        ("azure", {"price_per_million": 22}, "22"), ("azure", {"price_per_million": 0.1}, "0.1"),
        ("openai", {"model": "tts-1", "price_per_million": "12.345"}, "12.345"),
        ("polly", {"price_per_million": 0}, "0"),
    ]  # fmt: skip

    for provider, options, price in cases:
        enabled = enable({provider: {"secret_id": "secret", **options}})[provider]

        assert enabled.price_per_million == Decimal(price)


def test_the_quota_is_the_documented_one_unless_the_deployment_has_another() -> None:
    cases: list[tuple[str, dict[str, Any], float]] = [
        ("azure", {}, 200), ("azure", {"requests_per_second": 1_000}, 1_000),
        ("azure", {"requests_per_second": 0.33}, 0.33), ("polly", {}, 8), ("polly", {"engine": "standard"}, 80),
        ("openai", {"model": "tts-1"}, 500 / 60),
        ("openai", {"model": "kokoro", "base_url": "http://localhost:8880/v1"}, 200),
    ]  # fmt: skip

    for provider, options, requests_per_second in cases:
        enabled = enable({provider: {"secret_id": "secret", **options}})[provider]

        assert enabled.requests_per_second == requests_per_second


def test_a_quota_that_is_no_rate_is_refused() -> None:
    for value in [0, -1, "8", True, float("inf"), float("nan")]:
        with pytest.raises(InvalidProviderOptions, match="requests_per_second of azure must be a number above 0"):
            enable({"azure": {"secret_id": "secret", "requests_per_second": value}})


def test_a_price_that_is_no_amount_is_refused() -> None:
    for price in [-1, 1_000_001, "free", "NaN", "Infinity", True, [], ""]:
        with pytest.raises(InvalidProviderOptions, match="price_per_million of azure must be a number from 0"):
            enable({"azure": {"secret_id": "secret", "price_per_million": price}})
