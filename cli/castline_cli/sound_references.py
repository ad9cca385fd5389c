"""References of users to sounds: files, and names or ids of sounds in the service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from castline_cli.files import STANDARD

if TYPE_CHECKING:
    from castline_cli.api import Json


@dataclass(frozen=True, slots=True)
class SoundReference:
    """Reference to a sound, as the user wrote it."""

    written: str
    folder: Path = Path()
    """The folder to which paths are relative."""

    @property
    def path(self) -> Path | None:
        """The path of the file; None if it does not exist."""
        path = self.folder / Path(self.written).expanduser()
        return path if path.exists() else None


def with_reference(clip: Json, folder: Path) -> Json:
    """Return the fields of a clip, in which a reference in ``sound_id`` replaces ``sound``."""
    if not isinstance(clip.get("sound"), str):
        return clip
    others = {name: value for name, value in clip.items() if name != "sound"}
    return {**others, "sound_id": SoundReference(clip["sound"], folder)}


def folder_of(written: str) -> Path:
    """Return the folder to which paths in a file are relative; for standard input, the current folder."""
    return Path() if written == STANDARD else Path(written).parent
