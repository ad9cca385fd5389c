"""Cast files: TOML files with the voices and deliveries of speakers, for use with many scripts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from castline_cli.errors import FileProblem
from castline_cli.files import name_of, read_text
from castline_cli.speakers import speaker_key
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_cli.api import Json

_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "voice": (str,),
    "language": (str,),
    "speed": (int, float),
    "pitch": (int,),
    "volume": (int, float),
    "style": (str,),
    "style_degree": (int, float),
}
"""Fields of a speaker, each with its allowed types."""
_KEYS: Final = ("cast", "provider", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCast:
    """Content of a cast file.

    Attributes:
        members: the fields of ``voice_assignments`` of each speaker, by speaker key. A ``voice_id`` may be a name, or
            be missing.
        speakers: the names as written in the file, in the order of ``members``.
        provider: the id of the provider; None if the file names none.
        language: the language of the script; None to guess it.
    """

    members: Mapping[str, Json] = field(default_factory=dict)
    speakers: Sequence[str] = ()
    provider: str | None = None
    language: str | None = None


def read_cast(written: str) -> WrittenCast:
    """Read a cast file.

        provider = "azure"                 # optional, like the language
        language = "en-US"

        [cast]
        Anna = "Ava"
        Tom = { voice = "en-US-GuyNeural", style = "cheerful", speed = 0.95 }

    Raises:
        FileProblem: the file cannot be read, or is not valid.
    """
    name = name_of(written)
    try:
        content = tomllib.loads(read_text(written))
    except tomllib.TOMLDecodeError as error:
        raise FileProblem(
            t(
                "{name}: not valid TOML ({error}); put names with characters other than A to Z, digits, - and _ "
                'in quotes: "Dr. No" = "Guy"',
                name=name,
                error=error,
            )
        ) from error
    cast = content.get("cast")
    strange = [key for key in content if key not in _KEYS]
    if strange or not isinstance(cast, dict):
        raise FileProblem(
            t('{name} is not a cast file; write [cast], then a line such as Anna = "Ava" for each speaker', name=name)
            if not strange
            else t(
                "{name}: {key} is unknown; a cast file can have {keys}",
                name=name,
                key=strange[0],
                keys=t(", ").join(_KEYS),
            )
        )
    members: dict[str, Json] = {}
    for speaker, value in cast.items():
        key = speaker_key(speaker)
        if not key or key in members:
            raise FileProblem(
                t("{name}: {speaker} is duplicated, or is not a name", name=name, speaker=repr(speaker))
            )
        members[key] = _member(name, speaker, value)
    return WrittenCast(
        members=members,
        speakers=[*cast],
        provider=_text(content, "provider", name),
        language=_text(content, "language", name),
    )


def _member(name: str, speaker: str, value: Any) -> Json:
    """Return the fields of a speaker for the ``value`` in the file: a voice, or a table of fields."""
    said = {"voice": value} if isinstance(value, str) else value
    if not isinstance(said, dict):
        raise FileProblem(t("{name}: {speaker} needs a voice, or {{ voice = … }}", name=name, speaker=speaker))
    for each, content in said.items():
        if each not in _FIELDS:
            keys = t(", ").join(_FIELDS)
            raise FileProblem(
                t(
                    "{name}: {key} is unknown; a speaker can have {keys}",
                    name=name,
                    key=f"{speaker}.{each}",
                    keys=keys,
                )
            )
        if not isinstance(content, _FIELDS[each]) or isinstance(content, bool) or content == "":
            raise FileProblem(
                t("{name}: {key} cannot be {value}", name=name, key=f"{speaker}.{each}", value=repr(content))
            )
    return {("voice_id" if each == "voice" else each): content for each, content in said.items()}


def _text(content: Json, key: str, name: str) -> str | None:
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise FileProblem(t("{name}: {key} cannot be {value}", name=name, key=key, value=repr(value)))
    return value
