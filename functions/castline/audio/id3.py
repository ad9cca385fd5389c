"""ID3 tag of an MP3: title, artists, album, chapters and a cover.

The tag is ID3v2.3 (https://id3.org/id3v2.3.0) with chapter frames (https://id3.org/id3v2-chapters-1.0). ID3v2.4 would
allow UTF-8, but some players read only 2.3, and every player that reads chapters reads them in 2.3. All text is
UTF-16 with a byte order mark, the only encoding of 2.3 that can hold every writing system.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from castline.audio.tags import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.audio.tags import Chapter, Cover, Tags

_VERSION_2_3_0: Final = b"ID3\x03\x00"
_NO_FLAGS: Final = 0
_UTF_16_WITH_BOM: Final = b"\x01"
_BYTE_ORDER_MARK: Final = b"\xff\xfe"
_LATIN_1: Final = b"\x00"
_FRONT_COVER: Final = b"\x03"

_OFFSET_NOT_STATED: Final = 0xFFFF_FFFF
_CHILDREN_MAX: Final = 255
_ORDERED: Final = 0b01
_TOP_LEVEL: Final = 0b10


def id3_tag(tags: Tags) -> bytes:
    """Build the tag that goes before the first frame of the file. It may have any number of chapters."""
    frames = [_text_frame("TIT2", tags.title)]
    if tags.artists:
        frames.append(_text_frame("TPE1", "/".join(tags.artists)))
    if tags.album is not None:
        frames.append(_text_frame("TALB", tags.album))
    names = [f"chp{number}" for number in range(len(tags.chapters))]
    if names:
        frames += _contents(names)
    frames += map(_chapter, names, tags.chapters)
    if tags.cover is not None:
        frames.append(_picture(tags.cover))
    body = b"".join(frames)
    return _VERSION_2_3_0 + bytes([_NO_FLAGS]) + _seven_bits_a_byte(len(body)) + body


def _contents(chapter_names: Sequence[str]) -> Iterator[bytes]:
    """Yield the table of contents, top level first. More than 255 chapters need tables of tables."""
    layers = [list(chapter_names)]
    tables: list[list[bytes]] = []
    while len(layers[-1]) > _CHILDREN_MAX:
        children = layers[-1]
        groups = [children[first : first + _CHILDREN_MAX] for first in range(0, len(children), _CHILDREN_MAX)]
        names = [f"toc{len(layers)}.{number}" for number in range(len(groups))]
        tables.append([_table(name, group, _ORDERED) for name, group in zip(names, groups, strict=True)])
        layers.append(names)
    yield _table("toc", layers[-1], _TOP_LEVEL | _ORDERED)
    for layer in reversed(tables):
        yield from layer


def _table(name: str, children: Sequence[str], flags: int) -> bytes:
    entries = b"".join(_element_id(child) for child in children)
    return _frame("CTOC", _element_id(name) + bytes([flags, len(children)]) + entries)


def _chapter(name: str, chapter: Chapter) -> bytes:
    times = struct.pack(">4I", chapter.start_ms, chapter.end_ms, _OFFSET_NOT_STATED, _OFFSET_NOT_STATED)
    return _frame("CHAP", _element_id(name) + times + _text_frame("TIT2", chapter.title))


def _picture(cover: Cover) -> bytes:
    no_description = b"\0"
    media_type = cover.content_type.encode("ascii") + b"\0"
    return _frame("APIC", _LATIN_1 + media_type + _FRONT_COVER + no_description + cover.data)


def _text_frame(frame_id: str, text: str) -> bytes:
    return _frame(frame_id, _UTF_16_WITH_BOM + _BYTE_ORDER_MARK + printable(text).encode("utf-16-le"))


def _frame(frame_id: str, body: bytes) -> bytes:
    return struct.pack(">4sIH", frame_id.encode("ascii"), len(body), _NO_FLAGS) + body


def _element_id(name: str) -> bytes:
    return name.encode("ascii") + b"\0"


def _seven_bits_a_byte(number: int) -> bytes:
    """Encode ``number`` as a synchsafe integer: four bytes, each with a highest bit of 0."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
