"""Fade-in of a turn whose frames are copied: the gain of its first frames is lowered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from castline.audio.mp3_frames import (
    DECODER_DELAY_SAMPLES,
    ENCODER_DELAY_SAMPLES,
    FRAME_SAMPLES,
    GAIN_STEPS_PER_OCTAVE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of the first frame, counted from the first sample that was encoded. A frame is heard through a window of two
# frames' length, so its centre comes a frame after its beginning, and half of the filter banks' delay later.
_FIRST_CENTRE_SAMPLES: Final = FRAME_SAMPLES + 240 - (ENCODER_DELAY_SAMPLES + DECODER_DELAY_SAMPLES)


def fade_in_steps(fade_in_samples: int) -> tuple[int, ...]:
    """Return by how many gain steps to lower each of a turn's first frames; later frames keep their gain.

    A frame gets the gain that a straight line, from 0 at the turn's first sample to 1 at ``fade_in_samples``, has
    at the frame's centre, rounded to 1.5 dB. The first frame's centre lies before the turn: it gets the gain at
    the middle of what is heard of it. The windows of neighbouring frames overlap by half, which makes a smooth
    curve of these steps: what is heard stays within 0.15 of the line.
    """
    return tuple(_steps_down(fade_in_samples))


def _steps_down(fade_in_samples: int) -> Iterator[int]:
    centre = _FIRST_CENTRE_SAMPLES
    heard_at = (centre + FRAME_SAMPLES) // 2
    while heard_at < fade_in_samples:
        yield round(GAIN_STEPS_PER_OCTAVE * math.log2(fade_in_samples / heard_at))
        centre += FRAME_SAMPLES
        heard_at = centre
