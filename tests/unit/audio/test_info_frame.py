"""Info frame, parsed field by field by the definition of the tag."""

from __future__ import annotations

import struct

import pytest

from castline.audio.mp3 import encode_mp3
from castline.audio.profile import Quality, profile_of
from tests.unit.audio.pcm_samples import hum

XING_OFFSET = 4 + 9  # the frame header and the side information of an MPEG-2 mono frame
LAME_OFFSET = XING_OFFSET + 120
CRC_OFFSET = LAME_OFFSET + 34


def crc_16(data: bytes) -> int:
    """Return the remainder of ``data`` as a polynomial, lowest bit first, by x^16 + x^15 + x^2 + 1; bits reversed."""
    bits = [byte >> position & 1 for byte in data for position in range(8)] + [0] * 16
    remainder = 0
    for bit in bits:
        remainder = remainder << 1 | bit
        if remainder >> 16:
            remainder ^= 0x1_8005
    return int(f"{remainder:016b}"[::-1], 2)


def encoded(length: int) -> bytes:
    return b"".join(encode_mp3([hum(length)], length))


def test_the_frame_counts_frames_bytes_and_what_is_not_audio() -> None:
    for length in [1, 575, 576, 577, 24_000]:
        file = encoded(length)
        audio_frames = len(file) // 288 - 1  # the Info frame does not count itself

        tag, fields, frames, size_bytes = struct.unpack_from(">4sIII", file, XING_OFFSET)
        delay_and_padding = int.from_bytes(file[LAME_OFFSET + 21 : LAME_OFFSET + 24])

        assert (tag, fields, frames, size_bytes) == (b"Info", 0b1111, audio_frames, len(file))
        assert delay_and_padding >> 12 == 576
        assert 576 + length + (delay_and_padding & 0xFFF) == audio_frames * 576


def test_the_checksum_covers_the_frame_up_to_itself() -> None:
    file = encoded(10_000)

    (stored,) = struct.unpack_from(">H", file, CRC_OFFSET)

    assert stored == crc_16(file[:CRC_OFFSET])


def test_the_tag_names_its_encoder_its_mode_and_its_length() -> None:
    file = encoded(10_000)

    assert file[LAME_OFFSET : LAME_OFFSET + 9] == b"LAME3.100"
    assert file[LAME_OFFSET + 9] == 0x01  # tag revision 0, CBR
    assert file[LAME_OFFSET + 20] == 96
    assert struct.unpack_from(">I", file, LAME_OFFSET + 28) == (len(file),)


@pytest.mark.parametrize(
    ("has_music", "offset", "source"), [(False, 4 + 17, 0b10_0_000_00), (True, 4 + 32, 0b10_0_011_00)]
)
def test_the_tag_of_studio_quality_names_its_own_length_delay_and_source(
    has_music: bool, offset: int, source: int
) -> None:
    profile = profile_of(Quality.STUDIO, has_music=has_music)
    length = 24_000
    file = b"".join(encode_mp3([hum(length * profile.channels)], length, profile))
    lame = offset + 120

    tag, _, frames, size_bytes = struct.unpack_from(">4sIII", file, offset)

    assert (tag, frames, size_bytes) == (b"Info", len(file) // 576 - 1, len(file))
    delay_and_padding = int.from_bytes(file[lame + 21 : lame + 24])
    assert (delay_and_padding >> 12) + length + (delay_and_padding & 0xFFF) == frames * 1_152
    assert (file[lame + 20], file[lame + 24]) == (192, source)
    assert struct.unpack_from(">H", file, lame + 34) == (crc_16(file[: lame + 34]),)


def test_the_seek_table_rises_from_the_start_to_the_end() -> None:
    table = encoded(48_000)[XING_OFFSET + 16 : XING_OFFSET + 116]

    for percent, position in enumerate(table):
        assert position / 256 == pytest.approx(percent / 100, abs=1 / 256)


def test_a_decoder_that_does_not_know_the_tag_finds_a_silent_frame() -> None:
    assert encoded(1_000)[4:XING_OFFSET] == bytes(9)
