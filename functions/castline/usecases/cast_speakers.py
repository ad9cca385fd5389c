"""Cast speakers: choose a voice of a provider for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.casting.deal import Deal
from castline.usecases.provider_rules import demand_enabled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.casting.model import Cast, Part
    from castline.speech.providers.registry import EnabledProvider
    from castline.speech.voice_list import Voice


class CastSpeakers:
    """Chooses voices from those that a provider lists."""

    def __init__(
        self,
        *,
        providers: Callable[[], Mapping[str, EnabledProvider]],
        voices: Callable[[str], Sequence[Voice]],
    ) -> None:
        """Store the collaborators.

        Args:
            providers: returns the enabled speech providers by id.
            voices: returns the voices of the provider with an id.
        """
        self._providers = providers
        self._voices = voices

    def __call__(
        self, parts: Sequence[Part], *, provider_id: str | None, language: str | None, preferred: Sequence[str]
    ) -> Cast:
        """Choose a voice for each speaker, by default of the first enabled provider. See ``Deal``.

        Raises:
            NotSpeakable: the provider is not enabled.
            SpeechError: the provider's voices cannot be listed.
        """
        providers = self._providers()
        provider = demand_enabled(provider_id or next(iter(providers)), providers)
        deal = Deal(
            self._voices(provider.id),
            takes_language=lambda voice_id, tag: provider.takes_language(tag, voice_id=voice_id),
            is_plain=lambda voice_id: provider.traits(voice_id).takes_rate,
        )
        return deal(parts, language=language, preferred=preferred)
