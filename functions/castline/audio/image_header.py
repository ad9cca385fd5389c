"""Headers of JPEG and PNG files: media type, width and height, read without decoding the picture."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from castline.audio.upload_limits import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, UnusableUpload, UploadProblem

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES: Final = 33
_JPEG: Final = b"\xff\xd8\xff"
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_END_OR_SCAN: Final = frozenset({0xD9, 0xDA})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHeader:
    """Media type and size of an image."""

    content_type: str
    """``image/jpeg`` or ``image/png``."""
    width: int
    height: int


def read(data: bytes) -> ImageHeader:
    """Return the header of an image.

    Raises:
        UnusableUpload: the file is empty, broken, larger than a cover may be, or neither a JPEG nor a PNG image.
    """
    if not data:
        raise UnusableUpload(UploadProblem.EMPTY)
    if len(data) > MAX_IMAGE_BYTES:
        raise UnusableUpload(UploadProblem.TOO_LARGE)
    if data.startswith(_PNG):
        header = _read_png(data)
    elif data.startswith(_JPEG):
        header = _read_jpeg(data)
    else:
        raise UnusableUpload(UploadProblem.NOT_AN_IMAGE)
    if not (header.width and header.height):
        raise UnusableUpload(UploadProblem.BROKEN)
    if max(header.width, header.height) > MAX_IMAGE_PIXELS:
        raise UnusableUpload(UploadProblem.IMAGE_TOO_LARGE)
    return header


def _read_png(data: bytes) -> ImageHeader:
    """Read the IHDR chunk, the first one of every PNG file, and check that the file ends with an IEND chunk."""
    if len(data) < _PNG_HEADER_BYTES or data[8:16] != b"\x00\x00\x00\rIHDR" or b"IEND" not in data[-64:]:
        raise UnusableUpload(UploadProblem.BROKEN)
    width, height = struct.unpack(">II", data[16:24])
    return ImageHeader(content_type="image/png", width=width, height=height)


def _read_jpeg(data: bytes) -> ImageHeader:
    """Read the start-of-frame segment, and check that an end marker follows, after which some cameras write more."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        if marker in _END_OR_SCAN:
            break
        if marker in _WITHOUT_LENGTH:
            position += 2
            continue
        (length,) = struct.unpack(">H", data[position + 2 : position + 4])
        if marker in _START_OF_FRAME and length >= 8 and position + 9 <= len(data):
            if b"\xff\xd9" not in data[position:]:
                break
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return ImageHeader(content_type="image/jpeg", width=width, height=height)
        if length < 2:
            break
        position += 2 + length
    raise UnusableUpload(UploadProblem.BROKEN)
