"""Conversion of PCM from 16 kHz, the highest rate of Amazon Polly's PCM, to 24 kHz.

Two input samples become three output samples: one at the position of an input sample, one 2/3 and one 4/3 of a sample
later. The first is the input sample itself. Each of the other two has a filter of its own, a windowed sinc. A filter
is applied one tap at a time to all samples at once, so that ``audioop`` does the work in C.
"""

from __future__ import annotations

import math
from array import array
from functools import cache
from typing import Final

_SAMPLE_BYTES: Final = 2
_WIDE_BYTES: Final = 4
"""Sums are 32-bit: a 16-bit sample in the upper half, the digits for rounding in the lower half."""
_REACH: Final = 12
"""The input samples on either side of an output sample. The number is even, so that the padding does not change
which samples are odd and which are even."""
_KAISER_BETA: Final = 5.0
"""The window's shape, for about 55 dB of stopband attenuation."""
_HEADROOM: Final = 4
"""The factor by which partial sums are reduced, so that none is clipped."""
_HALF_STEP: Final = 0x8000 // _HEADROOM
"""Half of the least significant bit of the result: dropping the lower half then rounds."""


def upsample_16k_to_24k(pcm: bytes) -> bytes:
    """Return 3/2 times as many samples, rounded up.

    Up to 6.5 kHz, the response is flat to within 0.5 dB, and images are at least 45 dB weaker. There is no delay.

    Args:
        pcm: 16-bit little-endian mono at 16 kHz, in whole samples.
    """
    import audioop  # From Python 3.13 on, only the speech layer has it, and functions that only plan lack that layer.

    samples = array("h", pcm)
    steps = -(-len(samples) // 2)
    padding = bytes(_REACH * _WIDE_BYTES)
    wide = array("i", padding + audioop.lin2lin(pcm, _SAMPLE_BYTES, _WIDE_BYTES) + padding + bytes(2 * _WIDE_BYTES))
    # Every second sample, beginning with the first or the second one.
    halves = [memoryview(wide[0::2].tobytes()), memoryview(wide[1::2].tobytes())]

    result = array("h", bytes(3 * steps * _SAMPLE_BYTES))
    result[0::3] = samples[0::2]
    for phase, position in ((1, 2 / 3), (2, 4 / 3)):
        total = bytes(steps * _WIDE_BYTES)
        for offset, factor in _taps(position):
            first, half = divmod(offset + _REACH, 2)
            part = halves[half][first * _WIDE_BYTES : (first + steps) * _WIDE_BYTES]
            total = audioop.add(total, audioop.mul(part, _WIDE_BYTES, factor / _HEADROOM), _WIDE_BYTES)
        rounded = audioop.mul(audioop.bias(total, _WIDE_BYTES, _HALF_STEP), _WIDE_BYTES, _HEADROOM)
        result[phase::3] = array("h", audioop.lin2lin(rounded, _WIDE_BYTES, _SAMPLE_BYTES))
    return result.tobytes()[: -(-3 * len(samples) // 2) * _SAMPLE_BYTES]


@cache
def _taps(position: float) -> tuple[tuple[int, float], ...]:
    """Return the filter taps of an output sample at ``position``, counted in input samples from an even one.

    A tap is the distance of an input sample from that even input sample, and the factor for the input sample.
    """
    first = math.floor(position) - _REACH + 1
    factors = {offset: _windowed_sinc(position - offset) for offset in range(first, first + 2 * _REACH)}
    total = sum(factors.values())
    return tuple((offset, factor / total) for offset, factor in factors.items())


def _windowed_sinc(distance: float) -> float:
    window = _bessel(_KAISER_BETA * math.sqrt(1 - (distance / _REACH) ** 2)) / _bessel(_KAISER_BETA)
    return math.sin(math.pi * distance) / (math.pi * distance) * window


def _bessel(x: float) -> float:
    """Return the modified Bessel function of the first kind, of order 0."""
    return sum(((x / 2) ** k / math.factorial(k)) ** 2 for k in range(30))
