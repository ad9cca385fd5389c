"""AWS resources of each speech provider: a secret for its key, or permissions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpec:
    """A secret for a provider's key, which an operator enters."""

    id: str
    """The logical id. Never change it: another id creates a new secret without the key."""
    description: str
    template: str
    """The JSON object to which the generated placeholder of ``key`` is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNeeds:
    """The AWS resources that a provider needs."""

    secret: SecretSpec | None = None
    speaking: tuple[str, ...] = ()
    """The AWS permissions of the functions that synthesize speech."""
    listing: tuple[str, ...] = ()
    """The AWS permissions of the functions that list voices."""


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
"""The needs by provider id."""
