"""Emulators of the speech providers other than Azure, and the configuration of the functions for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from local.openai_speech import OpenAiSpeechEmulator
from local.polly_speech import PollyEmulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from local.azure_speech.engines import VoiceEngineName


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedProvider:
    """A provider's emulator, and the functions' configuration for it."""

    emulator: AbstractContextManager[object]
    secret: dict[str, str] | None = None
    options: Callable[[], dict[str, Any]] = dict
    """Returns the provider's options, once the emulator runs."""
    environment: Callable[[], dict[str, str]] = field(default=dict)
    """Returns environment variables of the functions, once the emulator runs."""


def _openai(**options: Any) -> EmulatedProvider:
    server = OpenAiSpeechEmulator(**options)
    return EmulatedProvider(
        emulator=server,
        secret={"key": server.key},
        options=lambda: {"base_url": server.url, "model": server.model},
    )


def _polly(**options: Any) -> EmulatedProvider:
    polly = PollyEmulator(**options)
    return EmulatedProvider(emulator=polly, environment=lambda: {"AWS_ENDPOINT_URL_POLLY": polly.url})


EMULATORS: Final[Mapping[str, Callable[..., EmulatedProvider]]] = {
    "openai": _openai,
    "polly": _polly,
}
"""Functions that make the emulators, without starting them, by provider id."""


def emulated_provider(
    provider_id: str, *, voice_engine: VoiceEngineName | str, requests_per_second: float | None = None
) -> EmulatedProvider:
    """Make the emulator of a provider, without starting it.

    Args:
        provider_id: the provider's id.
        voice_engine: ``espeak`` or ``tone``.
        requests_per_second: the limit above which requests are throttled; None for no limit.

    Raises:
        ValueError: there is no such emulator.
    """
    if provider_id not in EMULATORS:
        raise ValueError(f"there is no emulator of the provider {provider_id}; there are {', '.join(EMULATORS)}")
    return EMULATORS[provider_id](voice_engine=voice_engine, requests_per_second=requests_per_second)
