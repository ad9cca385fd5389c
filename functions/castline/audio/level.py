"""Loudness measurement and loudness normalization of speech.

The level is the gated loudness of ITU-R BS.1770-4 without the K-weighting. The weighting helps compare different
kinds of sound, and all sound here is speech. Blocks of 400 ms overlap by 75 %. Blocks below -70 dBFS are left out,
then blocks more than 10 dB below the mean power of the others, so pauses do not lower the level. The level is the
mean power of the remaining blocks. 0 dBFS is a square wave at full scale.
"""

from __future__ import annotations

import audioop
import math
from statistics import fmean
from typing import Final

from castline.pcm import FULL_SCALE, SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES

TARGET_DBFS: Final = -22.0
"""The level after normalization.

The highest crest factor measured in a voice so far is 20.7 dB, so peaks of that voice stay below the ceiling.
"""

CEILING_DBFS: Final = -1.0
"""The highest peak after normalization. The rest is headroom for MP3 decoders that overshoot."""

MAX_GAIN_DB: Final = 20.0
"""The highest gain. Speech that would need more is mostly noise."""

_STEPS_PER_BLOCK: Final = 4
_STEPS_PER_SECOND: Final = 10
_ABSOLUTE_GATE_DBFS: Final = -70.0
_RELATIVE_GATE_DB: Final = -10.0


def speech_level_dbfs(pcm: bytes, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> float | None:
    """Return the level of the speech in ``pcm`` in dBFS; ``None`` if there is only silence.

    PCM shorter than a block is measured as one block.
    """
    absolute_gate = _power(_ABSOLUTE_GATE_DBFS)
    audible = [power for power in _block_powers(pcm, sample_rate_hz) if power > absolute_gate]
    if not audible:
        return None
    relative_gate = fmean(audible) * _power(_RELATIVE_GATE_DB)
    return 10 * math.log10(fmean(power for power in audible if power > relative_gate))


def normalize_level(pcm: bytes, *, volume: float = 1.0, sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Normalize the loudness of ``pcm`` to ``TARGET_DBFS`` with one gain for all samples.

    The gain is at most ``MAX_GAIN_DB`` and never raises a sample above ``CEILING_DBFS``. Peaks are therefore not
    clipped, and speech with high peaks stays quieter. Silence is returned unchanged.

    Args:
        pcm: Whole samples.
        volume: The amplitude factor of the result, 0 to 2. Samples that then exceed full scale are clipped.
        sample_rate_hz: The sample rate of ``pcm``.
    """
    level_dbfs = speech_level_dbfs(pcm, sample_rate_hz=sample_rate_hz)
    if level_dbfs is None:
        return pcm
    headroom_db = CEILING_DBFS - 20 * math.log10(audioop.max(pcm, SAMPLE_WIDTH_BYTES) / FULL_SCALE)
    gain_db = min(TARGET_DBFS - level_dbfs, headroom_db, MAX_GAIN_DB)
    return audioop.mul(pcm, SAMPLE_WIDTH_BYTES, volume * 10 ** (gain_db / 20))


def _block_powers(pcm: bytes, sample_rate_hz: int) -> list[float]:
    """Return the mean power of each whole block; 1.0 is full scale."""
    view = memoryview(pcm)
    step_bytes = sample_rate_hz // _STEPS_PER_SECOND * SAMPLE_WIDTH_BYTES
    whole_steps = len(view) // step_bytes
    if whole_steps < _STEPS_PER_BLOCK:
        return [_mean_power(view)]
    steps = [_mean_power(view[step * step_bytes : (step + 1) * step_bytes]) for step in range(whole_steps)]
    return [fmean(steps[step : step + _STEPS_PER_BLOCK]) for step in range(whole_steps - _STEPS_PER_BLOCK + 1)]


def _mean_power(pcm: memoryview) -> float:
    return (audioop.rms(pcm, SAMPLE_WIDTH_BYTES) / FULL_SCALE) ** 2


def _power(decibels: float) -> float:
    return float(10 ** (decibels / 10))
