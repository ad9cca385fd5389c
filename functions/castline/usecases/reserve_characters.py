"""Reserve characters: compute the characters to reserve for a new job, and their price."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from castline.speech.errors import ProviderRejectedInput
from castline.synthesis.charges import charge, full_charge
from castline.synthesis.segments import plan_speech
from castline.synthesis.stored_utterances import find_lengths
from castline.usage.model import Reservation, day_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import Dialogue
    from castline.speech.providers.registry import EnabledProvider


class ReserveCharacters:
    """Computes reservations. They hold the characters that the job is going to bill."""

    def __init__(self, *, provider: Callable[[str], EnabledProvider], storage: Callable[[], AudioStorage]) -> None:
        """Store the collaborators.

        Args:
            provider: returns the enabled speech provider with an id.
            storage: returns the storage of segments.
        """
        self._provider = provider
        self._storage = storage

    def everything(self, dialogue: Dialogue, *, speaks: bool, now: datetime) -> Reservation:
        """Return the reservation for a job of which no segment is stored.

        Args:
            dialogue: the prepared dialogue.
            speaks: whether the job speaks. A rendition does not.
            now: the time of the submission.
        """
        enabled = self._provider(dialogue.provider)
        characters = 0
        if speaks:
            # New requests have no such text. But a job of a release that accepted such texts can be submitted again.
            # It then fails, and the characters that it has billed are settled when it ends.
            with suppress(ProviderRejectedInput):
                characters = full_charge(dialogue, enabled.provider, enabled.concurrency)
        return Reservation(day=day_of(now), characters=characters, price_per_million=enabled.price_per_million)

    def missing(self, user_id: str, dialogue: Dialogue) -> int:
        """Return the characters that a job bills for segments that its user has not stored.

        Raises:
            ProviderRejectedInput: the provider cannot speak a text.
            ServiceUnavailable: S3 is temporarily unavailable.
        """
        enabled = self._provider(dialogue.provider)
        plan = plan_speech(dialogue, enabled.provider)
        stored = find_lengths(
            [planned.utterance for planned in plan.utterances],
            enabled.provider,
            dialogue.spoken_quality,
            storage=self._storage(),
            user_id=user_id,
        )
        return charge(plan, enabled.provider, enabled.concurrency, stored=stored)
