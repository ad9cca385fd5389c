"""Words of a finished file with their times, and the form in which they are stored beside the file.

The stored form is JSON: a row for each run of words of one turn, with the turn's index, its speaker and its words. A
word is a row of start (ms), end (ms), text and, if any is set, flags.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from castline.audio.errors import UnreadableWords
from castline.audio.subtitles import CueWord, SubtitleCue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ENDS_SENTENCE: Final = 1
_IS_ESTIMATED: Final = 2
_FLAGS: Final = range((_ENDS_SENTENCE | _IS_ESTIMATED) + 1)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # JSON can hold surrogates, UTF-8 cannot


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTiming:
    """A word, and its time from the start of the audio."""

    start_ms: int
    end_ms: int
    turn_index: int
    speaker: str
    text: str
    """The written word with the marks around it, and with a space at its end if one follows.

    The joined words of a turn are the turn's text.
    """
    ends_sentence: bool = False
    estimated: bool = False
    """Whether the time is estimated because the provider did not report it."""


def dump_words(words: Iterable[WordTiming]) -> bytes:
    """Return the stored form of a file's words, which are in spoken order."""
    rows = [
        [turn_index, speaker, [_row(word) for word in run]]
        for (turn_index, speaker), run in groupby(words, lambda word: (word.turn_index, word.speaker))
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def load_words(stored: bytes, name: str) -> list[WordTiming]:
    """Read the words from the stored form that :func:`dump_words` returns.

    Args:
        stored: the stored form.
        name: the name of the file, for error messages.

    Raises:
        UnreadableWords: the stored form is invalid.
    """
    try:
        rows = json.loads(stored)
    except (ValueError, RecursionError):
        # Not chained, because the JSON error holds the text.
        raise UnreadableWords(f"{name} is not JSON") from None
    if not isinstance(rows, list):
        raise UnreadableWords(f"{name} is not a list")
    return [word for number, row in enumerate(rows) for word in _words_of(row, f"row {number} of {name}")]


def with_words(cues: Sequence[SubtitleCue], words: Sequence[WordTiming]) -> list[SubtitleCue] | None:
    """Return the cues of a file with the words in them; None if cues and words have different texts.

    White space is ignored, because cues begin and end without it.
    """
    if "".join(_bare(cue.text) for cue in cues) != "".join(_bare(word.text) for word in words):
        return None
    found: list[SubtitleCue] = []
    ahead = iter(words)
    word, taken = next(ahead, None), 0
    for cue in cues:
        inside: list[CueWord] = []
        position, length = 0, len(_bare(cue.text))
        while word is not None and position < length:
            inside.append(CueWord(position, word.start_ms, word.end_ms))
            rest = len(_bare(word.text)) - taken
            if position + rest > length:  # the word continues in the next cue
                taken += length - position
                break
            position += rest
            word, taken = next(ahead, None), 0
        found.append(replace(cue, words=tuple(inside)))
    return found


def _row(word: WordTiming) -> list[Any]:
    flags = (_ENDS_SENTENCE if word.ends_sentence else 0) | (_IS_ESTIMATED if word.estimated else 0)
    return [word.start_ms, word.end_ms, word.text, *([flags] if flags else [])]


def _words_of(row: object, name: str) -> Iterator[WordTiming]:
    match row:
        case [int(turn_index), str(speaker), list(words)] if _is_number(turn_index) and _is_text(speaker):
            for word in words:
                yield _word(word, turn_index, speaker, name)
        case _:
            raise UnreadableWords(f"{name} is not a row of words")


def _word(row: object, turn_index: int, speaker: str, name: str) -> WordTiming:
    match row:
        case [int(start_ms), int(end_ms), str(text)]:
            flags = 0
        case [int(start_ms), int(end_ms), str(text), int(flags)]:
            pass
        case _:
            raise UnreadableWords(f"{name} contains something other than words")
    are_numbers = all(map(_is_number, (start_ms, end_ms, flags)))
    if not are_numbers or not 0 <= start_ms <= end_ms or flags not in _FLAGS or not _is_text(text):
        raise UnreadableWords(f"{name} contains something other than words")
    return WordTiming(
        start_ms=start_ms,
        end_ms=end_ms,
        turn_index=turn_index,
        speaker=speaker,
        text=text,
        ends_sentence=bool(flags & _ENDS_SENTENCE),
        estimated=bool(flags & _IS_ESTIMATED),
    )


def _is_number(value: int) -> bool:
    return not isinstance(value, bool)


def _is_text(value: str) -> bool:
    return not _SURROGATE.search(value)


def _bare(text: str) -> str:
    return "".join(text.split())
