"""Requests to the provider in which utterances are spoken, and the charge for each utterance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.speech.beats import is_beat
from castline.speech.spoken_text import spoken_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.providers.base import SpeechProvider
    from castline.speech.utterances import Utterance


def group_requests(
    utterances: Sequence[Utterance], provider: SpeechProvider, *, batched_requests: bool, concurrency: int
) -> list[list[int]]:
    """Distribute the utterances of a batch that are to be spoken over requests.

    Args:
        utterances: the utterances of one batch that are not stored.
        provider: the provider of the voices.
        batched_requests: whether a request may speak several of them.
        concurrency: the requests that one task has in flight.

    Returns:
        For each request the positions of its utterances.
    """
    if not batched_requests:
        return [[position] for position in range(len(utterances))]
    return provider.group(utterances, max_requests=concurrency)


def is_sent(utterance: Utterance) -> bool:
    """Return whether an utterance in a request of its own is sent to the provider: a beat is made without it."""
    return not is_beat(spoken_text(utterance))


def charges(utterances: Sequence[Utterance], provider: SpeechProvider) -> list[int]:
    """Return the characters that the provider bills for each of ``utterances``, spoken in one request.

    Raises:
        ProviderRejectedInput: the service cannot take a text.
    """
    if len(utterances) == 1 and not is_sent(utterances[0]):
        return [0]
    return provider.billed_characters(utterances)
