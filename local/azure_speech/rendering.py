"""Rendering of a request: its audio, and the times of its words and sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from local.azure_speech.protocol import TICKS_PER_SECOND
from local.azure_speech.ssml import Passage, Pause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local.azure_speech.engines import VoiceEngine

SAMPLE_RATE_HZ = 24_000
BYTES_PER_SAMPLE = 2
# Vowel signs and points of Arabic, Hebrew, the languages of India, Thai, Lao, Burmese and Khmer.
_SIGNS = (
    r"\u0300-\u036f\u05b0-\u05c7\u064b-\u065f\u0900-\u0963\u0971-\u0df3"
    r"\u0e31-\u0e4e\u0eb1-\u0ecd\u102b-\u103e\u17b4-\u17d3"
)
_LETTER = rf"(?:(?![\u3040-\u30ff\u3400-\u9fff])[\w{_SIGNS}])"
# A word, a single Chinese or Japanese character, or a punctuation mark. Thai and its like are not divided into words:
# how Azure reports theirs is not documented.
_WORD = re.compile(rf"[\u3040-\u30ff\u3400-\u9fff]|{_LETTER}+(?:['’][^\W_]+)*|[^\w\s]")
_ENDS = ".!?。！？।॥؟۔"
_SENTENCE = re.compile(rf"[^{_ENDS}]+[{_ENDS}]*|[{_ENDS}]+")

BoundaryType = Literal["WordBoundary", "PunctuationBoundary", "SentenceBoundary"]


@dataclass(frozen=True, slots=True)
class Boundary:
    """The time of a word, a punctuation mark or a sentence."""

    kind: BoundaryType
    text: str
    offset_ticks: int
    duration_ticks: int


@dataclass(frozen=True, slots=True)
class Rendering:
    """PCM (16-bit little-endian mono at 24 kHz) and its boundaries, in order."""

    pcm: bytes
    boundaries: tuple[Boundary, ...]


def render(heard: Iterable[Passage | Pause], engine: VoiceEngine) -> Rendering:
    """Speak passages and pauses with ``engine``.

    Boundaries are spread over each passage in proportion to its characters.
    """
    pcm = bytearray()
    boundaries: list[Boundary] = []
    for part in heard:
        if isinstance(part, Pause):
            pcm += bytes(part.duration_ms * SAMPLE_RATE_HZ // 1000 * BYTES_PER_SAMPLE)
        else:
            spoken = engine.speak(part)
            if not part.voice.is_high_definition:  # they report no word boundaries
                boundaries.extend(_boundaries(part.text, ticks(len(pcm)), ticks(len(spoken))))
            pcm += spoken
    return Rendering(bytes(pcm), tuple(boundaries))


def ticks(size_bytes: int) -> int:
    """Return the duration of ``size_bytes`` of PCM."""
    return size_bytes * TICKS_PER_SECOND // (SAMPLE_RATE_HZ * BYTES_PER_SAMPLE)


def _boundaries(text: str, offset_ticks: int, duration_ticks: int) -> Iterator[Boundary]:
    def boundary(kind: BoundaryType, start: int, part: str) -> Boundary:
        return Boundary(
            kind,
            part,
            offset_ticks=offset_ticks + duration_ticks * start // len(text),
            duration_ticks=duration_ticks * len(part) // len(text),
        )

    for sentence in _SENTENCE.finditer(text):
        yield boundary("SentenceBoundary", sentence.start(), sentence[0])
        for word in _WORD.finditer(text, sentence.start(), sentence.end()):
            is_word = word[0][0].isalnum()
            yield boundary("WordBoundary" if is_word else "PunctuationBoundary", word.start(), word[0])
