"""Clips of audio and covers: uploading, waiting until they have been checked, downloading."""

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
"""Between two looks, when the service does not say."""
MIN_POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 300.0
"""The longest time of a check. The service reads a file for a minute at most, and may try again."""


def sounds() -> Flow[list[SoundDetail]]:
    """Return the user's clips of audio and covers, newest first."""
    found = yield from body_of(Request[SoundList]("GET", "/sounds"))
    return found["items"]


def sound(sound_id: str) -> Flow[SoundLink]:
    """Return a sound, and where it can be listened to or seen."""
    return body_of(Request[SoundLink]("GET", path_to("sounds", sound_id)))


def delete_sound(sound_id: str) -> Flow[None]:
    """Delete a sound. Jobs that were submitted with it are not changed."""
    yield from ask(Request[None]("DELETE", path_to("sounds", sound_id)))


def create_sound(*, name: str, size_bytes: int, content_type: str) -> Flow[CreatedSound]:
    """Announce a file; the answer's ``upload`` says where to ``send_file`` it. ``upload_sound`` does it all."""
    body = {"name": name, "size_bytes": size_bytes, "content_type": content_type}
    return body_of(Request[CreatedSound]("POST", "/sounds", body=body))


def send_file(
    path: PathLike, created: CreatedSound, *, on_sent: Callable[[int], object] = lambda _bytes: None
) -> Flow[None]:
    """Send a file to where ``create_sound`` has said.

    Args:
        path: the file.
        created: the answer of ``create_sound``.
        on_sent: is told how many bytes have been sent, at each attempt from 0 on.

    Raises:
        OSError: the file cannot be read.
        FileChanged: it has another size by now.
        Refused: it is refused.
        TransferFailed: it fails again and again.
    """
    return upload(Path(path), created["upload"], created["size_bytes"], on_sent)


def wait_for_sound(sound_id: str) -> Flow[SoundLink]:
    """Look at an uploaded sound until the service has checked it, and return it.

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
    """Upload a clip of audio or a cover, and return it when it can be used.

    Args:
        path: a file whose extension says what it is.
        name: its name at the service; by default the file's.

    Raises:
        ValueError: the extension is none of those that the service takes.
        OSError: the file cannot be read.
        SoundUnusable: the service cannot use the file.
        TransferFailed: the upload breaks again and again.
    """
    file = Path(path)
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise ValueError(f"{file} is no sound by its name; it has to end with one of {', '.join(MEDIA_TYPES)}")
    created = yield from create_sound(name=name or file.name, size_bytes=file.stat().st_size, content_type=media_type)
    try:
        yield from send_file(file, created)
    except (OSError, Refused, TransferFailed):
        yield from delete_sound(created["id"])
        raise
    return (yield from wait_for_sound(created["id"]))


def sound_pieces(sound_id: str, file: Offer | None = None) -> Flow[None]:
    """Iterate over the bytes of a sound's file, each once, however often the connection breaks.

    Args:
        sound_id: the sound.
        file: what ``sound_file`` has given, if it was asked before.
    """
    first = file if file is not None else (yield from sound_file(sound_id))
    yield from file_pieces(first, lambda: sound_file(sound_id))


def download_sound(sound_id: str, to: PathLike = ".", *, overwrite: bool = False) -> Flow[Path]:
    """Write a sound to a file and return its path: audio as MP3, a picture as it was uploaded.

    Raises:
        FileExistsError: there is such a file.
        Refused: the sound is not ready.
    """
    offer = yield from sound_file(sound_id)
    path = target(to, offer.filename)
    with whole_file(path, overwrite=overwrite) as write:
        yield from giving_items_to(write, file_pieces(offer, lambda: sound_file(sound_id)))
    return path


def sound_file(sound_id: str) -> Flow[Offer]:
    """Return where a sound can be listened to, as MP3, or a picture be seen.

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
