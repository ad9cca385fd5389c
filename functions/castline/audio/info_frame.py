"""Info frame: the silent first frame of an MP3 file, whose Xing/LAME tag makes the file seekable and gapless.

Layout of the frame in standard quality (9 bytes of side information; 17 or 32 at 48 kHz):

    offset  bytes
         0      4  frame header
         4      9  side information, all zero: a decoder that does not know the tag plays silence
        13    120  Xing part: "Info" (for CBR), fields present, frame count, byte count, seek table, quality
       133     36  LAME part: encoder, encoder delay and padding, music length, two CRC-16s
       169    119  zeros

LAME 3.100 writes the same layout (``VbrTag.c``). http://gabriel.mp3-tech.org/mp3infotag.html describes it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Self

from castline.audio.mp3_frames import ENCODER_DELAY_SAMPLES, STANDARD_FORM, FrameForm

_MIN_PADDING_SAMPLES: Final = 576  # a decoder lags 529 samples behind; LAME flushes at least a frame
_FRAMES_BYTES_TOC_AND_QUALITY_FOLLOW: Final = 0b1111
# With CBR, time and bytes advance together.
_SEEK_TABLE: Final = bytes(percent * 256 // 100 for percent in range(100))
_QUALITY_NOT_STATED: Final = 0
_ENCODER: Final = b"LAME3.100"
_TAG_REVISION_0_CBR: Final = 0x01
_CRC_16_ARC_POLYNOMIAL: Final = 0xA001  # x^16 + x^15 + x^2 + 1, bits reversed


@dataclass(frozen=True, slots=True)
class Framing:
    """The layout that LAME gives PCM of a known length: frame count, delay and padding."""

    audio_frames: int
    padding_samples: int
    form: FrameForm = STANDARD_FORM

    @classmethod
    def of(cls, total_samples: int, form: FrameForm = STANDARD_FORM) -> Self:
        """Return the framing of ``total_samples``: delay, then the audio, then padding up to a whole frame."""
        delayed_samples = ENCODER_DELAY_SAMPLES + total_samples
        padding = _MIN_PADDING_SAMPLES + -(delayed_samples + _MIN_PADDING_SAMPLES) % form.samples
        frames = (delayed_samples + padding) // form.samples
        return cls(audio_frames=frames, padding_samples=padding, form=form)

    @property
    def file_size_bytes(self) -> int:
        """The size of the file: the Info frame and all audio frames."""
        return (1 + self.audio_frames) * self.form.size_bytes


def info_frame(framing: Framing) -> bytes:
    """Build the Info frame of a file with the given framing."""
    form = framing.form
    silence = form.header + bytes(form.side_information_bytes)
    tagged = silence + _xing_part(framing) + _lame_part_without_crc(framing)
    tagged += struct.pack(">H", _crc_16(tagged))
    return tagged.ljust(form.size_bytes, b"\0")


def _xing_part(framing: Framing) -> bytes:
    return struct.pack(
        ">4sIII100sI",
        b"Info",
        _FRAMES_BYTES_TOC_AND_QUALITY_FOLLOW,
        framing.audio_frames,
        framing.file_size_bytes,
        _SEEK_TABLE,
        _QUALITY_NOT_STATED,
    )


def _lame_part_without_crc(framing: Framing) -> bytes:
    delay_and_padding = ENCODER_DELAY_SAMPLES << 12 | framing.padding_samples
    return b"".join(
        (
            _ENCODER,
            bytes([_TAG_REVISION_0_CBR]),
            bytes(1),  # low-pass frequency: not stated
            bytes(8),  # peak amplitude, replay gain of track and album: not stated
            bytes(1),  # encoding flags
            bytes([framing.form.bit_rate_kbps]),
            delay_and_padding.to_bytes(3, "big"),
            bytes([framing.form.source]),
            bytes(1),  # gain applied to the file: none
            bytes(2),  # preset: none
            struct.pack(">I", framing.file_size_bytes),
            bytes(2),  # CRC of the audio frames: not stated, because it is not known before they are written
        )
    )


def _crc_16(data: bytes) -> int:
    """Return the CRC-16/ARC of ``data``, which the tag uses: reflected, initial value 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CRC_16_ARC_POLYNOMIAL if crc & 1 else 0)
    return crc
