"""Uploads of files as sounds, which are skipped for files that are already sounds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline_cli import shown
from castline_cli.errors import CastlineError, FileProblem, Interrupted, NotFound, Refused
from castline_cli.output import complain
from castline_cli.progress import upload_bars
from castline_cli.sound_references import SoundReference
from castline_cli.sounds import find_sound, list_sounds, wait_until_checked
from castline_cli.strings import t
from castline_client.files import MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from castline_cli.api import Api, Json
    from castline_cli.progress import UploadBar
    from castline_cli.session import Session
    from castline_client.types import CreatedSound

_MAX_NAME_CHARACTERS: Final = 200
"""The longest name that the service accepts."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """File that can be uploaded."""

    path: Path
    media_type: str
    size_bytes: int

    @classmethod
    def at(cls, path: Path) -> LocalFile:
        """Return the file at ``path``.

        Raises:
            FileProblem: the file cannot be read, is empty, or does not have the extension of a sound.
        """
        media_type = MEDIA_TYPES.get(path.suffix.lower())
        try:
            with path.open("rb") as file:
                size_bytes = file.seek(0, 2)
        except OSError as error:
            raise FileProblem(t("cannot read {name}: {strerror}", name=path, strerror=error.strerror)) from error
        if not size_bytes:
            raise FileProblem(t("{path} is empty", path=path))
        if media_type is None:
            *others, last = MEDIA_TYPES
            raise FileProblem(
                t(
                    "{path} does not have the extension of a sound; Castline accepts {names} and {last}",
                    path=path,
                    names=", ".join(others),
                    last=last,
                )
            )
        return cls(path, media_type, size_bytes)

    @property
    def name(self) -> str:
        """The name of the file's sound."""
        return shown.line(self.path.name.encode("utf-8", "replace").decode("utf-8"))[:_MAX_NAME_CHARACTERS]


class Uploads:
    """Sounds that one command needs. Each file is uploaded at most once, and not at all if it is already a sound."""

    def __init__(self, api: Api, session: Session, *, again: bool) -> None:
        """Store the collaborators.

        Args:
            api: the service.
            session: the session, for messages.
            again: whether files that seem to be sounds already are uploaded, too.
        """
        self._api = api
        self._session = session
        self._again = again
        self._listed: list[Json] | None = None
        self._provided: dict[LocalFile, Json] = {}

    def insert_ids(self, clips: Iterable[Json]) -> None:
        """Replace each ``sound_id`` that is a reference by the id of a sound that is ready.

        Raises:
            FileProblem: a file cannot be uploaded.
            NotFound: there is neither a file nor a sound with a name.
            Refused: a file cannot be used, or there are too many sounds.
            Unreachable: an upload failed repeatedly.
            Interrupted: the user pressed Ctrl-C.
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
        """Return the ready sound of each file, uploading files that have none.

        Raises: the errors of ``insert_ids``.
        """
        given = dict.fromkeys(files)
        sounds = {file: self._provided[file] for file in given if file in self._provided}
        sounds |= {file: sound for file in given if file not in sounds and (sound := self._known(file)) is not None}
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
                kept = t("; already uploaded: {names}", names=t(", ").join(uploaded)) if uploaded else ""
                raise Interrupted(t("interrupted while uploading{kept}", kept=kept)) from interruption
        self._provided |= sounds
        if refusals:
            raise Refused("\ncastline: ".join(map(str, refusals)), code=refusals[0].code) from refusals[0]
        return sounds

    def _sounds(self) -> list[Json]:
        if self._listed is None:
            self._listed = list_sounds(self._api)
        return self._listed

    def _kept(self, reference: SoundReference) -> Json:
        """Return the existing sound of a reference.

        Raises:
            NotFound: no sound matches the reference.
            Misused: several sounds match the reference.
        """
        ready = [each for each in self._sounds() if each["status"] == "ready"]
        sound = find_sound(ready, reference.written) or find_sound(self._sounds(), reference.written)
        if sound is None:
            listing = self._session.command("sounds", "list")
            raise NotFound(
                t(
                    "there is no file {written}, and no sound of that name or id (see {listing})",
                    written=reference.written,
                    listing=listing,
                )
            )
        return sound

    def _known(self, file: LocalFile) -> Json | None:
        """Return the ready sound with the name and the size of a file, and print a note about it; or None."""
        if self._again:
            return None
        for sound in self._sounds():
            if (sound["name"], sound["size_bytes"], sound["status"]) == (file.name, file.size_bytes, "ready"):
                complain(
                    t(
                        "{path} is not uploaded: the sound {id} has the same name and size (use --upload-again "
                        "to upload it)",
                        path=file.path,
                        id=sound["id"],
                    )
                )
                return sound
        return None

    def _upload(self, file: LocalFile, bar: UploadBar) -> Json:
        """Create a sound and send its file."""
        try:
            sound = self._api.create_sound(name=file.name, size_bytes=file.size_bytes, content_type=file.media_type)
        except Refused as refusal:
            raise self._explained(refusal, file) from refusal
        try:
            self._api.send_file(file.path, sound, on_sent=bar.show_sent)
        except OSError as error:
            self._forget(sound)
            raise FileProblem(t("cannot read {name}: {strerror}", name=file.path, strerror=error.strerror)) from error
        except BaseException:
            self._forget(sound)
            raise
        bar.show_check()
        return dict(sound)

    def _forget(self, sound: CreatedSound) -> None:
        """Delete a sound whose file has not arrived, if that is possible."""
        with suppress(CastlineError):
            self._api.delete_sound(sound["id"])

    def _explained(self, refusal: Refused, file: LocalFile) -> Refused:
        if refusal.code == "SOUND_LIMIT_EXCEEDED":
            advice = t("{command} makes room", command=self._session.command("sounds", "delete", "SOUND"))
            return Refused(f"{refusal.message}\n  {advice}", code=refusal.code)
        return Refused(f"{file.path}: {refusal.message}", code=refusal.code, details=refusal.details)
