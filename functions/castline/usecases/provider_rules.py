"""What a speech provider demands of a dialogue, before a job is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from castline.jobs.model import JobType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline.jobs.model import Dialogue
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.providers.registry import EnabledProvider


@dataclass(frozen=True, slots=True)
class Problem:
    """One field that the provider cannot do anything with."""

    field: str
    """As requests name it, such as ``voice_assignments[0].voice_id``."""
    kind: str
    """The name of the message that explains it."""
    context: Mapping[str, Any]
    """What the message names."""


class NotSpeakable(Exception):
    """A dialogue is not for its provider, or the provider is not enabled."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.kind}" for problem in problems))
        self.problems = problems


def demand_speakable(dialogue: Dialogue, providers: Mapping[str, EnabledProvider]) -> None:
    """Refuse what the provider of ``dialogue`` cannot speak, as far as that is known beforehand.

    Raises:
        NotSpeakable: the provider is not enabled, an id is no id of its voices, or a voice cannot be told to speak
            at another speed or pitch.
    """
    provider = demand_enabled(dialogue.provider, providers)
    problems = (*_voice_ids(dialogue, provider), *_delivery(dialogue, provider))
    if problems:
        raise NotSpeakable(problems)


def demand_enabled(provider_id: str, providers: Mapping[str, EnabledProvider]) -> SpeechProvider:
    """Return the enabled provider of that id.

    Raises:
        NotSpeakable: it is not enabled.
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


def _delivery(dialogue: Dialogue, provider: SpeechProvider) -> Iterator[Problem]:
    traits = {each.voice_id: provider.traits(each.voice_id) for each in dialogue.voice_assignments}
    without_rate = next((voice_id for voice_id, each in traits.items() if not each.takes_rate), None)
    without_pitch = next((voice_id for voice_id, each in traits.items() if not each.takes_pitch), None)
    if dialogue.delivery.speed != 1 and without_rate is not None:
        yield Problem("speed", "rigid_speed", {"voice_id": without_rate})
    if dialogue.delivery.pitch_percent and without_pitch is not None:
        yield Problem("pitch", "rigid_pitch", {"voice_id": without_pitch})
