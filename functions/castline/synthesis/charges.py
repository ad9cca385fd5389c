"""Characters that a job bills, computed before anything is spoken.

The plan, the batches and the requests are those of the workflow, so the job then bills the same number. The numbers
differ only if the audio of a batched request cannot be cut apart, or if a batch is retried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.jobs.model import SynthesisMode
from castline.synthesis.requests import charges, group_requests
from castline.synthesis.segments import plan_speech

if TYPE_CHECKING:
    from collections.abc import Container

    from castline.jobs.model import Dialogue
    from castline.speech.providers.base import SpeechProvider
    from castline.synthesis.segments import SpeechPlan


def full_charge(dialogue: Dialogue, provider: SpeechProvider, concurrency: int) -> int:
    """Return the characters that a job of a dialogue bills if none of its segments is stored.

    Args:
        dialogue: the prepared dialogue.
        provider: the provider of its voices.
        concurrency: the number of requests that one task has in flight.

    Raises:
        ProviderRejectedInput: the service cannot take a text.
    """
    return charge(plan_speech(dialogue, provider), provider, concurrency)


def charge(plan: SpeechPlan, provider: SpeechProvider, concurrency: int, *, stored: Container[int] = ()) -> int:
    """Return the characters that a job bills if some of its utterances are stored.

    Args:
        plan: the plan of the job's dialogue.
        provider: the provider of its voices.
        concurrency: the number of requests that one task has in flight.
        stored: the positions of the plan's utterances that are stored.

    Raises:
        ProviderRejectedInput: the service cannot take a text.
    """
    billed = 0
    for batch in plan.batches:
        missing = [plan.utterances[position].utterance for position in batch.positions if position not in stored]
        requests = group_requests(
            missing, provider, batched_requests=plan.mode is SynthesisMode.NATIVE, concurrency=concurrency
        )
        billed += sum(sum(charges([missing[member] for member in request], provider)) for request in requests)
    return billed
