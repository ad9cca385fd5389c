"""Uploading sounds: a file becomes a sound that jobs can use, unless it is one already."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from castline_cli import shown
from castline_cli.api import http_client
from castline_cli.errors import CastlineError, FileProblem, Interrupted, NotFound, Refused, Unreachable
from castline_cli.output import complain
from castline_cli.progress import upload_bars
from castline_cli.sound_references import SoundReference
from castline_cli.sounds import find_sound, list_sounds, wait_until_checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from io import BufferedReader
    from pathlib import Path

    from castline_cli.api import Api, Json
    from castline_cli.progress import UploadBar
    from castline_cli.session import Session

MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/opus",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
"""The media type that is sent for a file, by its extension. It looks into the file, too."""

_MAX_NAME_CHARACTERS: Final = 200
"""The longest name that the service takes."""
_CHUNK_BYTES: Final = 64 * 1024
_TIMEOUT: Final = httpx.Timeout(60, connect=10)
_PAUSES_SECONDS: Final = (0.5, 1.0, 2.0, 4.0)
"""Between attempts to send a file, each of which begins anew."""
_CONFLICT: Final = 409
_TOO_MANY: Final = 429
_IS_THERE: Final = 412
"""The answer to sending a file again which has arrived already."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that can be uploaded."""

    path: Path
    media_type: str
    size_bytes: int

    @classmethod
    def at(cls, path: Path) -> LocalFile:
        """Look at the file at ``path``.

        Raises:
            FileProblem: it cannot be read, is empty, or its name does not say what it is.
        """
        media_type = MEDIA_TYPES.get(path.suffix.lower())
        try:
            with path.open("rb") as file:
                size_bytes = file.seek(0, 2)
        except OSError as error:
            raise FileProblem(f"cannot read {path}: {error.strerror}") from error
        if not size_bytes:
            raise FileProblem(f"{path} is empty")
        if media_type is None:
            *others, last = MEDIA_TYPES
            raise FileProblem(f"{path} is no sound by its name; Castline takes {', '.join(others)} and {last}")
        return cls(path, media_type, size_bytes)

    @property
    def name(self) -> str:
        """The name of its sound."""
        return shown.line(self.path.name.encode("utf-8", "replace").decode("utf-8"))[:_MAX_NAME_CHARACTERS]


class Uploads:
    """The sounds that one command needs. Each file is uploaded once, and not at all if it is a sound already."""

    def __init__(self, api: Api, session: Session, *, again: bool) -> None:
        """Prepare.

        Args:
            api: where the sounds are.
            session: for messages.
            again: whether files that seem to be sounds already are uploaded, too.
        """
        self._api = api
        self._session = session
        self._again = again
        self._listed: list[Json] | None = None

    def insert_ids(self, clips: Iterable[Json]) -> None:
        """Replace each ``sound_id`` that is a reference by the id of a sound that is ready.

        Raises:
            FileProblem: a file cannot be uploaded.
            NotFound: there is neither a file nor a sound of a name.
            Refused: a file cannot be used, or there are too many sounds.
            Unreachable: an upload breaks again and again.
            Interrupted: by Ctrl-C.
        """
        written = [clip for clip in clips if isinstance(clip.get("sound_id"), SoundReference)]
        references: list[SoundReference] = [clip["sound_id"] for clip in written]
        files = {reference: LocalFile.at(path) for reference in references if (path := reference.path) is not None}
        kept = {reference: self._kept(reference)["id"] for reference in references if reference not in files}
        sounds = self.provide(files.values())
        for clip in written:
            file = files.get(clip["sound_id"])
            clip["sound_id"] = kept[clip["sound_id"]] if file is None else sounds[file]["id"]

    def provide(self, files: Iterable[LocalFile]) -> Mapping[LocalFile, Json]:
        """Return the sound of each file, uploaded if there is none, and ready.

        Raises: as ``insert_ids``.
        """
        given = dict.fromkeys(files)
        sounds = {file: sound for file in given if (sound := self._known(file)) is not None}
        new: dict[LocalFile, tuple[Json, UploadBar]] = {}
        refusals: list[Refused] = []
        with upload_bars() as begin_bar:
            try:
                for file in [each for each in given if each not in sounds]:
                    bar = begin_bar(file.name, file.size_bytes)
                    new[file] = (self._upload(file, bar), bar)
                for file, (sound, bar) in new.items():
                    try:
                        sounds[file] = wait_until_checked(self._api, sound["id"], self._session)
                    except Refused as refusal:
                        refusals.append(refusal)
                    bar.hide()
            except KeyboardInterrupt as interruption:
                uploaded = [shown.line(sound["name"]) for sound, _bar in new.values()]
                kept = f"; {', '.join(uploaded)} need not be uploaded again" if uploaded else ""
                raise Interrupted(f"interrupted while uploading{kept}") from interruption
        if refusals:
            raise Refused("\ncastline: ".join(map(str, refusals)), code=refusals[0].code) from refusals[0]
        return sounds

    def _sounds(self) -> list[Json]:
        if self._listed is None:
            self._listed = list_sounds(self._api)
        return self._listed

    def _kept(self, reference: SoundReference) -> Json:
        """Return a sound that the service keeps.

        Raises:
            NotFound: there is none.
            Misused: several are meant.
        """
        ready = [each for each in self._sounds() if each["status"] == "ready"]
        sound = find_sound(ready, reference.written) or find_sound(self._sounds(), reference.written)
        if sound is None:
            listing = self._session.command("sounds", "list")
            raise NotFound(f"there is no file {reference.written}, and no sound of that name or id (see {listing})")
        return sound

    def _known(self, file: LocalFile) -> Json | None:
        """Return the ready sound that has the name and the size of a file, and say so."""
        if self._again:
            return None
        for sound in self._sounds():
            if (sound["name"], sound["size_bytes"], sound["status"]) == (file.name, file.size_bytes, "ready"):
                complain(
                    f"{file.path} is not uploaded: the sound {sound['id']} has its name and size "
                    "(--upload-again uploads it)"
                )
                return sound
        return None

    def _upload(self, file: LocalFile, bar: UploadBar) -> Json:
        """Create a sound and send its file."""
        request = {"name": file.name, "size_bytes": file.size_bytes, "content_type": file.media_type}
        try:
            sound: Json = self._api.create("/sounds", request).body
        except Refused as refusal:
            raise self._explained(refusal, file) from refusal
        try:
            send(file, sound["upload"], on_sent=bar.show_sent)
        except BaseException:
            with suppress(CastlineError):
                self._api.delete(f"/sounds/{sound['id']}")
            raise
        bar.show_check()
        return sound

    def _explained(self, refusal: Refused, file: LocalFile) -> Refused:
        if refusal.code == "SOUND_LIMIT_EXCEEDED":
            advice = f"{self._session.command('sounds', 'delete', 'SOUND')} makes room"
            return Refused(f"{refusal.message}\n  {advice}", code=refusal.code)
        return Refused(f"{file.path}: {refusal.message}", code=refusal.code, details=refusal.details)


def send(file: LocalFile, upload: Mapping[str, Any], *, on_sent: Callable[[int], None]) -> None:
    """Send a file to the address that the service has signed, again from its beginning while that fails.

    Args:
        file: the file.
        upload: the answer of the service that says how.
        on_sent: is told how many bytes have been sent, at each attempt from 0 on.

    Raises:
        FileProblem: the file cannot be read, or has changed.
        Refused: it is refused.
        Unreachable: it fails again and again.
    """
    for pause in _PAUSES_SECONDS:
        with suppress(_Failed):
            _send_once(file, upload, on_sent)
            return
        time.sleep(pause)
    try:
        _send_once(file, upload, on_sent)
    except _Failed as error:
        raise Unreachable(f"the upload of {file.path} fails again and again; try again later") from error


class _Failed(Exception):
    """An attempt to send a file has failed, and the next one may not."""


def _send_once(file: LocalFile, upload: Mapping[str, Any], on_sent: Callable[[int], None]) -> None:
    headers = {**upload["headers"], "Content-Length": str(file.size_bytes)}
    on_sent(0)
    try:
        # A client without the API's token: the address is signed, and S3 refuses two proofs.
        with file.path.open("rb") as content, http_client(upload["url"], timeout=_TIMEOUT) as client:
            chunks = _chunks(content, file, on_sent)
            answer = client.request(upload["method"], upload["url"], headers=headers, content=chunks)
    except OSError as error:
        raise FileProblem(f"cannot read {file.path}: {error.strerror}") from error
    except httpx.TransportError as error:
        raise _Failed from error
    if answer.is_server_error or answer.status_code in {_CONFLICT, _TOO_MANY}:
        raise _Failed
    if not answer.is_success and answer.status_code != _IS_THERE:
        raise Refused(f"the upload of {file.path} is refused ({answer.status_code}); try again")


def _chunks(content: BufferedReader, file: LocalFile, on_sent: Callable[[int], None]) -> Iterator[bytes]:
    """Yield as many bytes of a file as it had.

    Raises:
        FileProblem: it has fewer or more by now.
    """
    sent = 0
    while chunk := content.read(_CHUNK_BYTES):
        sent += len(chunk)
        if sent > file.size_bytes:
            break
        yield chunk
        on_sent(sent)
    if sent != file.size_bytes:
        raise FileProblem(f"{file.path} changes while it is uploaded")
