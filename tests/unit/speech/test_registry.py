"""Every registered speech provider has all that a deployment and the local stack need of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN, InvalidProviderOptions
from castline.speech.providers.registry import PROVIDERS, enable
from infra.speech_providers import NEEDS
from local.speech_emulators import EMULATORS

if TYPE_CHECKING:
    from castline.speech.providers.base import SpeechProvider

every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))


def test_every_provider_can_be_deployed_and_emulated() -> None:
    assert NEEDS.keys() == PROVIDERS.keys()
    assert {"azure", *EMULATORS} == PROVIDERS.keys()


@every_provider
def test_a_secret_is_deployed_for_a_provider_that_needs_one(provider: type[SpeechProvider]) -> None:
    assert (NEEDS[provider.id].secret is not None) == provider.capabilities.needs_secret


@every_provider
def test_the_ids_have_the_form_that_all_providers_share(provider: type[SpeechProvider]) -> None:
    assert re.fullmatch("[a-z][a-z0-9-]*", provider.id)
    assert re.fullmatch(VOICE_ID_PATTERN, provider.voice_id_example)
    assert len(provider.voice_id_example) <= MAX_VOICE_ID_LENGTH


@pytest.mark.parametrize(
    ("provider", "options", "price"),
    [
        ("azure", {}, "16"),
        ("polly", {}, "16"),
        ("polly", {"engine": "standard"}, "4"),
        ("polly", {"engine": "long-form"}, "100"),
        ("polly", {"engine": "generative"}, "30"),
        ("openai", {"model": "tts-1"}, "15"),
        ("openai", {"model": "tts-1-hd"}, "30"),
        ("openai", {"model": "kokoro", "base_url": "http://localhost:8880/v1"}, "0"),
        ("azure", {"price_per_million": 22}, "22"),
        ("azure", {"price_per_million": 0.1}, "0.1"),
        ("openai", {"model": "tts-1", "price_per_million": "12.345"}, "12.345"),
        ("polly", {"price_per_million": 0}, "0"),
    ],
)
def test_the_price_is_the_list_price_unless_the_deployment_pays_another(
    provider: str, options: dict[str, Any], price: str
) -> None:
    enabled = enable({provider: {"secret_id": "secret", **options}})[provider]

    assert enabled.price_per_million == Decimal(price)


@pytest.mark.parametrize(
    ("provider", "options", "requests_per_second"),
    [
        ("azure", {}, 200),
        ("azure", {"requests_per_second": 1_000}, 1_000),
        ("azure", {"requests_per_second": 0.33}, 0.33),
        ("polly", {}, 8),
        ("polly", {"engine": "standard"}, 80),
        ("openai", {"model": "tts-1"}, 500 / 60),
        ("openai", {"model": "kokoro", "base_url": "http://localhost:8880/v1"}, 200),
    ],
)
def test_the_quota_is_the_documented_one_unless_the_deployment_has_another(
    provider: str, options: dict[str, Any], requests_per_second: float
) -> None:
    enabled = enable({provider: {"secret_id": "secret", **options}})[provider]

    assert enabled.requests_per_second == requests_per_second


@pytest.mark.parametrize("value", [0, -1, "8", True, float("inf"), float("nan")])
def test_a_quota_that_is_no_rate_is_refused(value: object) -> None:
    with pytest.raises(InvalidProviderOptions, match="requests_per_second of azure must be a number above 0"):
        enable({"azure": {"secret_id": "secret", "requests_per_second": value}})


@pytest.mark.parametrize("price", [-1, 1_000_001, "free", "NaN", "Infinity", True, [], ""])
def test_a_price_that_is_no_amount_is_refused(price: object) -> None:
    with pytest.raises(InvalidProviderOptions, match="price_per_million of azure must be a number from 0"):
        enable({"azure": {"secret_id": "secret", "price_per_million": price}})
