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

BYTES_PER_SAMPLE = 2
# Vowel signs and points of Arabic, Hebrew, the languages of India, Thai, Lao, Burmese and Khmer.
_SIGNS = (
    r"\u0300-\u036f\u05b0-\u05c7\u064b-\u065f\u0900-\u0963\u0971-\u0df3"
    r"\u0e31-\u0e4e\u0eb1-\u0ecd\u102b-\u103e\u17b4-\u17d3"
)
_LETTER = rf"(?:(?![\u3040-\u30ff\u3400-\u9fff])[\w{_SIGNS}])"
# A word, a single Chinese or Japanese character, or a punctuation mark. Thai and similar texts are not divided into
# words, because Azure does not document how it reports their words.
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
    """PCM (16-bit little-endian mono) and its boundaries, in order."""

    pcm: bytes
    boundaries: tuple[Boundary, ...]
    sample_rate_hz: int

    def ticks(self, size_bytes: int) -> int:
        """Return the duration of ``size_bytes`` of the PCM."""
        return _ticks(size_bytes, self.sample_rate_hz)


def render(heard: Iterable[Passage | Pause], engine: VoiceEngine, sample_rate_hz: int) -> Rendering:
    """Speak passages and pauses with ``engine``.

    Boundaries are spread over each passage in proportion to its characters.
    """
    pcm = bytearray()
    boundaries: list[Boundary] = []
    for part in heard:
        if isinstance(part, Pause):
            pcm += bytes(part.duration_ms * sample_rate_hz // 1000 * BYTES_PER_SAMPLE)
        else:
            spoken = engine.speak(part, sample_rate_hz=sample_rate_hz)
            if not part.voice.is_high_definition:  # they report no word boundaries
                times = (_ticks(len(audio), sample_rate_hz) for audio in (pcm, spoken))
                boundaries.extend(_boundaries(part.text, *times))
            pcm += spoken
    return Rendering(bytes(pcm), tuple(boundaries), sample_rate_hz)


def _ticks(size_bytes: int, sample_rate_hz: int) -> int:
    return size_bytes * TICKS_PER_SECOND // (sample_rate_hz * BYTES_PER_SAMPLE)


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
