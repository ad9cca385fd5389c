"""Compact form of a segment's words, for JSON: four lists, each with a number for each word.

The numbers are the word's distance from the previous word and its length, both in characters of the text, and the
same two in milliseconds. Most numbers are small and equal, so a word takes about three bytes of compressed JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.jobs.model import SegmentWord

if TYPE_CHECKING:
    from collections.abc import Sequence


def pack_words(words: Sequence[SegmentWord]) -> list[list[int]]:
    """Return the compact form of words that are in order and do not overlap."""
    distances, lengths, pauses_ms, durations_ms = [], [], [], []
    end = end_ms = 0
    for word in words:
        distances.append(word.start - end)
        lengths.append(word.end - word.start)
        pauses_ms.append(word.start_ms - end_ms)
        durations_ms.append(word.end_ms - word.start_ms)
        end, end_ms = word.end, word.end_ms
    return [distances, lengths, pauses_ms, durations_ms]


def unpack_words(packed: Any) -> tuple[SegmentWord, ...]:
    """Return the words of a compact form.

    Raises:
        TypeError: ``packed`` is not a compact form.
        ValueError: ``packed`` is not a compact form.
    """
    words = []
    end = end_ms = 0
    for row in zip(*packed, strict=True):
        if any(type(number) is not int or number < 0 for number in row):
            raise ValueError("a word's place is not a number")
        distance, length, pause_ms, duration_ms = row
        start, start_ms = end + distance, end_ms + pause_ms
        end, end_ms = start + length, start_ms + duration_ms
        words.append(SegmentWord(start=start, end=end, start_ms=start_ms, end_ms=end_ms))
    return tuple(words)
