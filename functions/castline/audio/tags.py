"""Tags of a finished file, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass


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
    """What a file tells about itself."""

    title: str
    artists: tuple[str, ...] = ()
    """The name of the author, or those of the speakers."""
    album: str | None = None
    chapters: tuple[Chapter, ...] = ()
    cover: Cover | None = None
