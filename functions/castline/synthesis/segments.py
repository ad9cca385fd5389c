"""Which segments a dialogue consists of, what has to be spoken for them, and in which batches.

All of it follows from the dialogue alone, so that every task can work it out again: only ranges travel in the state.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.jobs.model import SynthesisMode
from castline.speech.duration import characters_within, estimate_text_ms
from castline.speech.segmentation import split_text
from castline.speech.utterances import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.jobs.model import Dialogue
    from castline.speech.providers.base import Capabilities, SpeechProvider

MAX_BATCH_UTTERANCES = {SynthesisMode.SEGMENTED: 16, SynthesisMode.NATIVE: 64}
"""Two rounds of requests. Batches of one round have 10 to 50 turns done 0.2 s sooner, and a crowd that has to wait
for the provider budget half as late again: every task that finds no room waits a while."""
MAX_BATCH_CHARACTERS = 8_000

_FORM = "24khz-mono/trimmed-10ms/levelled-2/mp3-96k+pcm"
"""What is done to a segment before it is stored. Whoever changes that changes this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a turn that is spoken in one go."""

    number: int
    """Its place in the whole dialogue, from 0."""
    turn: int
    """The position of its turn in ``Dialogue.turns``."""
    utterance: Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUtterance:
    """What is spoken once, for all segments that sound the same."""

    utterance: Utterance
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRange:
    """Consecutive utterances that one task speaks. ``number`` counts batches from 0."""

    number: int
    first_utterance: int
    utterance_count: int


def plan_segments(dialogue: Dialogue, provider: SpeechProvider) -> tuple[Segment, ...]:
    """Cut a dialogue into segments, in spoken order."""
    delivery = dialogue.delivery
    pieces = [
        (position, turn.speaker, text)
        for position, turn in enumerate(dialogue.turns)
        for text in _split(turn.text, rate=delivery.speed, limits=provider.capabilities)
    ]
    voices = {assignment.speaker: assignment.voice_id for assignment in dialogue.voice_assignments}
    return tuple(
        Segment(
            number=number,
            turn=position,
            utterance=Utterance(
                text=text,
                voice_id=voices[speaker],
                language=dialogue.language,
                rate=delivery.speed,
                pitch_percent=delivery.pitch_percent,
            ),
        )
        for number, (position, speaker, text) in enumerate(pieces)
    )


def _split(text: str, *, rate: float, limits: Capabilities) -> list[str]:
    """Cut a turn's text by characters, and what would still last too long at ``rate`` once more."""
    parts = split_text(text, max_characters=limits.max_utterance_characters)
    max_ms = limits.max_utterance_ms
    if max_ms is None:
        return parts
    return [
        piece
        for part in parts
        for piece in (
            [part]
            if estimate_text_ms(part, rate=rate) <= max_ms
            else split_text(part, max_characters=characters_within(max_ms, rate=rate))
        )
    ]


def plan_utterances(segments: Sequence[Segment]) -> tuple[PlannedUtterance, ...]:
    """Return what has to be spoken, in order of first appearance. Segments that sound the same share an utterance."""
    same: dict[Utterance, list[Segment]] = {}
    for segment in segments:
        same.setdefault(segment.utterance, []).append(segment)
    return tuple(PlannedUtterance(utterance=utterance, segments=tuple(each)) for utterance, each in same.items())


def synthesis_mode(utterances: Sequence[PlannedUtterance], provider: SpeechProvider) -> SynthesisMode:
    """Choose between one utterance a request and, where that is sooner done, several (native)."""
    is_worth_it = provider.is_worth_joining([planned.utterance for planned in utterances])
    return SynthesisMode.NATIVE if is_worth_it else SynthesisMode.SEGMENTED


def plan_batches(utterances: Sequence[PlannedUtterance], provider: SpeechProvider) -> tuple[BatchRange, ...]:
    """Divide utterances into batches of bounded count and length, so that no task has much more work than others."""
    max_utterances = MAX_BATCH_UTTERANCES[synthesis_mode(utterances, provider)]
    batches: list[BatchRange] = []
    first = count = characters = 0
    for position, planned in enumerate(utterances):
        length = len(planned.utterance.text)
        if count and (count == max_utterances or characters + length > MAX_BATCH_CHARACTERS):
            batches.append(BatchRange(number=len(batches), first_utterance=first, utterance_count=count))
            first, count, characters = position, 0, 0
        count += 1
        characters += length
    if count:
        batches.append(BatchRange(number=len(batches), first_utterance=first, utterance_count=count))
    return tuple(batches)


def fingerprint(provider: SpeechProvider, utterance: Utterance, *, volume: float) -> str:
    """Return the SHA-256, in hex, of all that shapes how a segment sounds: the key of its stored audio.

    Neither the file's format nor the gap or the crossfade is part of it: they are applied when segments are joined.
    """
    identity = provider.cache_identity(utterance)
    shape = json.dumps([provider.id, utterance.voice_id, identity, volume, _FORM], ensure_ascii=False)
    return hashlib.sha256(shape.encode("utf-8")).hexdigest()
