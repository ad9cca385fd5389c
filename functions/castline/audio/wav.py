"""Streaming WAV encoder. The length is known beforehand, so the header states it from the start."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from castline.audio.errors import LengthMismatch
from castline.audio.profile import STANDARD
from castline.pcm import SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from castline.audio.profile import AudioProfile

_UINT32_MAX: Final = 0xFFFF_FFFF
_WAVE_FORMAT_PCM: Final = 1
_CHUNK_HEADER_BYTES: Final = 8
_DS64_BODY_BYTES: Final = 28


def encode_wav(pcm: Iterable[bytes], total_samples: int, profile: AudioProfile = STANDARD) -> Iterator[bytes]:
    """Yield a WAV header, then ``pcm``, which holds ``total_samples`` samples of each channel in all.

    Raises:
        LengthMismatch: ``pcm`` holds more or fewer samples.
    """
    yield wav_header(total_samples, profile)
    written_bytes = 0
    for chunk in pcm:
        written_bytes += len(chunk)
        yield chunk
    if written_bytes != total_samples * profile.channels * SAMPLE_WIDTH_BYTES:
        raise LengthMismatch(f"promised {total_samples} samples, wrote {written_bytes} bytes")


def wav_header(total_samples: int, profile: AudioProfile = STANDARD) -> bytes:
    """Build the header: RIFF, or RF64 (EBU Tech 3306) for a file whose size does not fit into RIFF's 32 bits."""
    data_bytes = total_samples * profile.channels * SAMPLE_WIDTH_BYTES
    format_chunk = _format_chunk(profile)
    riff_bytes = len(b"WAVE") + len(format_chunk) + _CHUNK_HEADER_BYTES + data_bytes
    if riff_bytes <= _UINT32_MAX:
        return b"".join(
            (
                struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE"),
                format_chunk,
                struct.pack("<4sI", b"data", data_bytes),
            )
        )
    rf64_bytes = riff_bytes + _CHUNK_HEADER_BYTES + _DS64_BODY_BYTES
    return b"".join(
        (
            struct.pack("<4sI4s", b"RF64", _UINT32_MAX, b"WAVE"),
            struct.pack("<4sIQQQI", b"ds64", _DS64_BODY_BYTES, rf64_bytes, data_bytes, total_samples, 0),
            format_chunk,
            struct.pack("<4sI", b"data", _UINT32_MAX),
        )
    )


def _format_chunk(profile: AudioProfile) -> bytes:
    sample_bytes = profile.channels * SAMPLE_WIDTH_BYTES
    return struct.pack(
        "<4sIHHIIHH",
        b"fmt ",
        16,
        _WAVE_FORMAT_PCM,
        profile.channels,
        profile.sample_rate_hz,
        profile.sample_rate_hz * sample_bytes,
        sample_bytes,
        SAMPLE_WIDTH_BYTES * 8,
    )
