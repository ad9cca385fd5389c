"""Emulators of the speech providers other than Azure, and the configuration of the functions for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.openai_speech import OpenAiSpeechEmulator
from local.polly_speech import PollyEmulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.engines import VoiceEngineName


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedProvider:
    """A provider's emulator, and the functions' configuration for it."""

    emulator: OpenAiSpeechEmulator | PollyEmulator
    secret: dict[str, str] | None = None
    options: Callable[[], dict[str, Any]] = dict
    """The provider's options, once the emulator runs."""
    environment: Callable[[], dict[str, str]] = field(default=dict)
    """Environment variables of the functions, once the emulator runs."""


def emulated_provider(provider_id: str, *, voice_engine: VoiceEngineName | str) -> EmulatedProvider:
    """Make the emulator of a provider, without starting it.

    Raises:
        ValueError: there is no such emulator.
    """
    if provider_id == "openai":
        server = OpenAiSpeechEmulator(voice_engine=voice_engine)
        return EmulatedProvider(
            emulator=server,
            secret={"key": server.key},
            options=lambda: {"base_url": server.url, "model": server.model},
        )
    if provider_id == "polly":
        polly = PollyEmulator(voice_engine=voice_engine)
        return EmulatedProvider(emulator=polly, environment=lambda: {"AWS_ENDPOINT_URL_POLLY": polly.url})
    raise ValueError(f"there is no emulator of the provider {provider_id}")
