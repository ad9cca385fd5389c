"""ID3 tag of an MP3: title, artists, and a chapter for each turn.

The tag is ID3v2.3 (https://id3.org/id3v2.3.0) with chapter frames (https://id3.org/id3v2-chapters-1.0). ID3v2.4 would
allow UTF-8, but some players read only 2.3, and every player that reads chapters reads them in 2.3. All text is
UTF-16 with a byte order mark, the only encoding of 2.3 that can hold every writing system.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.audio.tags import Chapter

_VERSION_2_3_0: Final = b"ID3\x03\x00"
_NO_FLAGS: Final = 0
_UTF_16_WITH_BOM: Final = b"\x01"
_BYTE_ORDER_MARK: Final = b"\xff\xfe"
_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f]+")

_OFFSET_NOT_STATED: Final = 0xFFFF_FFFF
_CHILDREN_MAX: Final = 255
_ORDERED: Final = 0b01
_TOP_LEVEL: Final = 0b10


def id3_tag(*, title: str, artists: Sequence[str], chapters: Sequence[Chapter], album: str | None = None) -> bytes:
    """Build the tag that goes before the first frame of the file.

    Args:
        title: Title of the whole file. In all texts, a space replaces each control character.
        artists: The name of the author, or those of the speakers; may be empty.
        chapters: The chapters in order, any number.
        album: What the file is a part of.
    """
    frames = [_text_frame("TIT2", title)]
    if artists:
        frames.append(_text_frame("TPE1", "/".join(artists)))
    if album is not None:
        frames.append(_text_frame("TALB", album))
    names = [f"chp{number}" for number in range(len(chapters))]
    if chapters:
        frames += _contents(names)
    frames += map(_chapter, names, chapters)
    body = b"".join(frames)
    return _VERSION_2_3_0 + bytes([_NO_FLAGS]) + _seven_bits_a_byte(len(body)) + body


def _contents(chapter_names: Sequence[str]) -> Iterator[bytes]:
    """Yield the table of contents, top level first: tables of tables if there are more than 255 chapters."""
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


def _text_frame(frame_id: str, text: str) -> bytes:
    printable = _CONTROL_CHARACTERS.sub(" ", text)
    # A lone surrogate, which JSON can smuggle in, becomes a question mark.
    return _frame(frame_id, _UTF_16_WITH_BOM + _BYTE_ORDER_MARK + printable.encode("utf-16-le", "replace"))


def _frame(frame_id: str, body: bytes) -> bytes:
    return struct.pack(">4sIH", frame_id.encode("ascii"), len(body), _NO_FLAGS) + body


def _element_id(name: str) -> bytes:
    return name.encode("ascii") + b"\0"


def _seven_bits_a_byte(number: int) -> bytes:
    """Encode ``number`` as a synchsafe integer: four bytes, each with a highest bit of 0."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
