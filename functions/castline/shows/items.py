"""Shows as documents: their keys, attributes and JSON, for ``castline.documents.items``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from castline.documents.model import Kind
from castline.jobs.items import known, read_music, read_voice_assignment
from castline.jobs.model import Titles
from castline.jobs.plain_values import plain_values
from castline.pronunciation_sets.items import pronunciation_values, read_pronunciations
from castline.shows.errors import ShowLimitExceeded, ShowNotFound
from castline.shows.model import Show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _write(show: Show) -> dict[str, Any]:
    values = plain_values(show) | {"pronunciations": pronunciation_values(show.pronunciations)}
    return {name: value for name, value in values.items() if value not in (None, [])}


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "titles": lambda values: known(Titles, values),
    "cast": lambda values: tuple(map(read_voice_assignment, values)),
    "pronunciations": read_pronunciations,
    "pronunciation_sets": tuple,
    "output_format": OutputFormat,
    "quality": Quality,
    "loudness": Loudness,
    "music": read_music,
}
"""Functions that read a field from its stored value. All other fields are stored unchanged."""


def _read(values: dict[str, Any]) -> Show:
    return known(Show, {name: _READ[name](value) if name in _READ else value for name, value in values.items()})


SHOWS: Final[Kind[Show]] = Kind(
    directory="SHOWS",
    directory_attribute="shows",
    prefix="SHOW#",
    content_attribute="show",
    write=_write,
    read=_read,
    note=lambda show: show.titles.title,
    not_found=ShowNotFound,
    limit_exceeded=ShowLimitExceeded,
)
