"""What is spoken, and what comes back: an utterance, and the speech that a provider makes of it."""

from __future__ import annotations

from dataclasses import dataclass

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
    """As ``castline.pcm`` describes it, never empty."""
    words: tuple[Word, ...]
    """In spoken order, without overlap. Those that cannot be found in the text are missing, if need be all."""
