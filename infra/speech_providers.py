"""What each speech provider needs at AWS: a secret for its key, or permissions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpec:
    """A secret that an operator puts the provider's key into."""

    id: str
    """Its logical id; never changed: a secret under another id is a new, empty one."""
    description: str
    template: str
    """The JSON object that the generated placeholder of ``key`` is added to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNeeds:
    """What a provider needs."""

    secret: SecretSpec | None = None
    speaking: tuple[str, ...] = ()
    """What the function that speaks may do at AWS."""
    listing: tuple[str, ...] = ()
    """What the API may do at AWS to list the voices."""


NEEDS = {
    "azure": ProviderNeeds(
        secret=SecretSpec(
            id="AzureSpeech",
            description='Azure Speech: {"key": …, "region": …}. The generated key is a placeholder.',
            template='{"region": "eastasia"}',
        )
    ),
    "openai": ProviderNeeds(
        secret=SecretSpec(
            id="OpenaiSpeech",
            description='The OpenAI-compatible server: {"key": …}. The generated key is a placeholder.',
            template="{}",
        )
    ),
    "polly": ProviderNeeds(speaking=("polly:SynthesizeSpeech",), listing=("polly:DescribeVoices",)),
}
"""By the provider's id."""
