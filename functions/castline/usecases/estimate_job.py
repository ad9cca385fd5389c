"""Estimate a job: its billed characters, its cost and the length of its audio, without creating it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from castline.audio.timeline import lay_out_programme
from castline.jobs.items import input_item
from castline.pcm import ms_to_samples
from castline.speech.typical_duration import typical_ms
from castline.synthesis.charges import charge
from castline.synthesis.segments import plan_speech
from castline.synthesis.sound_layout import sound_layout
from castline.synthesis.stored_utterances import find_lengths
from castline.synthesis.turn_lengths import turn_lengths
from castline.usage.model import cost_micros
from castline.usecases.sound_rules import demand_usable_sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import Clip, Dialogue
    from castline.sounds.model import Sound
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.providers.registry import EnabledProvider
    from castline.speech.utterances import Utterance
    from castline.synthesis.segments import SpeechPlan
    from castline.usecases.prepare_dialogue import PrepareDialogue, TurnWarning
    from castline.usecases.use_sounds import UseSounds

_NO_JOB = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimate of a job."""

    characters: int
    """Characters of all texts."""
    billed_characters: int
    """Characters that the provider would bill for segments that are not stored yet, by its own rule."""
    segments: int
    reused_segments: int
    """Number of segments that need not be spoken for the job."""
    duration_ms: int
    """Length of the audio: exact for stored segments, and estimated for the others."""
    cost_micros: int
    """The price of the billed characters, in millionths of the currency's unit."""
    warnings: tuple[TurnWarning, ...]


class EstimateJob:
    """Estimates jobs. It stores nothing and takes no slot."""

    def __init__(
        self,
        *,
        prepare: PrepareDialogue,
        pronunciations: Callable[[str, Sequence[Pronunciation], Sequence[str]], tuple[Pronunciation, ...]],
        sounds: UseSounds,
        providers: Callable[[], Mapping[str, EnabledProvider]],
        storage: AudioStorage,
        demand_webhook_secret: Callable[[str], None],
    ) -> None:
        """Store the collaborators.

        Args:
            prepare: checks and completes a dialogue.
            pronunciations: returns the pronunciations in force, as for ``SubmitJob``.
            sounds: the use case that looks up sounds.
            providers: returns the enabled speech providers by id.
            storage: the storage of segments.
            demand_webhook_secret: raises WebhookSecretMissing if the user with an id has no secret for jobs' URLs.
        """
        self._prepare = prepare
        self._pronunciations = pronunciations
        self._sounds = sounds
        self._providers = providers
        self._storage = storage
        self._demand_webhook_secret = demand_webhook_secret

    def __call__(
        self,
        user_id: str,
        dialogue: Dialogue,
        *,
        pronunciation_sets: Sequence[str] = (),
        webhook_url: str | None = None,
    ) -> Estimate:
        """Estimate a job.

        Args:
            user_id: the user who would submit the job.
            dialogue: the dialogue that would be spoken.
            pronunciation_sets: the names of the user's sets whose pronunciations are added to the dialogue's own.
            webhook_url: a URL that would receive the job's events.

        Raises:
            UnknownPronunciationSet, SpeechError, NotSpeakable, UnusableSounds, WebhookSecretMissing, InputTooLarge:
                as for ``SubmitJob``.
            ServiceUnavailable: the stored segments temporarily cannot be looked up.
        """
        pronunciations = self._pronunciations(user_id, dialogue.pronunciations, pronunciation_sets)
        prepared = self._prepare(dialogue, pronunciations)
        dialogue = prepared.dialogue
        sounds = self._sounds.resolve(user_id, dialogue.sound_ids) if dialogue.sound_ids else {}
        demand_usable_sounds(dialogue, sounds)
        if webhook_url is not None:
            self._demand_webhook_secret(user_id)
        input_item(_NO_JOB, dialogue)  # refuses a dialogue that is too large to be stored

        enabled = self._providers()[dialogue.provider]
        plan = plan_speech(dialogue, enabled.provider)
        stored = find_lengths(
            [planned.utterance for planned in plan.utterances],
            enabled.provider,
            dialogue.spoken_quality,
            storage=self._storage,
            user_id=user_id,
        )
        billed = charge(plan, enabled.provider, enabled.concurrency, stored=stored)
        return Estimate(
            characters=sum(len(turn.text) for turn in dialogue.turns),
            billed_characters=billed,
            segments=plan.segment_count,
            reused_segments=_count_reused(plan, stored),
            duration_ms=_duration_ms(dialogue, plan, enabled.provider, stored, sounds),
            cost_micros=cost_micros(billed, enabled.price_per_million),
            warnings=prepared.warnings,
        )


def _count_reused(plan: SpeechPlan, stored: Mapping[int, int]) -> int:
    """Count the segments that need not be spoken: all of a stored utterance, and all but the first of any other."""
    return sum(len(planned.segments) - (position not in stored) for position, planned in enumerate(plan.utterances))


def _duration_ms(
    dialogue: Dialogue,
    plan: SpeechPlan,
    provider: SpeechProvider,
    stored: Mapping[int, int],
    sounds: Mapping[str, Sound],
) -> int:
    ticks_of = {
        planned.utterance: stored[position] if position in stored else _typical_ticks(planned.utterance, provider)
        for position, planned in enumerate(plan.utterances)
    }
    lengths = turn_lengths(
        dialogue, plan.turns, [[ticks_of[each.utterance] for each in turn.segments] for turn in plan.turns]
    )
    layout = sound_layout(dialogue, partial(_ticks, sounds))
    return lay_out_programme(lengths, layout, crossfade_ms=dialogue.crossfade_ms).timeline.duration_ms


def _typical_ticks(utterance: Utterance, provider: SpeechProvider) -> int:
    own_language = provider.traits(utterance.voice_id).language
    language = utterance.foreign_language or own_language or utterance.language
    return ms_to_samples(typical_ms(utterance, language=language))


def _ticks(sounds: Mapping[str, Sound], clip: Clip) -> int:
    facts = sounds[clip.sound_id].facts
    return 0 if facts is None else ms_to_samples(facts.duration_ms)
