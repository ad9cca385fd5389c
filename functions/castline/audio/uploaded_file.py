"""Uploaded audio file in the form that FFmpeg reads, and the duration that its header declares."""

from __future__ import annotations

import os
import struct
from typing import Any, BinaryIO, Final

_HEAD_BYTES: Final = 64 * 1024
_UNKNOWN_WAV_BYTES: Final = 0x7FFF0000
"""Programs that do not know the length beforehand, such as those that write to a pipe, state sizes from here on."""
_VBR_HEADERS: Final = (b"Xing", b"Info", b"VBRI")


class UploadedFile:
    """A file without the ID3 tags at its beginning, for FFmpeg to read.

    The tags are not needed. FFmpeg would take minutes for 100,000 of them, and would decompress compressed ones.

    Attributes:
        head: the first bytes after the tags.
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
        """Whether the file begins like a supported format. Such a file is broken if FFmpeg cannot open it."""
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

    The result is 0 for an MP3 without a VBR header and for ADTS, because FFmpeg only estimates their duration. The
    header of a WAV is read here, because FFmpeg ignores a size that goes beyond the end of the file.
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
    """Return the size of the samples by a WAV's header; 0 if it states none, or one that stands for "unknown"."""
    position = 12
    while (chunk := file.head[position : position + 8]) and len(chunk) == 8:
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            return 0 if size >= _UNKNOWN_WAV_BYTES else int(size)
        position += 8 + size + size % 2
    return 0
