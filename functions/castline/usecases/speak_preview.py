"""Speak a preview: a short text at once, in the segments that a job would speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uuid6 import uuid7

from castline.audio.errors import BrokenSegment
from castline.audio.keys import preview_audio_key
from castline.audio.profile import profile_of
from castline.audio.tags import Tags
from castline.aws_errors import ServiceUnavailable
from castline.metrics import Metric
from castline.observability import logger, measure, note
from castline.previews.model import Preview
from castline.scratch_folder import scratch_folder
from castline.speech.errors import (
    EmptyAudio,
    ProviderRejectedInput,
    ProviderThrottled,
    VoiceNotFound,
)
from castline.synthesis.charges import charge
from castline.synthesis.clips import DialogueClips
from castline.synthesis.mastered_frames import frame_master
from castline.synthesis.paced_requests import PacedRequests
from castline.synthesis.programme import plan_programme
from castline.synthesis.request_metrics import RequestMetrics
from castline.synthesis.segment_source import StoredSegments
from castline.synthesis.segments import fingerprint, plan_speech
from castline.synthesis.stored_utterances import find_lengths
from castline.synthesis.synthesizer import Synthesizer, spoken_segments
from castline.usage.errors import SubmissionsStopped
from castline.usage.model import Reservation, cost_micros, day_of, month_of
from castline.usecases.errors import NotSpeakable, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import Dialogue, SpokenSegment
    from castline.pacing.repository import PaceRepository
    from castline.previews.repository import PreviewRepository
    from castline.speech.pool import SpeechPool
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.segments import SpeechPlan
    from castline.synthesis.synthesizer import Outcome
    from castline.usage.model import Rules
    from castline.usecases.prepare_dialogue import PrepareDialogue, TurnWarning


_TURNS_OF_A_JOB: Final = 20
"""Segments of a preview are stored with frames for a file of this many turns, so that a later job can use them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPreview:
    """A spoken preview, with its audio, its cost and its warnings."""

    key: str
    """The key of its audio in the bucket."""
    duration_ms: int
    billed_characters: int
    cost_micros: int
    """The price of the billed characters, in millionths of the currency's unit."""
    is_reused: bool
    """Whether all of its segments were already stored."""
    warnings: tuple[TurnWarning, ...]


class SpeakPreview:
    """Speaks previews. Previews and jobs share stored segments: neither speaks what the other has stored."""

    def __init__(
        self,
        previews: PreviewRepository,
        storage: AudioStorage,
        *,
        prepare: PrepareDialogue,
        pronunciations: Callable[[str, Sequence[Pronunciation], Sequence[str]], tuple[Pronunciation, ...]],
        providers: Callable[[], Mapping[str, EnabledProvider]],
        pool: Callable[[str], SpeechPool],
        pace: Callable[[str], PaceRepository],
        rules: Callable[[str, str], Rules],
        max_per_minute: int,
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators.

        Args:
            previews: the preview repository, which counts previews and reserves their characters.
            storage: the storage of segments and of the audio of previews.
            prepare: the use case that checks and completes dialogues.
            pronunciations: returns the pronunciations in force, as for ``SubmitJob``.
            providers: returns the enabled speech providers by id.
            pool: returns the resources of the provider with an id.
            pace: returns the pace of the requests to the provider with an id.
            rules: returns the rules for a submission, from the user's id and a month in the format ``YYYY-MM``.
            max_per_minute: maximum number of previews that a user may request in a minute.
            now: the clock.
        """
        self._previews = previews
        self._storage = storage
        self._prepare = prepare
        self._pronunciations = pronunciations
        self._providers = providers
        self._pool = pool
        self._pace = pace
        self._rules = rules
        self._max_per_minute = max_per_minute
        self._now = now

    def __call__(
        self, user_id: str, dialogue: Dialogue, *, pronunciation_sets: Sequence[str] = (), patience: timedelta
    ) -> SpokenPreview:
        """Speak a preview, and store its audio.

        Args:
            user_id: the preview's user.
            dialogue: one short text in one voice.
            pronunciation_sets: the names of the user's sets whose pronunciations are added to the dialogue's own.
            patience: the longest time to wait for the provider.

        Raises:
            PreviewLimitExceeded: the user has requested too many previews in this minute.
            UnknownPronunciationSet: the user has no set with one of these names.
            NotSpeakable: the provider is not enabled, or cannot speak the text as requested.
            SubmissionsStopped: an operator has stopped all submissions.
            QuotaExceeded: a quota has too few characters left.
            SpeechError: the provider is unavailable or misconfigured.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        started = self._now()
        self._previews.count(user_id, now=started, max_per_minute=self._max_per_minute)
        prepared = self._prepare(dialogue, self._pronunciations(user_id, dialogue.pronunciations, pronunciation_sets))
        dialogue = prepared.dialogue
        enabled = self._providers()[dialogue.provider]
        plan = plan_speech(dialogue, enabled.provider)
        preview = self._plan_charge(user_id, dialogue, plan, enabled, now=started)
        note(preview_id=preview.id)
        is_charged = preview.reservation.characters > 0
        if is_charged:
            self._reserve(preview)
        # If an error is raised before the preview is settled, the reconciler settles it.
        outcome = self._speak(preview, dialogue, plan, enabled, give_up_at=started + patience)
        segments = spoken_segments(plan.utterances, outcome.stored)
        billed = sum(segment.billed_characters for segment in segments)
        if is_charged:
            self._settle(preview, billed)
        _demand_complete(outcome, voice_id=dialogue.voice_assignments[0].voice_id)
        duration_ms = self._store_audio(preview, dialogue, plan, segments)
        reused = sum(segment.is_reused for segment in segments)
        measure({Metric.PREVIEWS: 1} | ({Metric.SEGMENTS_REUSED: reused} if reused else {}))
        return SpokenPreview(
            key=preview_audio_key(user_id, preview.id),
            duration_ms=duration_ms,
            billed_characters=billed,
            cost_micros=cost_micros(billed, enabled.price_per_million),
            is_reused=reused == len(segments),
            warnings=prepared.warnings,
        )

    def _plan_charge(
        self, user_id: str, dialogue: Dialogue, plan: SpeechPlan, enabled: EnabledProvider, *, now: datetime
    ) -> Preview:
        """Return the preview, with a reservation of the characters that it will bill."""
        utterances = [planned.utterance for planned in plan.utterances]
        provider, quality = enabled.provider, dialogue.spoken_quality
        stored = find_lengths(utterances, provider, quality, storage=self._storage, user_id=user_id)
        return Preview(
            id=str(uuid7()),
            user_id=user_id,
            created_at=now,
            reservation=Reservation(
                day=day_of(now),
                characters=charge(plan, provider, enabled.concurrency, stored=stored),
                price_per_million=enabled.price_per_million,
                jobs=0,
            ),
            fingerprints=tuple(
                fingerprint(provider, each, quality)
                for position, each in enumerate(utterances)
                if position not in stored
            ),
        )

    def _reserve(self, preview: Preview) -> None:
        rules = self._rules(preview.user_id, month_of(preview.created_at))
        if rules.breaker.is_open:
            raise SubmissionsStopped(rules.breaker.reason)
        self._previews.reserve(preview, rules.quotas)

    def _settle(self, preview: Preview, billed_characters: int) -> None:
        try:
            self._previews.settle(preview, billed_characters)
        except ServiceUnavailable as error:
            logger.warning("a preview is left to the reconciler to settle", extra={"reason": str(error)})

    def _speak(
        self,
        preview: Preview,
        dialogue: Dialogue,
        plan: SpeechPlan,
        enabled: EnabledProvider,
        *,
        give_up_at: datetime,
    ) -> Outcome:
        def seconds_left() -> float:
            return (give_up_at - self._now()).total_seconds()

        metrics = RequestMetrics(dialogue.provider)
        synthesizer = Synthesizer(
            preview.user_id,
            spoken_for=preview.id,
            batched_requests=False,
            quality=dialogue.spoken_quality,
            concurrency=enabled.concurrency,
            storage=self._storage,
            provider=enabled.provider,
            requests=PacedRequests(
                self._pool(dialogue.provider),
                self._pace(dialogue.provider),
                concurrency=enabled.concurrency,
                metrics=metrics,
                seconds_left=seconds_left,
            ),
            metrics=metrics,
            frame_master=frame_master(dialogue, self._storage, user_id=preview.user_id, turns=_TURNS_OF_A_JOB),
        )
        try:
            return synthesizer.speak([planned.utterance for planned in plan.utterances])
        finally:
            metrics.write()

    def _store_audio(
        self, preview: Preview, dialogue: Dialogue, plan: SpeechPlan, segments: Sequence[SpokenSegment]
    ) -> int:
        """Store the file that a job would make of the segments, and return its duration in milliseconds.

        Raises:
            ServiceUnavailable: a stored segment is broken. It is deleted, so that the next preview speaks it again.
        """
        by_number = {segment.number: segment for segment in segments}
        turns = [[by_number[segment.number] for segment in turn.segments] for turn in plan.turns]
        in_order = [segment for turn in turns for segment in turn]
        no_clips = DialogueClips(dialogue=dialogue, clips={}, profile=profile_of(dialogue.quality, has_music=False))
        programme = plan_programme(dialogue, plan.turns, turns, no_clips)
        source = StoredSegments(
            self._storage, preview.user_id, in_order, quality=dialogue.spoken_quality, loudness=dialogue.loudness
        )
        tags = Tags(title=dialogue.voice_assignments[0].voice_id)
        key = preview_audio_key(preview.user_id, preview.id)
        with scratch_folder() as folder:
            try:
                chunks, _lufs = programme.write(source, tags, folder)
                self._storage.put_audio(key, chunks, content_type=dialogue.output_format.content_type)
            except BrokenSegment as error:
                source.remove_broken()
                raise ServiceUnavailable(str(error)) from error
        return programme.assembly.timeline.duration_ms


def _demand_complete(outcome: Outcome, *, voice_id: str) -> None:
    """Refuse a preview that could not be spoken completely.

    Raises:
        NotSpeakable: its text or its voice is the cause.
        SpeechError: the provider is the cause.
    """
    _position, error = outcome.worst_error or (0, None)
    match error:
        case None if outcome.is_unfinished:
            raise ProviderThrottled("there was no time left to wait for the provider")
        case None:
            return
        case VoiceNotFound():
            problem = Problem("voice_id", "voice_not_found", {"voice_id": voice_id})
        case EmptyAudio():
            problem = Problem("text", "no_audio", {"voice_id": voice_id})
        case ProviderRejectedInput():
            problem = Problem("text", "rejected_by_provider", {})
        case _:
            raise error
    raise NotSpeakable((problem,)) from error
