"""Engine that makes a sine at the voice's own pitch. It is fast, and always returns the same bytes."""

from __future__ import annotations

import array
import math
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.azure_speech.ssml import Passage

MS_PER_CHARACTER = 100
_BYTES_PER_SAMPLE = 2
_AMPLITUDE = 8_000
_STYLE_STEP = 0.03


class ToneEngine:
    """An engine whose tones last ``MS_PER_CHARACTER`` for each character, at the voice's own rate."""

    takes_time = False

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        """Return a tone as PCM: 16-bit little-endian mono.

        Each of a voice's styles makes it higher, in proportion to the degree. The prosody's volume is ignored.
        """
        hz = round(passage.voice.tone_hz * passage.prosody.pitch * _style_factor(passage))
        duration_ms = len(passage.text) * MS_PER_CHARACTER / max(passage.prosody.rate, 0.1)
        size_bytes = round(duration_ms / 1000 * sample_rate_hz) * _BYTES_PER_SAMPLE
        second = _one_second(hz, sample_rate_hz)
        return (second * (size_bytes // len(second) + 1))[:size_bytes]


def _style_factor(passage: Passage) -> float:
    if passage.style is None:
        return 1.0
    return 1 + _STYLE_STEP * (1 + passage.voice.styles.index(passage.style)) * passage.style_degree


@cache
def _one_second(hz: int, sample_rate_hz: int) -> bytes:
    """Return one second of sine. It has a whole number of cycles, so it can be repeated without a step."""
    samples = array.array(
        "h",
        (round(_AMPLITUDE * math.sin(2 * math.pi * hz * index / sample_rate_hz)) for index in range(sample_rate_hz)),
    )
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
