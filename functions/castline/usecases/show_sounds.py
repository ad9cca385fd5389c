"""Keep the sounds of a show: check that they exist, and exclude them from expiry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.usecases.sound_rules import demand_usable, uses_around_speech

if TYPE_CHECKING:
    from castline.shows.model import Show
    from castline.usecases.use_sounds import UseSounds


def keep_sounds_of_show(user_id: str, show: Show, sounds: UseSounds) -> None:
    """Keep the sounds of a show from expiring, as those of a job are kept.

    Raises:
        UnusableSounds: some of the sounds are unknown, not ready or of the wrong kind.
        ServiceUnavailable: AWS is temporarily unavailable.
    """
    uses = tuple(uses_around_speech(show.music, show.cover_id))
    found = sounds.resolve(user_id, (sound_id for _, sound_id, _ in uses))
    demand_usable(uses, found)
    gone = sounds.touch(user_id, found)
    demand_usable(uses, {sound_id: sound for sound_id, sound in found.items() if sound_id not in gone})
