"""Keys of the objects in the audio bucket.

    segments/<user_id>/<fingerprint>                   one segment: frames, PCM, words, mastered frames
    segments/<user_id>/<fingerprint>.<loudness>        its frames, mastered for files with another loudness target
    audio/<job_id>/<audio_file_id>.<format>            one finished file: mp3, wav, flac, opus or m4b
    audio/<job_id>/<audio_file_id>.cues.json           the subtitle cues of the file
    audio/<job_id>/<audio_file_id>.words.json          the words of the file and their times
    audio/<job_id>/<audio_file_id>.<vtt|srt|ass>       the subtitles, if they are too large for an API response
    audio/<job_id>/<audio_file_id>.<level>.json        the timings of a level, if they are too large
    audio/silence.mp3                                  silent MP3 frames, for the gaps of playlists
    sounds/<user_id>/<sound_id>/<file>                 an uploaded sound, and its forms
    previews/<user_id>/<preview_id>.mp3                the audio of a preview

A segment's fingerprint is the hash of everything that shapes its sound. Each user has separate segments, so users
cannot find out which texts other users have had spoken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from castline.audio.profile import Loudness

SILENCE_KEY: Final = "audio/silence.mp3"
"""The key of the silence that all playlists share. It expires like jobs' audio, and is stored again before that."""


def segment_key(user_id: str, fingerprint: str) -> str:
    """Return the key of a segment."""
    return f"segments/{user_component(user_id)}/{fingerprint}"


def mastered_name(fingerprint: str, loudness: Loudness) -> str:
    """Return the name of a segment's mastered frames, which replaces the fingerprint in their key."""
    return f"{fingerprint}.{loudness.value}"


def audio_key(job_id: str, audio_file_id: str, extension: str) -> str:
    """Return the key of a finished file; ``extension`` has no dot."""
    return f"audio/{job_id}/{audio_file_id}.{extension}"


def preview_audio_key(user_id: str, preview_id: str) -> str:
    """Return the key of the audio of a preview."""
    return f"previews/{user_component(user_id)}/{preview_id}.mp3"


def user_component(user_id: str) -> str:
    """Escape a user's id as one component of a key, by percent-encoding that includes slashes and dots.

    This way, no two users share a prefix, and an HTTP client cannot resolve ``..`` in the key.

    Raises:
        UnicodeEncodeError: the id contains half of a surrogate pair.
    """
    return quote(user_id, safe="").replace(".", "%2E")
