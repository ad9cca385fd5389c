"""Location of words: finds the words that a provider reports in the text that was spoken.

A provider reports words in spoken order, each with its own spelling. The reported positions are wrong if the text was
escaped, so each word is searched for in the text after the previous word. A word that is spelled differently in the
text (a number in words, a symbol by its name) is skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.speech.places import find_dictionary_words
from castline.speech.usable_words import usable_words
from castline.speech.utterances import Word
from castline.speech.writing_systems import LETTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The most characters that may be skipped before a word because they are not spoken as they are written. Without a
# limit, a word that is spelled differently could be found much later in the text, and all words before that place
# would be lost.
_REACH: Final = 40
_MAX_REACH: Final = 400

# Two letters of a writing system with spaces between words. No word begins or ends between them.
_AMID_WORD: Final = re.compile(rf"(?:(?![\d_]){LETTER}){{2}}")


class HeardWord(NamedTuple):
    """A word that the provider reports, with its times."""

    text: str
    start_ms: int
    end_ms: int


def locate_words(text: str, heard: Sequence[HeardWord], *, duration_ms: int) -> tuple[Word, ...]:
    """Find the words that were heard in ``text``, in order.

    Args:
        text: the text that was spoken.
        heard: the reported words, in spoken order.
        duration_ms: the length of the audio.

    Returns:
        The words. None ends after the audio or after the start of the next word. There are no words if most of the
        reported times are wrong.
    """
    words: list[Word] = []
    position, reach = 0, _REACH
    for word in heard:
        start = _find(text, word.text, position, position + reach)
        if start is None:
            reach = min(reach + len(word.text), _MAX_REACH)
            continue
        position, reach = start + len(word.text), _REACH
        words.append(Word(start, position, word.start_ms, word.end_ms))
    return tuple(_divided(text, usable_words(words, text_length=len(text), duration_ms=duration_ms)))


def _divided(text: str, words: Sequence[Word]) -> Iterator[Word]:
    """Divide each reported word that is several words in a dictionary, such as a whole Thai phrase."""
    starts = [start for start, _ in find_dictionary_words(text)]
    for word in words:
        inner = starts[bisect_right(starts, word.start) : bisect_left(starts, word.end)]
        length, duration_ms = word.end - word.start, word.end_ms - word.start_ms
        for start, end in pairwise([word.start, *inner, word.end]):
            before, after = (round(duration_ms * (cut - word.start) / length) for cut in (start, end))
            yield Word(start, end, word.start_ms + before, word.start_ms + after)


def _find(text: str, word: str, start: int, latest: int) -> int | None:
    """Find ``word`` as a whole word in ``text``, from ``start`` to ``latest``."""
    if not word:
        return None
    found = text.find(word, start, latest + len(word))
    while found >= 0 and (_is_amid_word(text, found) or _is_amid_word(text, found + len(word))):
        found = text.find(word, found + 1, latest + len(word))
    return found if found >= 0 else None


def _is_amid_word(text: str, position: int) -> bool:
    return position > 0 and _AMID_WORD.match(text, position - 1) is not None
