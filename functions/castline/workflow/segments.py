"""Which segments a dialogue is spoken in, and how they are grouped into batches.

Both follow from the dialogue alone, so that every task can work them out again: only ranges travel in the state.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.speech.provider import Utterance
from castline.speech.segmentation import split_text
from castline.speech.ssml import build_ssml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.jobs.model import Dialogue

MAX_SEGMENT_CHARACTERS = 1_000
"""About four minutes of Mandarin, well below Azure's ten minutes of audio and 64 KB of SSML a request."""

MAX_BATCH_SEGMENTS = 16
MAX_BATCH_CHARACTERS = 8_000

_SHAPE = "raw-24khz-16bit-mono-pcm/trimmed-1"
"""The stored form of a segment. Whoever changes what is done to a segment before it is stored changes this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a turn that is spoken in one request."""

    number: int
    """Its place in the whole dialogue, from 0."""
    turn: int
    """The position of its turn in ``Dialogue.turns``."""
    utterance: Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRange:
    """Consecutive segments that one task synthesizes."""

    number: int
    first_segment: int
    segment_count: int


def plan_segments(dialogue: Dialogue) -> tuple[Segment, ...]:
    """The segments of a dialogue in spoken order; a long turn has several."""
    pieces = [
        (position, turn.speaker, text)
        for position, turn in enumerate(dialogue.turns)
        for text in split_text(turn.text, max_characters=MAX_SEGMENT_CHARACTERS)
    ]
    voices = {assignment.speaker: assignment.voice_id for assignment in dialogue.voice_assignments}
    return tuple(
        Segment(
            number=number,
            turn=position,
            utterance=Utterance(text=text, voice_id=voices[speaker], language=dialogue.language),
        )
        for number, (position, speaker, text) in enumerate(pieces)
    )


def plan_batches(segments: Sequence[Segment]) -> tuple[BatchRange, ...]:
    """Consecutive segments in batches of bounded count and length, so that no task has much more work than others."""
    batches: list[BatchRange] = []
    first = count = characters = 0
    for segment in segments:
        length = len(segment.utterance.text)
        if count and (count == MAX_BATCH_SEGMENTS or characters + length > MAX_BATCH_CHARACTERS):
            batches.append(BatchRange(number=len(batches), first_segment=first, segment_count=count))
            first, count, characters = segment.number, 0, 0
        count += 1
        characters += length
    if count:
        batches.append(BatchRange(number=len(batches), first_segment=first, segment_count=count))
    return tuple(batches)


def fingerprint(provider: str, utterance: Utterance) -> str:
    """The SHA-256, in hex, of all that shapes how a segment sounds: the key under which its audio is stored."""
    shape = json.dumps([provider, utterance.voice_id, build_ssml(utterance), _SHAPE], ensure_ascii=False)
    return hashlib.sha256(shape.encode("utf-8")).hexdigest()
