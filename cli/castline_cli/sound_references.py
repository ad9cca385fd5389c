"""Sounds as users write them: files, and names and ids of sounds that the service keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from castline_cli.files import STANDARD

if TYPE_CHECKING:
    from castline_cli.api import Json


@dataclass(frozen=True, slots=True)
class SoundReference:
    """A sound as a user has written it."""

    written: str
    folder: Path = Path()
    """Folder that relative paths start from."""

    @property
    def path(self) -> Path | None:
        """The file; None if there is none."""
        path = self.folder / Path(self.written).expanduser()
        return path if path.exists() else None


def with_reference(clip: Json, folder: Path) -> Json:
    """Return the fields of a clip, in which ``sound``, if it is there, has become a reference as the ``sound_id``."""
    if not isinstance(clip.get("sound"), str):
        return clip
    others = {name: value for name, value in clip.items() if name != "sound"}
    return {**others, "sound_id": SoundReference(clip["sound"], folder)}


def folder_of(written: str) -> Path:
    """Return the folder that paths in a file are relative to; for standard input, the current one."""
    return Path() if written == STANDARD else Path(written).parent
