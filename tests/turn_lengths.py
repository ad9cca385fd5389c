"""Turns as the timelines take them, from plain lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.timeline import TurnLengths

if TYPE_CHECKING:
    from collections.abc import Iterable


def turns_of(segments: Iterable[Iterable[int]], *, gap_ms: int) -> list[TurnLengths]:
    """Return turns of the given segments, all with the same gap after them and without pauses."""
    return [TurnLengths(segments=tuple(each), gap_ms=gap_ms) for each in segments]


def single_turns(lengths: Iterable[int], *, gap_ms: int) -> list[TurnLengths]:
    """Return turns of one segment each."""
    return turns_of(([length] for length in lengths), gap_ms=gap_ms)
