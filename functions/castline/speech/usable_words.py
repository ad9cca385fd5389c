"""Clean-up of reported word times, so that words follow one another within the audio.

Wrong times are zeros, jumps back, jumps beyond the end of the audio, and ends that overlap the next word. If most
words of a report have plausible times, these times are kept, and the words between them are spread over the remaining
time. Any other report is discarded.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.speech.utterances import Word


def usable_words(words: Sequence[Word], *, text_length: int, duration_ms: int) -> tuple[Word, ...]:
    """Return ``words`` in order, without overlap, within the text and the audio; none if most times are wrong.

    Args:
        words: the words as reported, in spoken order.
        text_length: the length of the text, in code points.
        duration_ms: the length of the audio.
    """
    placed = list(_in_the_text(words, text_length))
    trusted = _trusted(placed, duration_ms)
    if not placed or 2 * len(trusted) <= len(placed):
        return ()
    timed = list(_timed(placed, trusted, duration_ms))
    return tuple(timed) if any(word.start_ms < word.end_ms for word in timed) else ()


def _in_the_text(words: Sequence[Word], text_length: int) -> Iterator[Word]:
    """Yield the words that begin after the previous word has ended in the text."""
    position = 0
    for word in words:
        if position <= word.start < word.end <= text_length:
            position = word.end
            yield word


def _trusted(words: Sequence[Word], duration_ms: int) -> list[int]:
    """Return the positions of the largest set of words whose starts are within the audio and in order."""
    starts: list[int] = []
    """For each length of a run, the lowest start of a run's last word."""
    ends: list[int] = []
    before: dict[int, int] = {}
    for position, word in enumerate(words):
        if not 0 <= word.start_ms < duration_ms:
            continue
        length = bisect_left(starts, word.start_ms)
        starts[length:] = [word.start_ms, *starts[length + 1 :]]
        ends[length:] = [position, *ends[length + 1 :]]
        if length:
            before[position] = ends[length - 1]
    run = ends[-1:]
    while run and run[-1] in before:
        run.append(before[run[-1]])
    return run[::-1]


def _timed(words: Sequence[Word], trusted: Sequence[int], duration_ms: int) -> Iterator[Word]:
    """Yield all words. The words between two trusted ones are spread over the time between these."""
    first = trusted[0]
    yield from _spread(words[:first], 0, words[first].start_ms)
    for position, following in pairwise([*trusted, len(words)]):
        word = words[position]
        next_ms = words[following].start_ms if following < len(words) else duration_ms
        # If a word has no length, its end was not reported.
        end_ms = min(word.end_ms, next_ms) if word.end_ms > word.start_ms else next_ms
        between = words[position + 1 : following]
        if between and end_ms == next_ms:
            yield from _spread(words[position:following], word.start_ms, next_ms)
        else:
            yield replace(word, end_ms=end_ms)
            yield from _spread(between, end_ms, next_ms)


def _spread(words: Sequence[Word], start_ms: int, end_ms: int) -> Iterator[Word]:
    """Yield words one right after another, each in proportion to its characters."""
    characters = sum(word.end - word.start for word in words)
    before = 0
    for word in words:
        after = before + word.end - word.start
        yield replace(
            word,
            start_ms=start_ms + (end_ms - start_ms) * before // characters,
            end_ms=start_ms + (end_ms - start_ms) * after // characters,
        )
        before = after
