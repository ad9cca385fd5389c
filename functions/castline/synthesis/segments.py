"""Speech plan of a dialogue: its segments, the utterances to speak for them, and the batches of utterances.

The plan follows from the dialogue alone, so every task can compute it again. Tasks are passed only ranges of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from castline.audio.profile import Quality, profile_of
from castline.jobs.model import SynthesisMode
from castline.scripts.markup import Chapter, Pause, Words, read
from castline.speech.beats import BEAT_TEXT
from castline.speech.spoken_text import spoken_text
from castline.synthesis.utterances import spoken_language, usable_pronunciations, utterances_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.jobs.model import Dialogue, Turn, VoiceAssignment
    from castline.scripts.markup import Markup, Part
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.utterances import Utterance

MAX_BATCH_UTTERANCES = {SynthesisMode.SEGMENTED: 16, SynthesisMode.NATIVE: 64}
"""The most utterances of a batch, which are two rounds of requests.

With one round, jobs of 10 to 50 turns would end 0.2 s sooner. Jobs that have to wait for provider concurrency would
take half as long again, because every task that finds no room waits a while.
"""
MAX_BATCH_CHARACTERS = 8_000
"""The most characters of a batch in standard quality. Most of a batch's audio is in memory at once.

In studio quality, audio takes twice the memory, so the limit is half as high.
"""

_KEPT_PLANS = 16
"""The number of dialogues whose plans a process keeps.

A thousand turns take a tenth of a second to plan. A warm process synthesizes many batches of a job, and players ask
for its playlist again and again.
"""

_TITLE_SEPARATOR = " – "
"""Separates the titles of chapters that begin at the same place."""

_FORMS = {
    Quality.STANDARD: "24khz-mono/trimmed-10ms/levelled-2/mp3-96k+pcm",
    Quality.STUDIO: "48khz-mono/trimmed-10ms/levelled-2/pcm",
}
"""Cache-key versions: change a value when the processing of segments of that quality changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a turn that is spoken in one go."""

    number: int
    """The segment's position in the whole dialogue, from 0."""
    turn: int
    """The position of the segment's turn in ``Dialogue.turns``."""
    utterance: Utterance
    pause_before_ms: int = 0
    """The pause that the text requests before the segment."""
    chapter: str | None = None
    """The title of the chapter that begins with the segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTurn:
    """A turn as it is heard: its segments in spoken order, and the pauses that its text requests."""

    segments: tuple[Segment, ...]
    """Empty for a turn that is only a pause."""
    pause_after_ms: int = 0
    """The pause at the end of the turn, or the whole turn if it has no segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUtterance:
    """An utterance that is spoken once for all segments that sound the same."""

    utterance: Utterance
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRange:
    """Consecutive utterances that one task speaks. ``number`` counts batches from 0."""

    number: int
    first_utterance: int
    utterance_count: int

    @property
    def positions(self) -> range:
        """The positions of the batch's utterances among those of the plan."""
        return range(self.first_utterance, self.first_utterance + self.utterance_count)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechPlan:
    """Plan of everything that is spoken for a dialogue."""

    turns: tuple[PlannedTurn, ...]
    utterances: tuple[PlannedUtterance, ...]
    mode: SynthesisMode
    batches: tuple[BatchRange, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments of all turns, in spoken order."""
        return tuple(chain.from_iterable(turn.segments for turn in self.turns))

    @property
    def segment_count(self) -> int:
        """The number of segments of all turns."""
        return sum(len(turn.segments) for turn in self.turns)


@lru_cache(maxsize=_KEPT_PLANS)
def plan_speech(dialogue: Dialogue, provider: SpeechProvider) -> SpeechPlan:
    """Plan everything that is spoken for a dialogue. The last plans are kept.

    Raises:
        ProviderRejectedInput: the service cannot take a text.
    """
    turns = plan_turns(dialogue, provider)
    utterances = plan_utterances([segment for turn in turns for segment in turn.segments])
    mode = synthesis_mode(utterances, provider, dialogue.spoken_quality)
    return SpeechPlan(
        turns=turns, utterances=utterances, mode=mode, batches=plan_batches(utterances, mode, dialogue.spoken_quality)
    )


@lru_cache(maxsize=_KEPT_PLANS)
def plan_turns(dialogue: Dialogue, provider: SpeechProvider) -> tuple[PlannedTurn, ...]:
    """Read the texts of a dialogue, and cut them into segments. The last results are kept."""
    planner = _Planner(dialogue, provider)
    return tuple(planner.plan(position) for position in range(len(dialogue.turns)))


class _Planner:
    """A planner of one dialogue. Its turns are planned in order."""

    def __init__(self, dialogue: Dialogue, provider: SpeechProvider) -> None:
        self._dialogue = dialogue
        self._provider = provider
        self._assignments = {each.speaker: each for each in dialogue.voice_assignments}
        self._usable: dict[tuple[bool, str], tuple[Pronunciation, ...]] = {}
        """The pronunciations that a voice can follow, by whether it takes phonemes and by the language it speaks."""
        self._lists: dict[tuple[Pronunciation, ...], tuple[Pronunciation, ...]] = {}
        """Each distinct list of pronunciations once, because the index of a list is cached by identity."""
        self._count = 0
        self._chapters: list[str] = []

    def plan(self, position: int) -> PlannedTurn:
        turn = self._dialogue.turns[position]
        assignment = self._assignments[turn.speaker]
        if turn.chapter is not None:
            self._chapters.append(turn.chapter)
        segments: list[Segment] = []
        pause_ms = 0
        for part in _parts(turn.text, self._dialogue.markup, assignment.styles):
            if isinstance(part, Pause):
                pause_ms += part.duration_ms
            elif isinstance(part, Chapter):
                self._chapters.append(part.title)
            else:
                for utterance in self._utterances(part, turn, assignment):
                    segments.append(self._segment(position, utterance, pause_ms))
                    pause_ms = 0
        return PlannedTurn(segments=tuple(segments), pause_after_ms=pause_ms)

    def _utterances(self, words: Words, turn: Turn, assignment: VoiceAssignment) -> Iterator[Utterance]:
        traits = self._provider.traits(assignment.voice_id)
        language = spoken_language(turn, assignment, self._dialogue, traits)
        key = traits.takes_phonemes, language
        if key not in self._usable:
            usable = usable_pronunciations(
                self._dialogue.pronunciations,
                self._provider,
                takes_phonemes=traits.takes_phonemes,
                language=language,
            )
            self._usable[key] = self._lists.setdefault(usable, usable)
        return utterances_of(
            words,
            turn,
            assignment,
            self._dialogue,
            pronunciations=self._usable[key],
            provider=self._provider,
        )

    def _segment(self, position: int, utterance: Utterance, pause_before_ms: int) -> Segment:
        segment = Segment(
            number=self._count,
            turn=position,
            utterance=utterance,
            pause_before_ms=pause_before_ms,
            chapter=_TITLE_SEPARATOR.join(self._chapters) or None,
        )
        self._count += 1
        self._chapters.clear()
        return segment


def _parts(text: str, markup: Markup, styles: Sequence[str]) -> Sequence[Part]:
    """Return the parts of a text. A text with neither words nor a pause is a beat."""
    parts = read(text, markup, styles=styles).parts
    if any(isinstance(part, Words) or (isinstance(part, Pause) and part.duration_ms) for part in parts):
        return parts
    return [*parts, Words(text=BEAT_TEXT)]


def plan_utterances(segments: Sequence[Segment]) -> tuple[PlannedUtterance, ...]:
    """Return the utterances to speak, in order of first appearance. Segments that sound the same share one."""
    same: dict[Utterance, list[Segment]] = {}
    for segment in segments:
        same.setdefault(segment.utterance, []).append(segment)
    return tuple(PlannedUtterance(utterance=utterance, segments=tuple(each)) for utterance, each in same.items())


def synthesis_mode(
    utterances: Sequence[PlannedUtterance], provider: SpeechProvider, quality: Quality = Quality.STANDARD
) -> SynthesisMode:
    """Choose between requests with one utterance and, if the job is done sooner with them, batched requests.

    Studio quality always uses requests with one utterance. Such jobs are rare, and quality matters more than speed.
    """
    if quality is not Quality.STANDARD:
        return SynthesisMode.SEGMENTED
    is_worth_it = provider.is_worth_joining([planned.utterance for planned in utterances])
    return SynthesisMode.NATIVE if is_worth_it else SynthesisMode.SEGMENTED


def plan_batches(
    utterances: Sequence[PlannedUtterance], mode: SynthesisMode, quality: Quality = Quality.STANDARD
) -> tuple[BatchRange, ...]:
    """Divide utterances into batches of bounded count and length, so that no task has much more work than others."""
    max_characters = MAX_BATCH_CHARACTERS // profile_of(quality, has_music=False).samples_per_tick
    max_utterances = MAX_BATCH_UTTERANCES[mode]
    batches: list[BatchRange] = []
    first = count = characters = 0
    for position, planned in enumerate(utterances):
        length = len(spoken_text(planned.utterance))
        if count and (count == max_utterances or characters + length > max_characters):
            batches.append(BatchRange(number=len(batches), first_utterance=first, utterance_count=count))
            first, count, characters = position, 0, 0
        count += 1
        characters += length
    if count:
        batches.append(BatchRange(number=len(batches), first_utterance=first, utterance_count=count))
    return tuple(batches)


def fingerprint(provider: SpeechProvider, utterance: Utterance, quality: Quality = Quality.STANDARD) -> str:
    """Return the cache key of a segment's audio: the SHA-256, in hex, of everything that shapes its sound.

    The file's format, the gap, the crossfade and pauses are not part of it, because they are applied when the file is
    assembled.
    """
    identity = provider.cache_identity(utterance)
    values = [provider.id, utterance.voice_id, identity, utterance.volume, _FORMS[quality]]
    if utterance.take:
        values.append(utterance.take)
    shape = json.dumps(values, ensure_ascii=False)
    return hashlib.sha256(shape.encode("utf-8")).hexdigest()
