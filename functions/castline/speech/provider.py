"""What the workflow asks of a speech provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

PCM_BYTES_PER_MS: Final = 48
"""Of 16-bit mono at 24 kHz."""
PCM_BYTES_PER_SAMPLE: Final = 2

MIN_RATE, MAX_RATE = 0.5, 2.0
MIN_PITCH_PERCENT, MAX_PITCH_PERCENT = -20, 20


@dataclass(frozen=True, slots=True)
class Utterance:
    """One voice speaking one text."""

    text: str
    voice_id: str
    language: str
    rate: float = 1.0
    """How fast, as a factor of the voice's own rate: 0.5 to 2, honoured to the hundredth."""
    pitch_percent: int = 0
    """How much higher than the voice's own pitch: -20 to 20."""

    def __post_init__(self) -> None:
        """Refuse a prosody out of range.

        Raises:
            ValueError: ``rate`` or ``pitch_percent`` is out of range.
        """
        if not MIN_RATE <= self.rate <= MAX_RATE:
            raise ValueError(f"rate must be from {MIN_RATE} to {MAX_RATE}, not {self.rate}")
        if not MIN_PITCH_PERCENT <= self.pitch_percent <= MAX_PITCH_PERCENT:
            raise ValueError(
                f"pitch_percent must be from {MIN_PITCH_PERCENT} to {MAX_PITCH_PERCENT}, not {self.pitch_percent}"
            )


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an utterance, and when it is heard."""

    start: int
    """Where it begins in the utterance's text, in code points."""
    end: int
    start_ms: int
    """When it begins in the PCM."""
    end_ms: int


@dataclass(frozen=True, slots=True)
class Speech:
    """An utterance as it was spoken."""

    pcm: bytes
    """16-bit little-endian mono at 24 kHz, without a header, never empty."""
    words: tuple[Word, ...]
    """In spoken order, without overlap. Those that cannot be found in the text are missing, if need be all."""


class SpeechProvider(Protocol):
    """A speech service. One instance serves many threads; how many requests it has in flight is up to its callers."""

    def synthesize(self, utterance: Utterance, *, with_words: bool = True) -> Speech:
        """Speak ``utterance`` in one request.

        Args:
            utterance: what is spoken.
            with_words: whether the words are of use: to hear of them takes time.

        Raises:
            SpeechError: one of ``castline.speech.errors``, which says whether trying again may help.
        """
        ...

    def synthesize_together(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """Speak several utterances of one language in one request, and cut the audio into one speech for each.

        Raises:
            CutUncertain: where one ends and the next begins cannot be told.
            SpeechError: see ``synthesize``.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
