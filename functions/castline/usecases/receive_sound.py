"""Receive an uploaded sound: check the file, measure it, and store the formats in which jobs use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.audio.upload_limits import UnusableUpload, UploadProblem
from castline.scratch_folder import scratch_folder
from castline.sounds.errors import SoundNotFound
from castline.sounds.keys import LISTEN, PCM
from castline.sounds.limits import MAX_BYTES, UNUSED_LIFETIME, WAITING_LIFETIME
from castline.sounds.model import AudioFacts, SoundKind, SoundStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from castline.audio.probe import ProbedAudio
    from castline.sounds.model import Sound
    from castline.sounds.repository import SoundRepository
    from castline.sounds.storage import SoundStorage

_FORMS: Final = (*PCM.values(), LISTEN)


class ReceiveSound:
    """Receives uploaded files. Notifications of uploads may come late, twice or concurrently."""

    def __init__(
        self,
        repository: SoundRepository,
        storage: SoundStorage,
        *,
        probe: Callable[[Path, Path], ProbedAudio],
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the sound repository.
            storage: the storage of the sounds' files.
            probe: checks and measures an audio file, and writes its formats into a folder.
            now: the clock.
        """
        self._repository = repository
        self._storage = storage
        self._probe = probe
        self._now = now

    def __call__(self, user_id: str, sound_id: str) -> Sound | None:
        """Change a waiting sound to ready or failed.

        The files of a sound that is gone are deleted. A sound that its user has deleted is not changed until it
        expires, because jobs may still read it. A sound that is ready or failed is not changed either, because an
        upload is never overwritten.

        Returns:
            The changed sound; None if nothing was changed.

        Raises:
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        sound = self._repository.find(user_id, sound_id)
        if sound is None:
            self._storage.delete(user_id, sound_id)
            return None
        if sound.status is not SoundStatus.WAITING or not sound.is_visible(self._now()):
            return None
        try:
            content_type, facts = self._examine(sound)
        except SoundNotFound:
            return None  # the file is gone, and so is the sound
        except UnusableUpload as unusable:
            return self._fail(sound, unusable.problem)
        now, expires_at = self._now(), sound.created_at + UNUSED_LIFETIME
        if self._repository.complete(sound, content_type=content_type, facts=facts, expires_at=expires_at, now=now):
            return self._repository.find(user_id, sound_id)
        if self._repository.find(user_id, sound_id) is None:
            self._storage.delete(user_id, sound_id)
        return None

    def _examine(self, sound: Sound) -> tuple[str, AudioFacts | None]:
        """Store the formats of the file, and return its media type and its measurements."""
        size_bytes = self._storage.upload_size_bytes(sound.user_id, sound.id)
        if size_bytes > MAX_BYTES[sound.kind]:
            raise UnusableUpload(UploadProblem.TOO_LARGE)
        if sound.kind is SoundKind.IMAGE:
            content_type, _ = self._storage.fetch_image(sound.user_id, sound.id)
            return content_type, None
        with scratch_folder() as folder:
            upload = folder / "upload"
            self._storage.fetch_upload(sound.user_id, sound.id, upload)
            probed = self._probe(upload, folder)
            for form in _FORMS:
                self._storage.put_file(sound.user_id, sound.id, form, folder / form)
        return sound.content_type, AudioFacts(
            duration_ms=probed.duration_ms,
            channels=probed.channels,
            sample_rate_hz=probed.sample_rate_hz,
            loudness_lufs=probed.loudness_lufs,
            standard_lufs=probed.standard_lufs,
        )

    def _fail(self, sound: Sound, problem: UploadProblem) -> Sound | None:
        now = self._now()
        if self._repository.fail(sound, problem, expires_at=now + WAITING_LIFETIME, now=now):
            return self._repository.find(sound.user_id, sound.id)
        return None
