"""Files as users upload them, good and hostile, made where they are needed."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import zipfile
import zlib
from typing import TYPE_CHECKING

import imageio_ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

SINE = "sine=frequency=440:duration=2:sample_rate=44100"
PICTURE = "testsrc=duration=2:size=64x64"


def ffmpeg(*arguments: str | Path) -> None:
    """Run FFmpeg."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 (our own arguments)


def tone(path: Path, *options: str, source: str = SINE) -> Path:
    """Write a tone of two seconds; the path's extension and ``options`` say in which format."""
    ffmpeg("-f", "lavfi", "-i", source, *options, path)
    return path


def png(path: Path) -> Path:
    """Write a small picture."""
    ffmpeg("-f", "lavfi", "-i", PICTURE, "-frames:v", "1", path)
    return path


def zipped() -> bytes:
    """Return a zip of what cannot be compressed."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("noise.bin", random.Random(1).randbytes(3_000_000))
    return written.getvalue()


def id3(*frames: bytes, version: int = 4) -> bytes:
    """Return an ID3 tag."""
    body = b"".join(frames)
    return b"ID3" + bytes([version, 0, 0]) + _syncsafe(len(body)) + body


def text_frame(text: bytes) -> bytes:
    """Return a frame of an ID3v2.4 tag."""
    return b"TXXX" + _syncsafe(len(text) + 1) + b"\0\0\x03" + text


def compressed_frame(text: bytes) -> bytes:
    """Return a compressed frame of an ID3v2.3 tag."""
    body = struct.pack(">I", len(text)) + zlib.compress(text, 9)
    return b"TXXX" + struct.pack(">I", len(body)) + b"\0\x80" + body


def compressed_movie(unpacked_bytes: int, declared_bytes: int) -> bytes:
    """Return an M4A whose index is compressed zeros, and declares a size."""
    packed = zlib.compress(bytes(unpacked_bytes), 9)
    movie = _atom(b"dcom", b"zlib") + _atom(b"cmvd", struct.pack(">I", declared_bytes) + packed)
    return _atom(b"ftyp", b"M4A \0\0\0\0M4A isom") + _atom(b"moov", _atom(b"cmov", movie))


def with_comments(flac: bytes, count: int) -> bytes:
    """Return a FLAC file with so many comments."""
    comments = b"".join(struct.pack("<I", 14) + b"k%06d=v12345" % number for number in range(count))
    block = struct.pack("<II", 0, count) + comments
    position = 4
    while not flac[position] & 0x80:
        position += 4 + int.from_bytes(flac[position + 1 : position + 4], "big")
    position += 4 + int.from_bytes(flac[position + 1 : position + 4], "big")
    return flac[:4] + b"\0" + flac[5:42] + b"\x84" + len(block).to_bytes(3, "big") + block + flac[position:]


def with_data_size(wav: bytes, size: int) -> bytes:
    """Return a WAV whose header declares so many bytes of samples."""
    position = wav.index(b"data") + 4
    return wav[:position] + struct.pack("<I", size) + wav[position + 4 :]


def _syncsafe(size: int) -> bytes:
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content
