"""What the workflow asks of a speech provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Utterance:
    """One voice speaking one text in one request."""

    text: str
    voice_id: str
    language: str


class SpeechProvider(Protocol):
    """A speech service. One instance serves many threads."""

    @property
    def concurrency(self) -> int:
        """How many utterances it speaks at the same time."""
        ...

    def synthesize(self, utterance: Utterance) -> bytes:
        """Speak ``utterance``.

        Returns:
            PCM: 16-bit little-endian mono at 24 kHz, without a header, never empty.

        Raises:
            SpeechError: one of ``castline.speech.errors``, which says whether trying again may help.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
