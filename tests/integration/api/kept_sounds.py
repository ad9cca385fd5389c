"""Sounds of users, stored without an upload."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from uuid6 import uuid7

from castline import composition
from castline.sounds.model import Sound, SoundKind, SoundStatus

if TYPE_CHECKING:
    from castline.sounds.model import AudioFacts


def keep_sound(
    user: str,
    kind: SoundKind = SoundKind.AUDIO,
    *,
    status: SoundStatus = SoundStatus.READY,
    facts: AudioFacts | None = None,
) -> str:
    """Store a sound of ``user`` that no job has used, and return its id."""
    now = datetime.now(UTC)
    sound = Sound(
        id=str(uuid7()),
        user_id=user,
        name="a sound",
        kind=kind,
        status=status,
        content_type="audio/mpeg" if kind is SoundKind.AUDIO else "image/png",
        size_bytes=1000,
        created_at=now,
        expires_at=(now + timedelta(days=30)).replace(microsecond=0),
        facts=facts,
    )
    composition.sound_repository().create(sound, max_sounds=100)
    return sound.id


def is_kept_for_good(user: str, sound_id: str) -> bool:
    """Return whether a sound does not expire any more."""
    sound = composition.sound_repository().find(user, sound_id)
    assert sound is not None
    return sound.expires_at is None
