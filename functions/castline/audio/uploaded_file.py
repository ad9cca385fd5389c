"""Uploaded audio file, as FFmpeg is given it, and what its header declares."""

from __future__ import annotations

import os
import struct
from typing import Any, BinaryIO, Final

_HEAD_BYTES: Final = 64 * 1024
_UNKNOWN_WAV_BYTES: Final = 0x7FFF0000
"""Sizes from here on are what programs write that do not know how much will follow, such as into a pipe."""
_VBR_HEADERS: Final = (b"Xing", b"Info", b"VBRI")


class UploadedFile:
    """A file as FFmpeg reads it: without the ID3 tags at its beginning.

    Nobody needs the tags. FFmpeg takes minutes for 100,000 of them, and unpacks those that are compressed.

    Attributes:
        head: the first bytes behind the tags.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = 0
        while (tag := self._at(self._start, 10))[:3] == b"ID3" and len(tag) == 10:
            self._start += 10 + sum(
                (byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True)
            )
        self.head = self._at(self._start, _HEAD_BYTES)
        self.seek(0)

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to another position, and return it."""
        if whence == os.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell() - self._start

    @property
    def begins_as_audio(self) -> bool:
        """Whether the file begins as one of a format that is read, so that what follows must be broken."""
        head = self.head
        return (
            head.startswith((b"fLaC", b"OggS"))
            or (head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE")
            or (head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"})
            or head[4:8] == b"ftyp"
        )

    def _at(self, position: int, size: int) -> bytes:
        self._file.seek(position)
        return self._file.read(size)


def declared_seconds(container: Any, stream: Any, file: UploadedFile) -> float:
    """Return the duration that a file's header declares; 0 if it declares none.

    FFmpeg estimates the duration of an MP3 without a header of its own, and of ADTS. Of a WAV it believes no header
    that goes beyond the end of the file.
    """
    names = set(container.format.name.split(","))
    if "wav" in names:
        context = stream.codec_context
        bits = _declared_wav_bytes(file) * 8
        return bits / context.bit_rate if context.bit_rate else 0.0
    if "ogg" in names or "aac" in names or stream.duration is None or stream.duration <= 0:
        return 0.0
    if "mp3" in names and not any(name in file.head for name in _VBR_HEADERS):
        return 0.0
    return float(stream.duration * stream.time_base)


def _declared_wav_bytes(file: UploadedFile) -> int:
    """Return the size of the samples by a WAV's header; 0 if it has none, or one for files of unknown length."""
    position = 12
    while (chunk := file.head[position : position + 8]) and len(chunk) == 8:
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            return 0 if size >= _UNKNOWN_WAV_BYTES else int(size)
        position += 8 + size + size % 2
    return 0
