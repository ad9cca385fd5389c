"""Cutting of a batched request's audio into one speech for each utterance.

The words tell where one utterance ends and the next begins, and the audio must confirm it. A cut is made only in a
silence that is as long as a break and ends where the next utterance's first word begins. If words or silence are
missing, the cut is refused. The utterances can still be spoken one by one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from castline.pcm import BYTES_PER_MS, SAMPLE_WIDTH_BYTES
from castline.speech.errors import CutUncertain
from castline.speech.utterances import Speech, Word
from castline.speech.words import locate_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.words import HeardWord

_WINDOW_MS: Final = 10
_SILENT_AMPLITUDE: Final = 103  # -50 dBFS
# A break is longer than this. A pause within an utterance seldom is.
_MIN_SILENCE_MS: Final = 400
# The maximum distance between the end of the silence and the reported start of the first word after it.
_TOLERANCE_MS: Final = 250
_SEPARATOR: Final = "\n"


def cut_apart(pcm: bytes, heard: Sequence[HeardWord], texts: Sequence[str]) -> list[Speech]:
    """Cut ``pcm`` into one speech for each of ``texts``, in the silences between them.

    No audio is lost: the speeches joined together are ``pcm``.

    Args:
        pcm: 16-bit little-endian mono at 24 kHz.
        heard: the words that the provider reported for all of it.
        texts: the spoken texts, in order.

    Raises:
        CutUncertain: a text's first or last word was not reported, or there is no silence where it should be.
    """
    duration_ms = len(pcm) // BYTES_PER_MS
    words_of = _distribute(locate_words(_SEPARATOR.join(texts), heard, duration_ms=duration_ms), texts)
    cuts_ms = [0]
    if len(texts) > 1:
        for text, words in zip(texts, words_of, strict=True):
            _expect_both_ends(text, words)
        cuts_ms += [_cut_between(pcm, before[-1], after[0]) for before, after in pairwise(words_of)]
    ends = [cut_ms * BYTES_PER_MS for cut_ms in cuts_ms[1:]] + [len(pcm)]
    return [
        Speech(
            pcm=pcm[start_ms * BYTES_PER_MS : end],
            words=tuple(
                Word(word.start, word.end, word.start_ms - start_ms, word.end_ms - start_ms) for word in words
            ),
        )
        for start_ms, end, words in zip(cuts_ms, ends, words_of, strict=True)
    ]


def _distribute(words: Sequence[Word], texts: Sequence[str]) -> list[list[Word]]:
    """Return the words of each text, with their positions in that text."""
    words_of: list[list[Word]] = []
    position, start = 0, 0
    for text in texts:
        end = start + len(text)
        first = position
        while position < len(words) and words[position].end <= end:
            position += 1
        words_of.append(
            [Word(word.start - start, word.end - start, word.start_ms, word.end_ms) for word in words[first:position]]
        )
        start = end + len(_SEPARATOR)
    return words_of


def _expect_both_ends(text: str, words: Sequence[Word]) -> None:
    """Check that the first and the last letter or digit of ``text`` belong to ``words``."""
    spoken = [position for position, character in enumerate(text) if character.isalnum()]
    if not spoken or not words or words[0].start > spoken[0] or words[-1].end <= spoken[-1]:
        raise CutUncertain("an utterance's first or last word was not reported")


def _cut_between(pcm: bytes, last: Word, first: Word) -> int:
    """Return the middle (ms) of the silence between an utterance's ``last`` word and the next one's ``first``."""
    silence = _latest_silence(pcm, last.end_ms, min(first.start_ms + _TOLERANCE_MS, first.end_ms))
    if silence is None:
        raise CutUncertain("there is no silence between two utterances")
    start_ms, end_ms = silence
    if end_ms < first.start_ms - _TOLERANCE_MS:
        raise CutUncertain("the silence between two utterances ends too long before the word that should end it")
    return (start_ms + end_ms) // 2


def _latest_silence(pcm: bytes, start_ms: int, end_ms: int) -> tuple[int, int] | None:
    """Return the start and end of the latest silence of at least ``_MIN_SILENCE_MS`` within the given stretch."""
    latest: tuple[int, int] | None = None
    silent_from = start_ms
    for window_ms in range(start_ms, end_ms, _WINDOW_MS):
        until_ms = min(window_ms + _WINDOW_MS, end_ms)
        if not _is_silent(pcm, window_ms, until_ms):
            silent_from = until_ms
        elif until_ms - silent_from >= _MIN_SILENCE_MS:
            latest = (silent_from, until_ms)
    return latest


def _is_silent(pcm: bytes, start_ms: int, end_ms: int) -> bool:
    import audioop  # From Python 3.13 on, only the speech layer has it, and functions that only plan lack that layer.

    window = memoryview(pcm)[start_ms * BYTES_PER_MS : end_ms * BYTES_PER_MS]
    return audioop.max(window, SAMPLE_WIDTH_BYTES) <= _SILENT_AMPLITUDE
