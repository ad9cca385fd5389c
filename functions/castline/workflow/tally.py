"""What one attempt at a batch has asked of the provider, to be counted when it ends, however it does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from castline.metrics import Metric
from castline.observability import measure
from castline.speech.billing import billed_characters

if TYPE_CHECKING:
    from castline.speech.errors import SpeechError
    from castline.workflow.segments import Segment


class Tally:
    """Requests to the provider. Thread-safe: nothing is done to the lists but appending."""

    def __init__(self) -> None:
        self._spoken: list[Segment] = []
        self._errors: list[SpeechError] = []

    @property
    def spoken_numbers(self) -> set[int]:
        """The numbers of the segments that have been spoken."""
        return {segment.number for segment in self._spoken}

    def count_spoken(self, segment: Segment) -> None:
        """Count a segment that the provider has spoken, and charges for."""
        self._spoken.append(segment)

    def count_error(self, error: SpeechError) -> None:
        """Count a request that has failed."""
        self._errors.append(error)

    def write(self) -> None:
        """Write it all as metrics."""
        utterances = [segment.utterance for segment in self._spoken]
        if utterances:
            measure(
                {
                    Metric.SEGMENTS_SYNTHESIZED: len(utterances),
                    Metric.CHARACTERS: sum(len(utterance.text) for utterance in utterances),
                    Metric.BILLED_CHARACTERS: sum(map(billed_characters, utterances)),
                }
            )
        for name, times in Counter(type(error).__name__ for error in self._errors).items():
            measure({Metric.PROVIDER_ERRORS: times}, code=name)
