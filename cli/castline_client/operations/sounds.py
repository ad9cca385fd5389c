"""Operations on sounds: upload, wait for the check, download."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from castline_client.errors import Refused, SoundUnusable, TransferFailed, WaitTimedOut
from castline_client.file_names import file_name
from castline_client.files import MEDIA_TYPES, target, whole_file
from castline_client.operations.requests import body_of, path_to
from castline_client.retries import retry_after_seconds
from castline_client.sentences import Sentence
from castline_client.steps import Pause, Request, ask, giving_items_to
from castline_client.transfers import Offer, file_pieces, upload
from castline_client.types import CreatedSound, SoundLink, SoundList

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline_client.operations.results import PathLike
    from castline_client.steps import Flow
    from castline_client.types import SoundDetail

POLL_SECONDS: Final = 1.0
"""Seconds between two polls if the service sends no ``Retry-After``."""
MIN_POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 300.0
"""Maximum seconds of a check. The service reads a file for at most a minute, and may retry."""


def sounds() -> Flow[list[SoundDetail]]:
    """Return the user's audio clips and cover images, newest first."""
    found = yield from body_of(Request[SoundList]("GET", "/sounds"))
    return found["items"]


def sound(sound_id: str) -> Flow[SoundLink]:
    """Return a sound, with a URL that plays or shows it."""
    return body_of(Request[SoundLink]("GET", path_to("sounds", sound_id)))


def delete_sound(sound_id: str) -> Flow[None]:
    """Delete a sound. Jobs that were submitted with it are not changed."""
    yield from ask(Request[None]("DELETE", path_to("sounds", sound_id)))


def create_sound(*, name: str, size_bytes: int, content_type: str) -> Flow[CreatedSound]:
    """Create a sound whose file ``send_file`` then uploads. ``upload_sound`` does both, and waits for the check."""
    body = {"name": name, "size_bytes": size_bytes, "content_type": content_type}
    return body_of(Request[CreatedSound]("POST", "/sounds", body=body))


def send_file(
    path: PathLike, created: CreatedSound, *, on_sent: Callable[[int], object] = lambda _bytes: None
) -> Flow[None]:
    """Upload the file of a sound.

    Args:
        path: the path of the file.
        created: the result of ``create_sound``.
        on_sent: function that is called with the number of bytes sent; each attempt starts at 0.

    Raises:
        OSError: the file cannot be read.
        FileChanged: the size of the file has changed.
        Refused: the upload was refused.
        TransferFailed: the upload failed repeatedly.
    """
    return upload(Path(path), created["upload"], created["size_bytes"], on_sent)


def wait_for_sound(sound_id: str) -> Flow[SoundLink]:
    """Poll an uploaded sound until the service has checked it, and return it.

    Raises:
        SoundUnusable: the file cannot be used.
        WaitTimedOut: the check takes more than 5 minutes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = yield from ask(Request[SoundLink]("GET", path_to("sounds", sound_id)))
        found = answer.body
        if found["status"] == "failed":
            raise SoundUnusable(found)
        if found["status"] == "ready":
            return found
        if time.monotonic() > deadline:
            raise WaitTimedOut(Sentence("sound {sound} was not checked within 5 minutes", sound=sound_id))
        yield Pause(max(retry_after_seconds(answer.headers, default=POLL_SECONDS), MIN_POLL_SECONDS))


def upload_sound(path: PathLike, *, name: str | None = None) -> Flow[SoundLink]:
    """Upload an audio clip or a cover image, and return the sound when it is ready.

    Args:
        path: the path of the file. Its extension determines the media type.
        name: the name of the sound; the default is the file name.

    Raises:
        ValueError: the service does not accept the extension.
        OSError: the file cannot be read.
        SoundUnusable: the service cannot use the file.
        TransferFailed: the upload failed repeatedly.
    """
    file = Path(path)
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise ValueError(
            f"{file} does not have the extension of a sound; it has to end with one of {', '.join(MEDIA_TYPES)}"
        )
    created = yield from create_sound(name=name or file.name, size_bytes=file.stat().st_size, content_type=media_type)
    try:
        yield from send_file(file, created)
    except (OSError, Refused, TransferFailed):
        yield from delete_sound(created["id"])
        raise
    return (yield from wait_for_sound(created["id"]))


def sound_pieces(sound_id: str, file: Offer | None = None) -> Flow[None]:
    """Iterate over the bytes of a sound's file. A download that breaks is resumed.

    Args:
        sound_id: the id of the sound.
        file: the result of ``sound_file``, if it was called before.
    """
    first = file if file is not None else (yield from sound_file(sound_id))
    yield from file_pieces(first, lambda: sound_file(sound_id))


def download_sound(sound_id: str, to: PathLike = ".", *, overwrite: bool = False) -> Flow[Path]:
    """Save a sound in a file, and return its path. Audio is saved as MP3, an image as it was uploaded.

    Raises:
        FileExistsError: the file exists.
        Refused: the sound is not ready.
    """
    offer = yield from sound_file(sound_id)
    path = target(to, offer.filename)
    with whole_file(path, overwrite=overwrite) as write:
        yield from giving_items_to(write, file_pieces(offer, lambda: sound_file(sound_id)))
    return path


def sound_file(sound_id: str) -> Flow[Offer]:
    """Return a temporary URL of a sound: of audio as MP3, or of an image.

    Raises:
        Refused: the sound is not ready.
    """
    found = yield from sound(sound_id)
    stem, _, extension = found["name"].rpartition(".")
    if found["audio_url"]:
        return Offer(url=found["audio_url"], filename=file_name(f"{stem or extension}.mp3"))
    if found["image_url"]:
        return Offer(url=found["image_url"], filename=file_name(found["name"]), size_bytes=found["size_bytes"])
    raise Refused(
        Sentence(
            "{name} is {status}; there is nothing to download", name=found["name"], status=Sentence(found["status"])
        )
    )
