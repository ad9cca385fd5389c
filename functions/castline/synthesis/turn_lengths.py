"""Lengths of a dialogue's turns for the timeline: their segments, their pauses and the gaps between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.timeline import TurnLengths
from castline.pcm import ms_to_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.jobs.model import Dialogue
    from castline.synthesis.segments import PlannedTurn


def turn_lengths(
    dialogue: Dialogue, planned: Sequence[PlannedTurn], segments: Sequence[Sequence[int]]
) -> list[TurnLengths]:
    """Return the lengths of the turns' parts.

    The pause after the last turn is silence at its end. If a sound follows, the pause is the gap before the sound.

    Args:
        dialogue: the dialogue.
        planned: its turns.
        segments: the ticks of each turn's segments.
    """
    *_, last = dialogue.sequence
    return [
        TurnLengths(
            segments=tuple(ticks),
            pauses=_pauses(turn, silence_at_end_ms=(wanted.pause_after_ms or 0) if wanted is last else 0),
            gap_ms=dialogue.gap_ms if wanted.pause_after_ms is None else wanted.pause_after_ms,
        )
        for wanted, turn, ticks in zip(dialogue.turns, planned, segments, strict=True)
    ]


def _pauses(turn: PlannedTurn, *, silence_at_end_ms: int) -> tuple[int, ...]:
    pauses_ms = [
        *(segment.pause_before_ms for segment in turn.segments),
        turn.pause_after_ms + silence_at_end_ms,
    ]
    return tuple(map(ms_to_samples, pauses_ms)) if any(pauses_ms) else ()
