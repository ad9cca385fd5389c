"""Times of the words of a finished file, from the words and cues of its segments.

Providers may leave out words, or report words of no length or out of order. The times of such words are estimated
between the words around them, and are marked as estimated. The same applies to all words of segments that were stored
without words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.audio.word_timing import WordTiming
from castline.graphemes import is_wide
from castline.pcm import samples_to_ms
from castline.speech.estimated_words import estimate_words
from castline.speech.places import Strength, find_places
from castline.speech.writing_systems import DICTIONARY, UNSPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from castline.audio.assembly import Assembly
    from castline.audio.subtitles import SubtitleCue
    from castline.jobs.model import JobRecord, SegmentCue, SegmentWord, SpokenSegment, TurnTiming
    from castline.speech.utterances import Word
    from castline.synthesis.segments import Segment

_OPENING_CATEGORIES: Final = ("Ps", "Pi")
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
_DICTIONARY: Final = re.compile(f"[{DICTIONARY}]")


class _Heard(NamedTuple):
    """A stretch of a text, and its time from the start of the segment."""

    start: int
    end: int
    start_ms: int
    end_ms: int
    estimated: bool = False


def word_timings(
    record: JobRecord, planned: Sequence[Segment], spoken: Sequence[SpokenSegment], assembly: Assembly
) -> Iterator[WordTiming]:
    """Yield the words of a job's audio file, in spoken order, in milliseconds from its start.

    The words of a segment follow each other, and none lies outside its segment. If two turns overlap, their words may
    overlap, too.

    Args:
        record: the job.
        planned: its segments.
        spoken: the same segments, as they are stored.
        assembly: the plan of the file, with the start of each segment.
    """
    turns = record.readable_dialogue.turns
    duration_ms = assembly.timeline.duration_ms
    followers = [*planned[1:], None][: len(planned)]  # a dialogue of only pauses has no segment
    for segment, stored, start, follower in zip(planned, spoken, assembly.segment_starts, followers, strict=True):
        turn = turns[segment.turn]
        start_ms = min(samples_to_ms(start), duration_ms)
        end_ms = min(samples_to_ms(start + stored.samples), duration_ms)
        ends_turn = follower is None or follower.turn != segment.turn
        words = _words_of(
            segment.utterance.text,
            _heard(segment.utterance.text, stored, end_ms - start_ms),
            turn_index=turn.index,
            speaker=turn.speaker,
            start_ms=start_ms,
        )
        yield from _ended(words, ends_turn=ends_turn, ends_sentence=follower is None or follower.chapter is not None)


def words_of_cues(cues: Iterable[SubtitleCue], turns: Sequence[TurnTiming]) -> Iterator[WordTiming]:
    """Yield the words of subtitle cues, with times spread over each cue, for a file that is stored without words.

    A cue in Thai, Lao, Burmese or Khmer is one word, because not every function has the dictionary.

    Args:
        cues: the cues of a file, in spoken order.
        turns: the times of its turns.
    """
    starts_ms = [turn.start_ms for turn in turns]
    placed = [(cue, _turn_of(cue, turns, starts_ms)) for cue in cues]
    for (cue, turn_index), follower in zip(placed, [*placed[1:], None], strict=True):
        spread = _spread_whole if _DICTIONARY.search(cue.text) else _spread
        words = _words_of(
            cue.text,
            spread(cue.text, _Heard(0, len(cue.text), 0, max(0, cue.end_ms - cue.start_ms))),
            turn_index=turn_index,
            speaker=cue.speaker,
            start_ms=cue.start_ms,
        )
        yield from _ended(words, ends_turn=follower is None or follower[1] != turn_index, ends_sentence=False)


def _turn_of(cue: SubtitleCue, turns: Sequence[TurnTiming], starts_ms: Sequence[int]) -> int:
    """Return the index of the latest turn of the cue's speaker that starts no later than the cue."""
    # Both times are rounded, so a turn may seem to start after its first cue.
    latest = bisect_left(starts_ms, cue.start_ms + 2) - 1
    for position in range(latest, -1, -1):
        if turns[position].speaker == cue.speaker:
            return turns[position].turn_index
    return turns[max(0, latest)].turn_index if turns else 0


def _heard(text: str, stored: SpokenSegment, duration_ms: int) -> list[_Heard]:
    """Return the stretches of a segment's text that are words, in order, with their times."""
    words = _credible(text, stored.words, duration_ms)
    if words:
        known = [word._replace(estimated=stored.words_estimated) for word in words]
        return list(chain.from_iterable(_with_gaps_filled(text, known, duration_ms)))
    cues = _credible(text, stored.cues, duration_ms)
    stretches = chain.from_iterable(_with_gaps_filled(text, cues, duration_ms, fill=_spread_whole))
    return list(chain.from_iterable(_spread(text, stretch) for stretch in stretches))


def _credible(text: str, reported: Sequence[SegmentWord] | Sequence[SegmentCue], duration_ms: int) -> list[_Heard]:
    """Return as many consistent stretches as possible: in order, inside the text and inside the audio."""
    possible: list[_Heard] = []
    for each in reported:
        is_in_text = (possible[-1].end if possible else 0) <= each.start < each.end <= len(text)
        if (
            is_in_text
            and not text[each.start : each.end].isspace()
            and 0 <= each.start_ms < min(each.end_ms, duration_ms)
        ):
            possible.append(_Heard(each.start, each.end, each.start_ms, min(each.end_ms, duration_ms)))
    ordered = [possible[position] for position in _longest_increase([each.start_ms for each in possible])]
    last = _Heard(len(text), len(text), duration_ms, duration_ms)
    return [
        each._replace(end_ms=min(each.end_ms, follower.start_ms)) for each, follower in pairwise([*ordered, last])
    ]


def _longest_increase(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest strictly increasing subsequence."""
    ends: list[int] = []  # the smallest value at which an increase of each length ends
    positions: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(positions[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        positions[length : length + 1] = [position]
    found: list[int] = []
    position = positions[-1] if positions else -1
    while position >= 0:
        found.append(position)
        position = before[position]
    return found[::-1]


def _spread(text: str, stretch: _Heard) -> list[_Heard]:
    """Divide a stretch into words with estimated times."""
    part = text[stretch.start : stretch.end]
    words = estimate_words(part, duration_ms=stretch.end_ms - stretch.start_ms)
    return [_moved(word, stretch) for word in words] or _spread_whole(text, stretch)


def _spread_whole(text: str, stretch: _Heard) -> list[_Heard]:
    """Make one word of a stretch. Its time is estimated unless the stretch has nothing to speak."""
    return [stretch._replace(estimated=_is_spoken(text[stretch.start : stretch.end]))]


def _moved(word: Word, stretch: _Heard) -> _Heard:
    return _Heard(
        stretch.start + word.start,
        stretch.start + word.end,
        stretch.start_ms + word.start_ms,
        min(stretch.start_ms + word.end_ms, stretch.end_ms),
        estimated=True,
    )


def _with_gaps_filled(
    text: str,
    known: Sequence[_Heard],
    duration_ms: int,
    *,
    fill: Callable[[str, _Heard], list[_Heard]] = _spread,
) -> Iterator[list[_Heard]]:
    """Yield the known stretches, and the stretches that ``fill`` makes of the spoken text around them, in order."""
    first, last = _Heard(0, 0, 0, 0), _Heard(len(text), len(text), duration_ms, duration_ms)
    for one, other in pairwise([first, *known, last]):
        if one is not first:
            yield [one]
        if _is_spoken(text[one.end : other.start]) or (not known and text.strip()):
            yield fill(text, _Heard(one.end, other.start, one.end_ms, other.start_ms))


def _is_spoken(text: str) -> bool:
    return any(map(str.isalnum, text))


def _words_of(
    text: str, heard: Sequence[_Heard], *, turn_index: int, speaker: str, start_ms: int
) -> list[WordTiming]:
    """Return the words of one text. Each word includes the marks around it, so all words together are the text."""
    sentence_ends = [place.marks_end for place in find_places(text) if place.strength >= Strength.SENTENCE]
    cuts = [0, *(_cut_between(text, one.end, other.start) for one, other in pairwise(heard)), len(text)]
    words: list[WordTiming] = []
    for each, (start, end) in zip(heard, pairwise(cuts), strict=bool(heard)):
        # Marks may be followed by more marks, and by the white space before the next word.
        ends_here = bisect_left(sentence_ends, start + 1) < bisect_left(sentence_ends, end + 1)
        part = text[start:end]
        words.append(
            WordTiming(
                start_ms=start_ms + each.start_ms,
                end_ms=start_ms + each.end_ms,
                turn_index=turn_index,
                speaker=speaker,
                text=" ".join(part.split()) + (" " if part[-1:].isspace() and end < len(text) else ""),
                ends_sentence=ends_here,
                estimated=each.estimated,
            )
        )
    return words


def _cut_between(text: str, start: int, end: int) -> int:
    """Return the end of a word, from ``start`` to ``end``: after the last white space, and before opening marks."""
    cut = end
    while cut > start and not text[cut - 1].isspace():
        cut -= 1
    if cut == start and not (start and text[start - 1].isspace()):
        cut = end
    while True:
        opener = cut
        while opener > start and text[opener - 1].isspace():
            opener -= 1
        if opener == start or unicodedata.category(text[opener - 1]) not in _OPENING_CATEGORIES:
            return cut
        cut = opener - 1


def _ended(words: list[WordTiming], *, ends_turn: bool, ends_sentence: bool) -> list[WordTiming]:
    """Return the words of a text. The last one ends its turn, or gets the space before the turn's next text."""
    if not words:
        return words
    *before, last = words
    if ends_turn:
        return [*before, replace(last, ends_sentence=True)]
    space = "" if _is_unspaced(last.text) else " "
    return [*before, replace(last, text=last.text + space, ends_sentence=last.ends_sentence or ends_sentence)]


def _is_unspaced(text: str) -> bool:
    """Return whether no space follows ``text``: its writing system has none, or it ends with a wide mark."""
    last = next((character for character in reversed(text) if character.isalnum()), "")
    return bool(_UNSPACED.fullmatch(last)) or (is_wide(text[-1]) and not text[-1].isalnum())
