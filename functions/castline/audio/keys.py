"""Keys of the objects in the audio bucket.

    segments/<user_id>/<fingerprint>                   one segment: frames, PCM, words, mastered frames
    segments/<user_id>/<fingerprint>.<loudness>        its frames, mastered for files of another loudness
    audio/<job_id>/<audio_file_id>.<format>            one finished file: mp3, wav, flac, opus or m4b
    audio/<job_id>/<audio_file_id>.cues.json           the subtitle cues of the file
    audio/<job_id>/<audio_file_id>.words.json          its words, and when each is heard
    audio/<job_id>/<audio_file_id>.<vtt|srt|ass>       the subtitles, if they are too large for an API response
    audio/<job_id>/<audio_file_id>.<level>.json        the timings of a level, if they are too large
    audio/silence.mp3                                  silent MP3 frames, for the gaps of playlists
    sounds/<user_id>/<sound_id>/<file>                 an uploaded sound, and the forms that are made of it
    previews/<user_id>/<preview_id>.mp3                a preview for listening

A segment's fingerprint is the hash of everything that shapes its sound. Each user has separate segments, so nobody
can find out what another user has had spoken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from castline.audio.profile import Loudness

SILENCE_KEY: Final = "audio/silence.mp3"
"""The key of the silence of all playlists. It expires as the audio of jobs does, and is stored anew before that."""


def segment_key(user_id: str, fingerprint: str) -> str:
    """Return the key of a segment."""
    return f"segments/{user_component(user_id)}/{fingerprint}"


def mastered_name(fingerprint: str, loudness: Loudness) -> str:
    """Return the name that a segment's mastered frames have in place of its fingerprint."""
    return f"{fingerprint}.{loudness.value}"


def audio_key(job_id: str, audio_file_id: str, extension: str) -> str:
    """Return the key of a finished file; ``extension`` comes without a dot."""
    return f"audio/{job_id}/{audio_file_id}.{extension}"


def preview_audio_key(user_id: str, preview_id: str) -> str:
    """Return the key of the audio of a preview."""
    return f"previews/{user_component(user_id)}/{preview_id}.mp3"


def user_component(user_id: str) -> str:
    """Return a user's id as one component of a key, percent-encoded, dots included.

    No two users share a prefix, and an HTTP client cannot resolve ``..`` in the key.

    Raises:
        UnicodeEncodeError: the id holds half of a surrogate pair.
    """
    return quote(user_id, safe="").replace(".", "%2E")
