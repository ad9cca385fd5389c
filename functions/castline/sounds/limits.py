"""Limits of uploaded sounds. The API, the guides and the decoder take them from here or from ``castline.audio``."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from castline.audio import upload_limits
from castline.sounds.model import SoundKind

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SOUNDS: Final = 100
"""The maximum number of sounds of a user, including images."""
MAX_NAME_CHARACTERS: Final = 200

MAX_BYTES: Final[Mapping[SoundKind, int]] = MappingProxyType(
    {SoundKind.AUDIO: upload_limits.MAX_AUDIO_BYTES, SoundKind.IMAGE: upload_limits.MAX_IMAGE_BYTES}
)
"""The maximum size of an upload in bytes, by its kind."""

CONTENT_TYPES: Final[Mapping[str, SoundKind]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "audio/aac",
                "audio/aiff",
                "audio/flac",
                "audio/m4a",
                "audio/mp3",
                "audio/mp4",
                "audio/mpeg",
                "audio/ogg",
                "audio/opus",
                "audio/vnd.wave",
                "audio/wav",
                "audio/wave",
                "audio/x-aiff",
                "audio/x-flac",
                "audio/x-m4a",
                "audio/x-wav",
            ),
            SoundKind.AUDIO,
        ),
        **dict.fromkeys(("image/jpeg", "image/png"), SoundKind.IMAGE),
    }
)
"""The allowed media types of an upload: the names that browsers and systems give to supported formats."""

UPLOAD_URL_LIFETIME: Final = timedelta(hours=1)
"""Lifetime of the URL for an upload."""
WAITING_LIFETIME: Final = timedelta(days=1)
"""Retention of a sound that has no file, or an unusable one."""
UNUSED_LIFETIME: Final = timedelta(days=30)
"""Retention, from its creation, of a sound that no job has used."""
DELETED_LIFETIME: Final = timedelta(days=2)
"""Retention of the files of a deleted sound.

It is longer than a job is active, so that jobs that were submitted before can still read the files.
"""
