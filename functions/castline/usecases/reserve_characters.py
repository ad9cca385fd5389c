"""Work out the characters to reserve for a new job, and their price."""

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
    """Works out reservations. The characters are those that the job then bills."""

    def __init__(self, *, provider: Callable[[str], EnabledProvider], storage: Callable[[], AudioStorage]) -> None:
        """Prepare.

        Args:
            provider: gives an enabled speech provider by its id.
            storage: gives the stored segments.
        """
        self._provider = provider
        self._storage = storage

    def everything(self, dialogue: Dialogue, *, speaks: bool, now: datetime) -> Reservation:
        """Return the reservation for a job of which nothing is stored.

        Args:
            dialogue: the dialogue, prepared.
            speaks: whether the job speaks; another version of a job does not.
            now: the time of the submission.
        """
        enabled = self._provider(dialogue.provider)
        characters = 0
        if speaks:
            # Requests have no such text. A job of a release that let them pass may be submitted again: it fails, and
            # what it bills until then is settled when it ends.
            with suppress(ProviderRejectedInput):
                characters = full_charge(dialogue, enabled.provider, enabled.concurrency)
        return Reservation(day=day_of(now), characters=characters, price_per_million=enabled.price_per_million)

    def missing(self, user_id: str, dialogue: Dialogue) -> int:
        """Return the characters that a job bills, given what the user has stored.

        Raises:
            ProviderRejectedInput: the service cannot take a text.
            ServiceUnavailable: S3 cannot answer just now.
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
