"""Every speech provider there is, and which of them a deployment has enabled."""

from __future__ import annotations

from dataclasses import dataclass
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
"""By id."""

DEFAULT_CONCURRENCY: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class EnabledProvider:
    """A provider as a deployment has set it up."""

    provider: SpeechProvider
    secret_id: str | None
    """The name or ARN of the secret that it is opened with; None where it needs none."""
    concurrency: int
    """How many requests one synthesize task has in flight at it."""


def enable(configuration: Mapping[str, Mapping[str, Any]]) -> dict[str, EnabledProvider]:
    """Make the providers that ``configuration`` names, in its order.

    Args:
        configuration: for each provider's id its options, among them ``secret_id`` where it needs a secret and
            ``concurrency``.

    Raises:
        InvalidProviderOptions: there is no such provider, or it cannot use its options.
    """
    return {provider_id: _enable(provider_id, options) for provider_id, options in configuration.items()}


def _enable(provider_id: str, given: Mapping[str, Any]) -> EnabledProvider:
    if provider_id not in PROVIDERS:
        raise InvalidProviderOptions(f"there is no provider {provider_id}: {', '.join(PROVIDERS)}")
    options = dict(given)
    secret_id, concurrency = options.pop("secret_id", None), options.pop("concurrency", DEFAULT_CONCURRENCY)
    provider = PROVIDERS[provider_id](options)
    if provider.capabilities.needs_secret and not secret_id:
        raise InvalidProviderOptions(f"{provider_id} needs a secret_id")
    if not isinstance(concurrency, int) or concurrency < 1:
        raise InvalidProviderOptions(f"the concurrency of {provider_id} must be at least 1")
    return EnabledProvider(provider=provider, secret_id=secret_id, concurrency=concurrency)
