"""Keys of the files of sounds in the audio bucket.

    sounds/<user_id>/<sound_id>/upload          the file as it was uploaded
    sounds/<user_id>/<sound_id>/standard.pcm    24 kHz mono, 16-bit little-endian
    sounds/<user_id>/<sound_id>/studio.pcm      48 kHz stereo, 16-bit little-endian; twice as many sample frames
    sounds/<user_id>/<sound_id>/listen.mp3      for listening in a browser

An image has only its upload.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from castline.audio.keys import user_component
from castline.audio.profile import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "sounds/"
UPLOAD: Final = "upload"
LISTEN: Final = "listen.mp3"
PCM: Final[Mapping[Quality, str]] = {Quality.STANDARD: "standard.pcm", Quality.STUDIO: "studio.pcm"}
"""The PCM file of each quality."""


def sound_file_key(user_id: str, sound_id: str, name: str) -> str:
    """Return the key of one of a sound's files."""
    return f"{PREFIX}{user_component(user_id)}/{sound_id}/{name}"


def read_upload_key(key: str) -> tuple[str, str] | None:
    """Return the user's id and the sound's id from an upload's key; None if the key is not that of an upload."""
    match key.split("/"):
        case ["sounds", user, sound_id, "upload"] if user_component(user_id := unquote(user)) == user:
            return user_id, sound_id
    return None
