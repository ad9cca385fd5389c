"""Utterances, and the speech that a provider returns for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from castline.speech.pronunciation import SpokenAs

MIN_RATE, MAX_RATE = 0.5, 2.0
MIN_PITCH_PERCENT, MAX_PITCH_PERCENT = -20, 20
MIN_STYLE_DEGREE, MAX_STYLE_DEGREE = 0.01, 2.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text to be spoken by one voice."""

    text: str
    voice_id: str
    language: str
    rate: float = 1.0
    """The speaking rate as a factor of the voice's own rate: 0.5 to 2, rounded to the hundredth."""
    pitch_percent: int = 0
    """The change of the voice's own pitch: -20 to 20."""
    style: str | None = None
    """One of the voice's styles; None for its usual way of speaking."""
    style_degree: float = 1.0
    """The strength of the style: 0.01 to 2. It has no effect without a style."""
    foreign_language: str | None = None
    """The language tag of a language that the voice is told to speak instead of its own."""
    spoken_as: tuple[SpokenAs, ...] = ()
    """The stretches of the text with a pronunciation of their own, in order and without overlap."""
    volume: float = 1.0
    """A factor for the amplitude, applied to the audio from the provider."""
    take: int = 0
    """The number of the reading. Another number is spoken anew, even if everything else is the same."""

    def __post_init__(self) -> None:
        """Check that the prosody is in range.

        Raises:
            ValueError: ``rate``, ``pitch_percent`` or ``style_degree`` is out of range.
        """
        if not MIN_STYLE_DEGREE <= self.style_degree <= MAX_STYLE_DEGREE:
            raise ValueError(f"style_degree must be from {MIN_STYLE_DEGREE} to {MAX_STYLE_DEGREE}")
        if not MIN_RATE <= self.rate <= MAX_RATE:
            raise ValueError(f"rate must be from {MIN_RATE} to {MAX_RATE}, not {self.rate}")
        if not MIN_PITCH_PERCENT <= self.pitch_percent <= MAX_PITCH_PERCENT:
            raise ValueError(
                f"pitch_percent must be from {MIN_PITCH_PERCENT} to {MAX_PITCH_PERCENT}, not {self.pitch_percent}"
            )


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an utterance, and its time in the audio."""

    start: int
    """The position in the utterance's text where the word begins, in code points."""
    end: int
    start_ms: int
    """The time in the PCM at which the word begins."""
    end_ms: int


@dataclass(frozen=True, slots=True)
class Speech:
    """The speech of one utterance: its audio and its words."""

    pcm: bytes
    """The audio, in the form that ``castline.pcm`` describes; never empty."""
    words: tuple[Word, ...]
    """The words in spoken order, without overlap. Words that are not found in the text are missing, perhaps all."""
    sample_rate_hz: int = SAMPLE_RATE_HZ
