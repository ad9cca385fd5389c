"""Use sounds in jobs: look up those that a submission names, and keep those that a job uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from castline.sounds.model import SoundKind, SoundStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from castline.sounds.model import Sound
    from castline.sounds.repository import SoundRepository

SoundMismatch = Literal["unknown_sound", "sound_not_ready", "sound_not_audio", "sound_not_image"]
"""The kind of a problem with a sound that a submission names, as ``castline.api.messages`` explains it."""


class UseSounds:
    """The sounds of users, as jobs use them. Another user's sound does not exist.

    All methods raise ServiceUnavailable when AWS cannot serve us just now.
    """

    def __init__(self, repository: SoundRepository, *, now: Callable[[], datetime]) -> None:
        """Prepare.

        Args:
            repository: the sounds.
            now: the clock.
        """
        self._repository = repository
        self._now = now

    def resolve(self, user_id: str, sound_ids: Iterable[str]) -> Mapping[str, Sound]:
        """Return the sounds of these ids that exist for the user, by id.

        An id that is missing from what is returned is unknown. ``mismatch`` tells which sounds can be used for what.
        """
        now = self._now()
        found = self._repository.find_several(user_id, frozenset(sound_ids))
        return {sound_id: sound for sound_id, sound in found.items() if sound.is_visible(now)}

    def touch(self, user_id: str, sound_ids: Iterable[str]) -> frozenset[str]:
        """Keep sounds for good, because a job uses them.

        Returns:
            The ids of sounds that have been deleted, or have expired, since they were resolved. They are unknown now.
        """
        now = self._now()
        ids = frozenset(sound_ids)
        return frozenset(sound_id for sound_id in ids if not self._repository.keep(user_id, sound_id, now=now))


def mismatch(sound: Sound | None, kind: SoundKind) -> SoundMismatch | None:
    """Return the reason why a sound cannot be used as audio, or as an image; None if it can."""
    if sound is None:
        return "unknown_sound"
    if sound.kind is not kind:
        return "sound_not_audio" if kind is SoundKind.AUDIO else "sound_not_image"
    if sound.status is not SoundStatus.READY:
        return "sound_not_ready"
    return None
