from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.audio.fade_in import fade_in_steps
from castline.audio.info_frame import Framing, info_frame
from castline.audio.mp3 import encode_frames
from castline.audio.mp3_frames import with_gain
from tests.unit.audio.decoding import decode
from tests.unit.audio.pcm_samples import hum

LENGTH = 24_000


def decoded_with(steps_down: tuple[int, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    frames = b"".join(encode_frames([hum(LENGTH)], LENGTH))
    faded = [with_gain(frames[at * 288 : (at + 1) * 288], steps) for at, steps in enumerate(steps_down)]
    return decode(info_frame(Framing.of(LENGTH)) + b"".join(faded) + frames[len(faded) * 288 :]).astype(float)


@pytest.mark.parametrize("fade_ms", [50, 500])
def test_what_is_heard_follows_the_line(fade_ms: int) -> None:
    # Given the same sound with and without a fade
    fade_samples = fade_ms * 24
    faded, steady = decoded_with(fade_in_steps(fade_samples)), decoded_with(())

    # Then, in blocks of 10 ms, the amplitude is close to the straight line
    for start in range(0, fade_samples + 1_200, 240):
        block = slice(start, start + 240)
        gain = float(np.sqrt((faded[block] ** 2).mean() / (steady[block] ** 2).mean()))
        line = min(1.0, (start + 120) / fade_samples)
        assert gain == pytest.approx(line, abs=0.15)


def test_after_the_fade_nothing_has_changed() -> None:
    faded, steady = decoded_with(fade_in_steps(1_200)), decoded_with(())

    assert np.array_equal(faded[1_200 + 576 :], steady[1_200 + 576 :])


def test_without_a_crossfade_no_frame_is_touched() -> None:
    assert fade_in_steps(0) == ()


@given(st.integers(0, 12_000))
def test_the_gain_only_rises(fade_in_samples: int) -> None:
    steps = fade_in_steps(fade_in_samples)

    assert sorted(steps, reverse=True) == list(steps)
    assert all(0 <= step <= 30 for step in steps)
    assert len(steps) <= (fade_in_samples + 288) // 576 + 1
