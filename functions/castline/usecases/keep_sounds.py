"""Keep the sounds of a user: create, list, read and delete them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uuid6 import uuid7

from castline.sounds.errors import SoundNotFound
from castline.sounds.limits import (
    CONTENT_TYPES,
    DELETED_LIFETIME,
    MAX_SOUNDS,
    UPLOAD_URL_LIFETIME,
    WAITING_LIFETIME,
)
from castline.sounds.model import Sound, SoundStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from castline.sounds.repository import SoundRepository
    from castline.sounds.storage import SoundStorage

_LISTEN_LIFETIME_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The request by which a client uploads the file of a sound."""

    url: str
    headers: Mapping[str, str]
    expires_at: datetime


class KeepSounds:
    """Keeps the sounds of users. Another user's sound counts as unknown.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(
        self, repository: SoundRepository, storage: Callable[[], SoundStorage], *, now: Callable[[], datetime]
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the sound repository.
            storage: returns the storage of the sounds' files.
            now: the clock.
        """
        self._repository = repository
        self._storage = storage
        self._now = now

    def create(self, user_id: str, *, name: str, size_bytes: int, content_type: str) -> tuple[Sound, Upload]:
        """Create a sound, and return it with the request by which the client uploads its file.

        Args:
            user_id: the sound's user.
            name: the sound's name.
            size_bytes: the size of the file, within ``limits.MAX_BYTES``.
            content_type: one of ``limits.CONTENT_TYPES``.

        Raises:
            SoundLimitExceeded: the user has the maximum number of sounds.
        """
        now = self._now()
        sound = Sound(
            id=str(uuid7()),
            user_id=user_id,
            name=name,
            kind=CONTENT_TYPES[content_type],
            status=SoundStatus.WAITING,
            content_type=content_type,
            size_bytes=size_bytes,
            created_at=now,
            expires_at=_whole_seconds(now, WAITING_LIFETIME),
        )
        self._repository.create(sound, max_sounds=MAX_SOUNDS)
        lifetime_seconds = round(UPLOAD_URL_LIFETIME.total_seconds())
        url, headers = self._storage().upload_url(sound, expires_in_seconds=lifetime_seconds)
        return sound, Upload(url=url, headers=headers, expires_at=_whole_seconds(now, UPLOAD_URL_LIFETIME))

    def list(self, user_id: str) -> list[Sound]:
        """Return the user's sounds, newest first."""
        return self._repository.visible(user_id, self._now())

    def get(self, user_id: str, sound_id: str) -> Sound:
        """Return a sound.

        Raises:
            SoundNotFound: the user has no such sound.
        """
        sound = self._repository.find(user_id, sound_id)
        if sound is None or not sound.is_visible(self._now()):
            raise SoundNotFound
        return sound

    def listen_url(self, sound: Sound) -> str | None:
        """Return the URL of a file that browsers can play or show; None for a sound that is not ready."""
        if sound.status is not SoundStatus.READY:
            return None
        return self._storage().listen_url(sound, expires_in_seconds=_LISTEN_LIFETIME_SECONDS)

    def delete(self, user_id: str, sound_id: str) -> None:
        """Delete a sound. Its files are kept for a while, because jobs that were submitted before may read them.

        Raises:
            SoundNotFound: the user has no such sound.
        """
        now = self._now()
        if not self._repository.delete(user_id, sound_id, expires_at=now + DELETED_LIFETIME, now=now):
            raise SoundNotFound


def _whole_seconds(now: datetime, lifetime: timedelta) -> datetime:
    """Return the end of ``lifetime`` in whole seconds, as it is stored."""
    return (now + lifetime).replace(microsecond=0)
