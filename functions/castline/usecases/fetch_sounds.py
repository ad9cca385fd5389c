"""Fetch the sounds that a dialogue uses: clips for its file, and the cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.clips import ClipSource
from castline.audio.profile import profile_of
from castline.audio.tags import Cover
from castline.synthesis.clips import DialogueClips, MeasuredClip

if TYPE_CHECKING:
    from pathlib import Path

    from castline.jobs.model import Dialogue
    from castline.sounds.repository import SoundRepository
    from castline.sounds.storage import SoundStorage


class FetchSounds:
    """Downloads sounds. A sound that was deleted after the job was submitted is still available."""

    def __init__(self, repository: SoundRepository, storage: SoundStorage) -> None:
        """Store the collaborators: the sound repository and the storage of its files."""
        self._repository = repository
        self._storage = storage

    def clips(self, user_id: str, dialogue: Dialogue, folder: Path) -> DialogueClips:
        """Write the clips of a dialogue into ``folder``, in the PCM format that the dialogue's file needs.

        Raises:
            SoundNotFound: a sound is gone.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        ids = frozenset(clip.sound_id for clip in dialogue.clips)
        profile = profile_of(dialogue.quality, has_music=bool(ids))
        sounds = self._repository.find_several(user_id, ids) if ids else {}
        clips: dict[str, MeasuredClip] = {}
        for sound_id in sorted(ids):
            path = folder / f"{sound_id}.pcm"
            self._storage.fetch_pcm(user_id, sound_id, dialogue.quality, path)
            facts = sounds[sound_id].facts if sound_id in sounds else None
            clips[sound_id] = MeasuredClip(
                source=ClipSource(path, profile), lufs=facts.lufs(dialogue.quality) if facts else None
            )
        return DialogueClips(dialogue=dialogue, clips=clips, profile=profile)

    def cover(self, user_id: str, dialogue: Dialogue) -> Cover | None:
        """Return the cover of a dialogue; None if it has none.

        Raises:
            SoundNotFound: the picture is gone.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        if dialogue.cover_id is None:
            return None
        content_type, data = self._storage.fetch_image(user_id, dialogue.cover_id)
        return Cover(content_type=content_type, data=data)
