"""Counters of requests to the provider in one attempt at a batch or preview, written as metrics when it ends."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from castline.metrics import Metric
from castline.observability import measure

if TYPE_CHECKING:
    from castline.speech.errors import SpeechError
    from castline.speech.utterances import Utterance


class RequestMetrics:
    """Counters of requests to the provider. Thread-safe: the lists are only appended to."""

    def __init__(self, provider: str) -> None:
        """Start to count requests to the provider with the id ``provider``."""
        self._provider = provider
        self._spoken: list[tuple[Utterance, int]] = []
        self._errors: list[SpeechError] = []
        self._discarded: list[int] = []
        self._throttled: list[None] = []

    def count_spoken(self, utterance: Utterance, billed_characters: int) -> None:
        """Count an utterance that the provider has spoken and billed."""
        self._spoken.append((utterance, billed_characters))

    def count_discarded(self, billed_characters: int) -> None:
        """Count the billed characters of audio that is discarded."""
        self._discarded.append(billed_characters)

    def count_error(self, error: SpeechError) -> None:
        """Count a request that has failed."""
        self._errors.append(error)

    def count_throttled(self) -> None:
        """Count a request that was throttled and is sent again."""
        self._throttled.append(None)

    def write(self) -> None:
        """Write all counts as metrics."""
        if self._spoken or self._discarded:
            measure(
                {
                    Metric.SEGMENTS_SYNTHESIZED: len(self._spoken),
                    Metric.CHARACTERS: sum(len(utterance.text) for utterance, _ in self._spoken),
                    Metric.BILLED_CHARACTERS: sum(billed for _, billed in self._spoken) + sum(self._discarded),
                }
            )
        if self._throttled:
            measure({Metric.THROTTLED_REQUESTS: len(self._throttled)}, provider=self._provider)
        for name, times in Counter(type(error).__name__ for error in self._errors).items():
            measure({Metric.PROVIDER_ERRORS: times}, code=name, provider=self._provider)
