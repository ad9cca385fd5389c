"""Use sounds in jobs: look up the sounds of a submission, and keep the sounds of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from castline.sounds.model import SoundKind, SoundStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from castline.sounds.model import Sound
    from castline.sounds.repository import SoundRepository

SoundMismatch = Literal["unknown_sound", "sound_not_ready", "sound_not_audio", "sound_not_image"]
"""The kind of a problem with a sound: a key of the messages in ``castline.api.messages``."""


class UseSounds:
    """Looks up and keeps the sounds that jobs use. Another user's sound counts as unknown.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(self, repository: SoundRepository, *, now: Callable[[], datetime]) -> None:
        """Store the collaborators.

        Args:
            repository: the sound repository.
            now: the clock.
        """
        self._repository = repository
        self._now = now

    def resolve(self, user_id: str, sound_ids: Iterable[str]) -> Mapping[str, Sound]:
        """Return the user's sounds with these ids, by id.

        Unknown ids are missing from the result. ``mismatch`` says whether a sound is suitable for a use.
        """
        now = self._now()
        found = self._repository.find_several(user_id, frozenset(sound_ids))
        return {sound_id: sound for sound_id, sound in found.items() if sound.is_visible(now)}

    def touch(self, user_id: str, sound_ids: Iterable[str]) -> frozenset[str]:
        """Keep sounds from expiring, because a job uses them.

        Returns:
            The ids of sounds that have been deleted or have expired since they were resolved.
        """
        now = self._now()
        ids = frozenset(sound_ids)
        return frozenset(sound_id for sound_id in ids if not self._repository.keep(user_id, sound_id, now=now))


def mismatch(sound: Sound | None, kind: SoundKind) -> SoundMismatch | None:
    """Return the reason why a sound cannot be used as a sound of ``kind``; None if it can."""
    if sound is None:
        return "unknown_sound"
    if sound.kind is not kind:
        return "sound_not_audio" if kind is SoundKind.AUDIO else "sound_not_image"
    if sound.status is not SoundStatus.READY:
        return "sound_not_ready"
    return None
