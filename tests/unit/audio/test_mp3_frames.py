from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.audio.info_frame import Framing, info_frame
from castline.audio.mp3 import encode_frames
from castline.audio.mp3_frames import SILENT_FRAME, find_foreign_frame, main_data_begin, with_gain
from tests.unit.audio.decoding import decode
from tests.unit.audio.pcm_samples import hum

FRAMES = b"".join(encode_frames([hum(24_000)], 24_000))
FRAME = FRAMES[10 * 288 : 11 * 288]


def gain_of(frame: bytes) -> int:
    """Return bits 30 to 37 of the side information, which begins at byte 4."""
    bits = "".join(f"{byte:08b}" for byte in frame[4:13])
    return int(bits[30:38], 2)


def file_of(frames: bytes) -> bytes:
    framing = Framing.of(len(frames) // 288 * 576 - 1_152)
    return info_frame(framing) + frames


def test_a_silent_frame_is_decoded_as_digital_silence() -> None:
    decoded = decode(file_of(SILENT_FRAME * 50))

    assert len(decoded) == 48 * 576
    assert not decoded.any()


def test_silent_frames_leave_what_comes_before_and_after_them_as_it_is() -> None:
    alone = decode(file_of(FRAMES))
    between = decode(file_of(SILENT_FRAME * 7 + FRAMES + SILENT_FRAME * 5))

    assert np.array_equal(between[7 * 576 : 7 * 576 + 24_000], alone[:24_000])
    assert not between[: 5 * 576].any()  # a frame is heard up to 865 samples before its own
    assert not between[len(between) - 3 * 576 :].any()


@given(st.integers(0, 300))
def test_lowering_the_gain_changes_the_gain_alone(steps_down: int) -> None:
    lowered = with_gain(FRAME, steps_down)

    assert gain_of(lowered) == max(0, gain_of(FRAME) - steps_down)
    changed = int.from_bytes(FRAME) ^ int.from_bytes(lowered)
    assert changed & ~(0xFF << (288 - 4) * 8 - 38) == 0
    assert len(lowered) == len(FRAME)


@pytest.mark.parametrize("steps_down", [1, 4, 12])
def test_a_step_is_a_decibel_and_a_half(steps_down: int) -> None:
    lowered = b"".join(with_gain(FRAMES[at : at + 288], steps_down) for at in range(0, len(FRAMES), 288))

    loud, quiet = (decode(file_of(frames)).astype(float).std() for frames in (FRAMES, lowered))

    assert 20 * np.log10(loud / quiet) == pytest.approx(1.505 * steps_down, abs=0.05)


def test_the_first_frame_of_an_encoding_needs_no_other_but_later_ones_do() -> None:
    needs = [main_data_begin(FRAMES[at : at + 288]) for at in range(0, len(FRAMES), 288)]

    assert needs[0] == 0
    assert any(needs[1:])


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_any_part_of_a_sequence_of_frames_is_found_to_be_of_frames(start: int, size: int) -> None:
    assert find_foreign_frame(FRAMES[start : start + size], offset_bytes=start) is None


@given(st.integers(0, 9), st.integers(0, 3), st.integers(1, 255), st.integers(0, 287))
def test_a_frame_with_another_header_is_found_wherever_it_is(frame: int, byte: int, change: int, start: int) -> None:
    # Given a sequence in which one bit or more of one header is not as it should be
    frames = bytearray(FRAMES[: 10 * 288])
    frames[frame * 288 + byte] ^= change

    # When it is looked at from somewhere in the first frame on
    found = find_foreign_frame(bytes(frames[start:]), offset_bytes=start)

    # Then
    assert found == (frame if frame * 288 + byte >= start else None)
