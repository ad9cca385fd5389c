"""Music of a job, from options and a JSON file: intro, outro and bed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from castline_cli.errors import FileProblem, Misused
from castline_cli.files import name_of, read_text
from castline_cli.sound_references import SoundReference, folder_of, with_reference
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.api import Json

_DURATION: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicOptions:
    """Options of a command about music; None for options that are not set."""

    intro: str | None = None
    intro_overlap_ms: int | None = None
    outro: str | None = None
    outro_overlap_ms: int | None = None
    bed: str | None = None
    bed_gain_db: float | None = None
    duck_db: float | None = None
    file: str | None = None
    """A JSON file with all settings of the music."""

    @property
    def are_given(self) -> bool:
        """Whether any option is set."""
        return self != MusicOptions()

    def music(self, before: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Return the music for the API. A ``sound_id`` may still be a reference.

        Args:
            before: the existing music, parts of which the options change. A JSON file replaces it.

        Raises:
            FileProblem: the JSON file cannot be read, or is not valid.
            Misused: an option is about a part that does not exist.
        """
        parts = {name: dict(part) for name, part in (before or {}).items()}
        if self.file is not None:
            parts = read_music(self.file)
        # Music that overlaps with words fades, so that the words can be understood.
        before_words, after_words = self.intro_overlap_ms, self.outro_overlap_ms
        given = {
            "intro": _given(_reference(self.intro), overlap_ms=before_words, fade_out_ms=before_words),
            "outro": _given(_reference(self.outro), overlap_ms=after_words, fade_in_ms=after_words),
            "bed": _given(_reference(self.bed), gain_db=self.bed_gain_db, duck_db=self.duck_db),
        }
        for name, fields in given.items():
            if fields and "sound_id" not in fields and name not in parts:
                raise Misused(t("there is no {name} to change; name its sound with --{name}", name=name))
            if fields:
                parts[name] = {**parts.get(name, {}), **fields}
        return parts


def read_music(written: str) -> dict[str, Json]:
    """Read a JSON file that has the fields of the API's ``music``.

    A part may name its sound in ``sound``, like an option, instead of ``sound_id``. Paths of files are relative to
    the JSON file.

    Raises:
        FileProblem: the file cannot be read, or is not valid.
    """
    name = name_of(written)
    try:
        music = json.loads(read_text(written))
    except ValueError as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise FileProblem(t("{name}{line}: not valid JSON ({error})", name=name, line=line, error=error)) from error
    if not isinstance(music, dict) or not all(isinstance(part, dict) for part in music.values()):
        raise FileProblem(
            t(
                '{name} does not describe music; write {{"intro": {{"sound": "FILE", …}}, "outro": …, "bed": …}}',
                name=name,
            )
        )
    folder = folder_of(written)
    return {part: with_reference(fields, folder) for part, fields in music.items()}


def milliseconds(written: str) -> int:
    """Parse a duration in milliseconds: ``1.5s``, ``1500ms`` or ``1500``.

    Raises:
        ValueError: the text is not a duration.
    """
    match = _DURATION.fullmatch(written.strip())
    if match is None:
        raise ValueError(t("{written} is not a duration; write 1.5s, or 1500 for milliseconds", written=written))
    return round(float(match["number"]) * (1000 if match["unit"] == "s" else 1))


def _reference(written: str | None) -> dict[str, Any]:
    return {} if written is None else {"sound_id": SoundReference(written)}


def _given(reference: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {**reference, **{name: value for name, value in options.items() if value is not None}}
