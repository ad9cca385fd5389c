"""MP3 frames of the one kind that is written here: MPEG-2 Layer III, CBR 96 kbit/s, mono, 24 kHz, 24 ms long.

    offset  bytes
         0      4  header, the same in every frame
         4      9  side information: main_data_begin (8 bits), private (1), part2_3_length (12), big_values (9),
                   global_gain (8), and fields that are not used here
        13    275  main data; the part that a frame does not need is a bit reservoir for later frames

``main_data_begin`` is the number of bytes before its own main data at which a frame's coded audio begins.
"""

from __future__ import annotations

from typing import Final

from castline.pcm import SAMPLE_RATE_HZ

BIT_RATE_KBPS: Final = 96
FRAME_SAMPLES: Final = 576
FRAME_SIZE_BYTES: Final = FRAME_SAMPLES * BIT_RATE_KBPS * 1000 // 8 // SAMPLE_RATE_HZ

ENCODER_DELAY_SAMPLES: Final = 576
DECODER_DELAY_SAMPLES: Final = 529

# Sync word, MPEG-2, Layer III, no CRC; 96 kbit/s, 24 kHz, no padding; mono, original.
FRAME_HEADER: Final = bytes.fromhex("fff3a4c4")
SIDE_INFORMATION_BYTES: Final = 9

SILENT_FRAME: Final = FRAME_HEADER.ljust(FRAME_SIZE_BYTES, b"\0")
"""A frame of digital silence: no side information and no main data. The frame before it still fades into it."""

GAIN_STEPS_PER_OCTAVE: Final = 4
"""Four steps of ``global_gain`` halve the amplitude: one is 1.5 dB."""

_SIDE_INFORMATION_OFFSET: Final = len(FRAME_HEADER)
# global_gain is bits 30 to 37 of the side information: the lower two of its byte 3 and the upper six of byte 4.
_GAIN_WORD: Final = slice(_SIDE_INFORMATION_OFFSET + 3, _SIDE_INFORMATION_OFFSET + 5)
_GAIN_SHIFT: Final = 2
_GAIN_MAX: Final = 0xFF


def find_foreign_frame(data: bytes, *, offset_bytes: int = 0) -> int | None:
    """Find the first frame in ``data`` whose header is not the expected one.

    Args:
        data: Consecutive bytes of a sequence of frames, which may begin and end within a frame.
        offset_bytes: The number of bytes of the sequence that come before ``data``.

    Returns:
        The frame's number in the sequence; ``None`` if there is no such frame. The search takes a few strided
        comparisons in C, whatever the number of frames.
    """
    for index, expected in enumerate(FRAME_HEADER):
        first = (index - offset_bytes) % FRAME_SIZE_BYTES
        found = data[first::FRAME_SIZE_BYTES]
        if found.count(expected) != len(found):
            foreign = next(number for number, byte in enumerate(found) if byte != expected)
            return (offset_bytes + first) // FRAME_SIZE_BYTES + foreign
    return None


def main_data_begin(frame: bytes) -> int:
    """Return how many bytes of earlier frames' main data ``frame`` needs; 0 if it can be decoded by itself."""
    return frame[_SIDE_INFORMATION_OFFSET]


def with_gain(frame: bytes, steps_down: int) -> bytes:
    """Return ``frame`` with its gain lowered by ``steps_down`` steps of 1.5 dB, at most to the format's minimum."""
    word = int.from_bytes(frame[_GAIN_WORD])
    gain = word >> _GAIN_SHIFT & _GAIN_MAX
    lowered = max(0, gain - steps_down)
    word ^= (gain ^ lowered) << _GAIN_SHIFT
    return frame[: _GAIN_WORD.start] + word.to_bytes(2) + frame[_GAIN_WORD.stop :]
