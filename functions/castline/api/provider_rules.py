"""What the provider of a job demands of it, before the job is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.api.validation import InvalidRequest
from castline.jobs.model import JobType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline.jobs.model import Dialogue
    from castline.speech.providers.base import SpeechProvider

    _Problem = tuple[str, str, Mapping[str, Any]]


def demand_acceptable(dialogue: Dialogue) -> None:
    """Refuse what the provider of ``dialogue`` cannot speak, as far as that is known beforehand.

    Raises:
        InvalidRequest: the provider is not enabled, an id is no id of its voices, or a voice cannot be told to speak
            at another speed or pitch.
    """
    provider = demand_enabled(dialogue.provider)
    problems = [*_voice_ids(dialogue, provider), *_delivery(dialogue, provider)]
    if problems:
        raise InvalidRequest.of_fields(problems)


def demand_enabled(provider_id: str) -> SpeechProvider:
    """Return the provider of that id.

    Raises:
        InvalidRequest: it is not enabled.
    """
    providers = composition.speech_providers()
    if provider_id not in providers:
        raise InvalidRequest("provider", "provider_not_enabled", providers=", ".join(providers))
    return providers[provider_id].provider


def _voice_ids(dialogue: Dialogue, provider: SpeechProvider) -> Iterator[_Problem]:
    for position, assignment in enumerate(dialogue.voice_assignments):
        if not provider.is_voice_id(assignment.voice_id):
            is_single = dialogue.job_type is JobType.SINGLE_TTS
            field = "voice_id" if is_single else f"voice_assignments[{position}].voice_id"
            yield field, "voice_id_of_provider", {"provider": provider.name, "example": provider.voice_id_example}


def _delivery(dialogue: Dialogue, provider: SpeechProvider) -> Iterator[_Problem]:
    traits = {each.voice_id: provider.traits(each.voice_id) for each in dialogue.voice_assignments}
    for field, is_changed, attribute in (
        ("speed", dialogue.delivery.speed != 1, "takes_rate"),
        ("pitch", dialogue.delivery.pitch_percent != 0, "takes_pitch"),
    ):
        rigid = next((voice_id for voice_id, each in traits.items() if not getattr(each, attribute)), None)
        if is_changed and rigid is not None:
            yield field, "rigid_voice", {"voice_id": rigid}
