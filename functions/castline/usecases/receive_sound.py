"""Receive an uploaded sound: check the file, measure it, and store the forms in which jobs use it."""

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
    """The arrival of files. That a file has arrived may be told late, twice, or at the same time."""

    def __init__(
        self,
        repository: SoundRepository,
        storage: SoundStorage,
        *,
        probe: Callable[[Path, Path], ProbedAudio],
        now: Callable[[], datetime],
    ) -> None:
        """Prepare.

        Args:
            repository: the sounds.
            storage: their files.
            probe: checks and measures an audio file, and writes its forms into a folder.
            now: the clock.
        """
        self._repository = repository
        self._storage = storage
        self._probe = probe
        self._now = now

    def __call__(self, user_id: str, sound_id: str) -> Sound | None:
        """Make a waiting sound ready, or failed.

        The files of a sound that is gone are deleted. One that its user has deleted stays as it is until it expires:
        jobs may still read it. Whatever is ready or failed already stays so: an upload is never overwritten.

        Returns:
            The sound as it is then; None if nothing was changed.

        Raises:
            ServiceUnavailable: AWS cannot serve us just now.
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
        """Return the media type and the measurements of the file; store its forms."""
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
