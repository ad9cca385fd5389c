"""Registry of all speech providers, and of those that a deployment enables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from castline.speech.providers.azure.provider import AzureSpeech
from castline.speech.providers.base import InvalidProviderOptions
from castline.speech.providers.openai_compatible.provider import OpenAiProvider
from castline.speech.providers.polly.provider import AmazonPolly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.speech.providers.base import SpeechProvider

PROVIDERS: Final[dict[str, type[SpeechProvider]]] = {
    provider.id: provider for provider in (AzureSpeech, OpenAiProvider, AmazonPolly)
}
"""The providers by id."""

DEFAULT_CONCURRENCY: Final = 8
MAX_PRICE_PER_MILLION: Final = 1_000_000
"""One unit of currency for each character. A higher price must be a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnabledProvider:
    """Provider with the options of a deployment."""

    provider: SpeechProvider
    secret_id: str | None
    """The name or ARN of the provider's secret; None for a provider that needs none."""
    concurrency: int
    """The maximum number of requests that one synthesize task has in flight."""
    requests_per_second: float
    """The maximum number of requests a second that all tasks together send to one resource of the provider."""
    price_per_million: Decimal
    """The price of 1,000,000 billed characters, in the deployment's currency."""


def enable(configuration: Mapping[str, Mapping[str, Any]]) -> dict[str, EnabledProvider]:
    """Make the providers that ``configuration`` names, in its order.

    Args:
        configuration: the options of each provider by its id, among them ``concurrency``, ``requests_per_second``
            if it is not the documented quota, ``price_per_million`` if it is not the list price, and ``secret_id`` if
            the provider needs a secret.

    Raises:
        InvalidProviderOptions: a provider does not exist, or its options are invalid.
    """
    return {provider_id: _enable(provider_id, options) for provider_id, options in configuration.items()}


def _enable(provider_id: str, given: Mapping[str, Any]) -> EnabledProvider:
    if provider_id not in PROVIDERS:
        raise InvalidProviderOptions(f"there is no provider {provider_id}: {', '.join(PROVIDERS)}")
    options = dict(given)
    secret_id, concurrency = options.pop("secret_id", None), options.pop("concurrency", DEFAULT_CONCURRENCY)
    price, requests_per_second = options.pop("price_per_million", None), options.pop("requests_per_second", None)
    provider = PROVIDERS[provider_id](options)
    if provider.capabilities.needs_secret and not secret_id:
        raise InvalidProviderOptions(f"{provider_id} needs a secret_id")
    if not isinstance(concurrency, int) or concurrency < 1:
        raise InvalidProviderOptions(f"the concurrency of {provider_id} must be at least 1")
    return EnabledProvider(
        provider=provider,
        secret_id=secret_id,
        concurrency=concurrency,
        requests_per_second=(
            provider.requests_per_second
            if requests_per_second is None
            else _positive(requests_per_second, f"the requests_per_second of {provider_id}")
        ),
        price_per_million=provider.list_price_per_million if price is None else _price(provider_id, price),
    )


def _positive(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise InvalidProviderOptions(f"{name} must be a number above 0")
    return float(value)


def _price(provider_id: str, value: Any) -> Decimal:
    """Read a price. A float is read from its text, so that its binary form does not add digits."""
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or not 0 <= price <= MAX_PRICE_PER_MILLION or isinstance(value, bool):
        raise InvalidProviderOptions(
            f"the price_per_million of {provider_id} must be a number from 0 to {MAX_PRICE_PER_MILLION:,}"
        )
    return price
