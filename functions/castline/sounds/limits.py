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
"""The most sounds of a user, images included."""
MAX_NAME_CHARACTERS: Final = 200

MAX_BYTES: Final[Mapping[SoundKind, int]] = MappingProxyType(
    {SoundKind.AUDIO: upload_limits.MAX_AUDIO_BYTES, SoundKind.IMAGE: upload_limits.MAX_IMAGE_BYTES}
)
"""The most bytes of an upload, by what it is."""

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
"""The media types that an upload may have: what browsers and systems call the formats that are read."""

UPLOAD_URL_LIFETIME: Final = timedelta(hours=1)
"""The time for which a file can be uploaded."""
WAITING_LIFETIME: Final = timedelta(days=1)
"""The time for which a sound without a file, or with one that cannot be used, is kept."""
UNUSED_LIFETIME: Final = timedelta(days=30)
"""The time for which a sound is kept, from its creation, that no job has used."""
DELETED_LIFETIME: Final = timedelta(days=2)
"""The time for which the files of a deleted sound are kept. Longer than a job is active, so that jobs that were
submitted before can still read them."""
