"""Fade-in of a turn whose frames are copied: lowers the gain of its first frames."""

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

# Centre of the first frame, counted from the first encoded sample. A frame sounds through a window of two frames, so
# its centre lies one frame after its beginning. Half of the filter banks' delay, 240 samples, comes on top.
_FIRST_CENTRE_SAMPLES: Final = FRAME_SAMPLES + 240 - (ENCODER_DELAY_SAMPLES + DECODER_DELAY_SAMPLES)


def fade_in_steps(fade_in_samples: int) -> tuple[int, ...]:
    """Return the number of gain steps by which to lower each of a turn's first frames. Later frames keep their gain.

    The fade is a straight line from 0 at the turn's first sample to 1 at ``fade_in_samples``. A frame gets the
    line's gain at the frame's centre, rounded to 1.5 dB. The first frame's centre lies before the turn, so this
    frame gets the line's gain at the middle of its audible part. The windows of neighbouring frames overlap by
    half and smooth the steps: the audible gain stays within 0.15 of the line.
    """
    return tuple(_steps_down(fade_in_samples))


def _steps_down(fade_in_samples: int) -> Iterator[int]:
    centre = _FIRST_CENTRE_SAMPLES
    heard_at = (centre + FRAME_SAMPLES) // 2
    while heard_at < fade_in_samples:
        yield round(GAIN_STEPS_PER_OCTAVE * math.log2(fade_in_samples / heard_at))
        centre += FRAME_SAMPLES
        heard_at = centre
