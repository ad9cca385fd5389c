"""Distribution of utterances over requests to the provider, and the charge for each utterance."""

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
    """Distribute the missing utterances of a batch over requests.

    Args:
        utterances: the utterances of one batch that are not stored.
        provider: the provider of the voices.
        batched_requests: whether a request may speak several utterances.
        concurrency: the number of requests that one task has in flight.

    Returns:
        A list for each request, with the positions of its utterances.
    """
    if not batched_requests:
        return [[position] for position in range(len(utterances))]
    return provider.group(utterances, max_requests=concurrency)


def is_sent(utterance: Utterance) -> bool:
    """Return whether an utterance alone in its request is sent to the provider. A beat is made without a request."""
    return not is_beat(spoken_text(utterance))


def charges(utterances: Sequence[Utterance], provider: SpeechProvider) -> list[int]:
    """Return the characters that the provider bills for each of ``utterances``, spoken in one request.

    Raises:
        ProviderRejectedInput: the service cannot take a text.
    """
    if len(utterances) == 1 and not is_sent(utterances[0]):
        return [0]
    return provider.billed_characters(utterances)
