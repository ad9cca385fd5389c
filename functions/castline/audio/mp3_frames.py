"""MP3 frames of standard quality, which are copied: MPEG-2 Layer III, CBR 96 kbit/s, mono, 24 kHz, 24 ms long.

    offset  bytes
         0      4  header, the same in every frame
         4      9  side information: main_data_begin (8 bits), private (1), part2_3_length (12), big_values (9),
                   global_gain (8), and fields that are not used here
        13    275  main data; the part that a frame does not need is a bit reservoir for later frames

The coded audio of a frame begins ``main_data_begin`` bytes before the frame's own main data. Frames of studio quality
are MPEG-1 Layer III at 48 kHz. They are only encoded, never copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from castline.audio.profile import STANDARD

if TYPE_CHECKING:
    from castline.audio.profile import AudioProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameForm:
    """Form of the frames in a file of constant bit rate, in which all frames have the same size."""

    header: bytes
    """The header of a frame that codes two channels apart. An encoder may code single frames in another mode."""
    samples: int
    """The number of samples of each channel in a frame."""
    bit_rate_kbps: int
    size_bytes: int
    side_information_bytes: int
    source: int
    """The byte of the Info frame that states the noise shaping, the stereo mode and the source's sample rate."""

    @classmethod
    def of(cls, profile: AudioProfile) -> Self:
        """Return the form of a profile's frames.

        Raises:
            KeyError: the profile's sample rate and bit rate are not in ``_RATES``.
        """
        rates, is_mono = (profile.sample_rate_hz, profile.bit_rate_kbps), profile.channels == 1
        version, samples, side_information_bytes = (
            (_MPEG_1, 1_152, 17 if is_mono else 32)
            if profile.sample_rate_hz >= _LOWEST_MPEG_1_HZ
            else (_MPEG_2, 576, 9 if is_mono else 17)
        )
        return cls(
            header=bytes([0xFF, version, _RATES[rates], _MONO if is_mono else _JOINT_STEREO]),
            samples=samples,
            bit_rate_kbps=profile.bit_rate_kbps,
            size_bytes=samples * profile.bit_rate_kbps * 1000 // 8 // profile.sample_rate_hz,
            side_information_bytes=side_information_bytes,
            source=_SOURCE_RATES[profile.sample_rate_hz] << 6 | (0 if is_mono else _SOURCE_JOINT_STEREO),
        )


# The second byte of a header: the end of the sync word, the version, Layer III, no CRC.
_MPEG_1, _MPEG_2 = 0xFB, 0xF3
_LOWEST_MPEG_1_HZ: Final = 32_000
# The third byte, by sample rate and bit rate: the indexes of both, no padding.
_RATES: Final = {(24_000, 96): 0xA4, (48_000, 192): 0xB4}
# The fourth byte: the stereo mode, and the flag for an original.
_MONO, _JOINT_STEREO = 0xC4, 0x44
_SOURCE_RATES: Final = {24_000: 0, 48_000: 2}
_SOURCE_JOINT_STEREO: Final = 3 << 2

STANDARD_FORM: Final = FrameForm.of(STANDARD)
FRAME_SAMPLES: Final = STANDARD_FORM.samples
FRAME_SIZE_BYTES: Final = STANDARD_FORM.size_bytes
FRAME_HEADER: Final = STANDARD_FORM.header
BIT_RATE_KBPS: Final = STANDARD_FORM.bit_rate_kbps
SIDE_INFORMATION_BYTES: Final = STANDARD_FORM.side_information_bytes

ENCODER_DELAY_SAMPLES: Final = 576
DECODER_DELAY_SAMPLES: Final = 529

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

    The search takes a few strided comparisons in C for any number of frames.

    Args:
        data: Consecutive bytes of a sequence of frames, which may begin and end within a frame.
        offset_bytes: The number of bytes of the sequence that come before ``data``.

    Returns:
        The frame's number in the sequence; ``None`` if there is no such frame.
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
    """Return ``frame`` with its gain lowered by ``steps_down`` steps of 1.5 dB, but at least the format's minimum."""
    word = int.from_bytes(frame[_GAIN_WORD])
    gain = word >> _GAIN_SHIFT & _GAIN_MAX
    lowered = max(0, gain - steps_down)
    word ^= (gain ^ lowered) << _GAIN_SHIFT
    return frame[: _GAIN_WORD.start] + word.to_bytes(2) + frame[_GAIN_WORD.stop :]
