"""Tags of a finished file, in a form that does not depend on the file's format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f]+")


def printable(text: str) -> str:
    """Replace control characters by a space and lone surrogates by ``?``, so that every format can hold the text."""
    return _CONTROL_CHARACTERS.sub(" ", text).encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of the file that players list and can jump to."""

    title: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A picture that players show."""

    content_type: str
    """``image/jpeg`` or ``image/png``."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Tags of a finished file."""

    title: str
    artists: tuple[str, ...] = ()
    """The name of the author, or the names of the speakers."""
    album: str | None = None
    chapters: tuple[Chapter, ...] = ()
    cover: Cover | None = None
