"""Vorbis comments: the tags of FLAC and Opus files, with their chapters and, for Opus, the cover.

Chapters are pairs of comments, ``CHAPTER000=00:00:00.000`` and ``CHAPTER000NAME=…``
(https://wiki.xiph.org/Chapter_Extension). Their numbers have three digits, so there are at most 1,000 chapters.
"""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Final

from castline.audio import image_header
from castline.audio.tags import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.audio.tags import Chapter, Cover, Tags

_MAX_CHAPTERS: Final = 1_000
_FRONT_COVER: Final = 3
_BITS_A_PIXEL_NOT_STATED: Final = 0
_NO_PALETTE: Final = 0


def vorbis_comments(tags: Tags) -> dict[str, str]:
    """Return the comments of a file, without its cover."""
    comments = {"TITLE": printable(tags.title)}
    if tags.artists:
        comments["ARTIST"] = printable(", ".join(tags.artists))
    if tags.album is not None:
        comments["ALBUM"] = printable(tags.album)
    for number, chapter in enumerate(tags.chapters[:_MAX_CHAPTERS]):
        comments.update(_chapter(f"CHAPTER{number:03}", chapter))
    return comments


def picture_comment(cover: Cover) -> dict[str, str]:
    """Return the comment that holds a cover: FLAC's picture block as base64.

    Raises:
        UnusableUpload: the cover is not an image.
    """
    header = image_header.read(cover.data)
    media_type = cover.content_type.encode("ascii")
    no_description = 0
    block = b"".join(
        (
            struct.pack(">II", _FRONT_COVER, len(media_type)),
            media_type,
            struct.pack(">I", no_description),
            struct.pack(">IIII", header.width, header.height, _BITS_A_PIXEL_NOT_STATED, _NO_PALETTE),
            struct.pack(">I", len(cover.data)),
            cover.data,
        )
    )
    return {"METADATA_BLOCK_PICTURE": base64.b64encode(block).decode("ascii")}


def _chapter(key: str, chapter: Chapter) -> Iterator[tuple[str, str]]:
    seconds, ms = divmod(chapter.start_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    yield key, f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"
    yield f"{key}NAME", printable(chapter.title)
