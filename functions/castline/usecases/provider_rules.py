"""Rules of speech providers for a dialogue, checked before a job is created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.jobs.model import JobType, Turn
from castline.synthesis.utterances import is_own_language
from castline.usecases.errors import NotSpeakable, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from castline.jobs.model import Dialogue, OwnDelivery
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.providers.registry import EnabledProvider


def demand_speakable(
    dialogue: Dialogue, providers: Mapping[str, EnabledProvider], *, styles_of: Callable[[str], Collection[str]]
) -> SpeechProvider:
    """Refuse a dialogue that its provider cannot speak, as far as this is known in advance.

    Args:
        dialogue: the dialogue.
        providers: the enabled providers by id.
        styles_of: returns the styles of the voice with an id; called only for voices that are given a style.

    Returns:
        The provider.

    Raises:
        NotSpeakable: the provider is not enabled, a voice id does not have the provider's format, or a voice does not
            support the requested speed, pitch, language or style.
    """
    provider = demand_enabled(dialogue.provider, providers)
    problems = tuple(_voice_ids(dialogue, provider)) or tuple(_deliveries(dialogue, provider, styles_of))
    if problems:
        raise NotSpeakable(problems)
    return provider


def demand_enabled(provider_id: str, providers: Mapping[str, EnabledProvider]) -> SpeechProvider:
    """Return the enabled provider with an id.

    Raises:
        NotSpeakable: the provider is not enabled.
    """
    if provider_id not in providers:
        raise NotSpeakable((Problem("provider", "provider_not_enabled", {"providers": ", ".join(providers)}),))
    return providers[provider_id].provider


def _voice_ids(dialogue: Dialogue, provider: SpeechProvider) -> Iterator[Problem]:
    is_single = dialogue.job_type is JobType.SINGLE_TTS
    for position, assignment in enumerate(dialogue.voice_assignments):
        if not provider.is_voice_id(assignment.voice_id):
            name = "voice_id" if is_single else f"voice_assignments[{position}].voice_id"
            context = {"provider": provider.name, "example": provider.voice_id_example}
            yield Problem(name, "voice_id_of_provider", context)


def _deliveries(
    dialogue: Dialogue, provider: SpeechProvider, styles_of: Callable[[str], Collection[str]]
) -> Iterator[Problem]:
    voices = {each.speaker: each.voice_id for each in dialogue.voice_assignments}
    is_single = dialogue.job_type is JobType.SINGLE_TTS
    if is_single:
        yield from _delivery(
            "", dialogue.delivery.to_own(), dialogue.voice_assignments[0].voice_id, provider, styles_of
        )
    for position, each in enumerate(dialogue.voice_assignments):
        prefix = "" if is_single else f"voice_assignments[{position}]."
        yield from _delivery(prefix, each, each.voice_id, provider, styles_of)
    for position, turn in enumerate(dialogue.sequence):
        if isinstance(turn, Turn):
            yield from _delivery(f"turns[{position}].", turn, voices[turn.speaker], provider, styles_of)


def _delivery(
    prefix: str,
    own: OwnDelivery,
    voice_id: str,
    provider: SpeechProvider,
    styles_of: Callable[[str], Collection[str]],
) -> Iterator[Problem]:
    traits = provider.traits(voice_id)
    voice = {"voice_id": voice_id}
    if own.speed not in {None, 1} and not traits.takes_rate:
        yield Problem(f"{prefix}speed", "rigid_speed", voice)
    if own.pitch not in {None, 0} and not traits.takes_pitch:
        yield Problem(f"{prefix}pitch", "rigid_pitch", voice)
    language = own.language
    if (
        language
        and not is_own_language(language, traits)
        and not provider.takes_language(language, voice_id=voice_id)
    ):
        yield Problem(f"{prefix}language", "language_of_voice", voice)
    if own.style is not None:
        styles = styles_of(voice_id)
        if not styles:
            yield Problem(f"{prefix}style", "no_styles", voice)
        elif own.style not in styles:
            yield Problem(f"{prefix}style", "style_of_voice", {**voice, "styles": ", ".join(sorted(styles))})
