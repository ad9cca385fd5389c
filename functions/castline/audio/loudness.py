"""Loudness by ITU-R BS.1770-5: K-weighting, blocks of 400 ms that overlap by 75 %, and two gates.

K-weighting consists of two filters. The recommendation gives their coefficients for 48 kHz. Here they are computed
for any sample rate from the analogue filters that they are derived from. FFmpeg runs the filters.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from castline.audio.filters import FilterGraph
from castline.audio.samples import chunks_of
from castline.pcm import SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

STEP_MS: Final = 100
"""The distance between the starts of two blocks. Power is measured in steps of this length."""

STEPS_PER_BLOCK: Final = 4
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_OFFSET_LU: Final = -0.691
"""Added to a power in decibels, so that a full-scale sine of 1 kHz in one channel has -3.01 LUFS."""

# The filters: a shelf of 4 dB above 1.7 kHz, which models the head, and a high-pass at 38 Hz.
_SHELF_HZ: Final = 1681.974450955533
_SHELF_DB: Final = 3.999843853973347
_SHELF_Q: Final = 0.7071752369554196
_SHELF_SLOPE: Final = 0.4996667741545416
_HIGH_PASS_HZ: Final = 38.13547087602444
_HIGH_PASS_Q: Final = 0.5003270373238773


class PowerMeter:
    """Meter of a stream's K-weighted power, in steps of ``STEP_MS``."""

    def __init__(self, *, sample_rate_hz: int, channels: int) -> None:
        """Measure audio of ``channels`` channels, one or two."""
        self._step_samples = sample_rate_hz * STEP_MS // 1000
        self._filters = FilterGraph(_k_weighting(sample_rate_hz), sample_rate_hz=sample_rate_hz, channels=channels)
        self._rest = np.zeros(0)
        # Many small arrays that outlive the large ones between them would fragment the heap: 150 MB for an hour.
        self._powers = array("d")

    def add(self, samples: NDArray[np.float32]) -> None:
        """Measure the next samples of the stream, an array of channels by samples; 1.0 is full scale."""
        for weighted in self._filters.run(samples):
            self._sum(weighted)

    def powers(self) -> NDArray[np.float64]:
        """End the stream, and return the mean power of each step, summed over channels.

        An incomplete last step is padded with silence.
        """
        for weighted in self._filters.finish():
            self._sum(weighted)
        if len(self._rest):
            self._sum(np.zeros((1, self._step_samples - len(self._rest))))
        return np.array(self._powers)

    def _sum(self, weighted: NDArray[np.floating]) -> None:
        power = np.concatenate([self._rest, np.square(weighted, dtype=np.float64).sum(axis=0)])
        whole = len(power) - len(power) % self._step_samples
        self._powers.extend(power[:whole].reshape(-1, self._step_samples).mean(axis=1))
        self._rest = power[whole:].copy()


def integrated_lufs(pcm: bytes, sample_rate_hz: int) -> float | None:
    """Return the loudness of mono 16-bit PCM in LUFS; None for silence.

    PCM shorter than a block is measured as one block of its own length.
    """
    powers = powers_of(pcm, sample_rate_hz)
    samples = len(pcm) // SAMPLE_WIDTH_BYTES
    step_samples = sample_rate_hz * STEP_MS // 1000
    if samples < STEPS_PER_BLOCK * step_samples:
        return _above_gates(np.array([float(powers.sum()) * step_samples / max(1, samples)]))
    return gated_lufs(powers)


def powers_of(pcm: bytes, sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the mean power of each step of mono 16-bit PCM."""
    meter = PowerMeter(sample_rate_hz=sample_rate_hz, channels=1)
    for chunk in chunks_of(pcm, chunk_samples=sample_rate_hz):
        meter.add(chunk)
    return meter.powers()


def gated_lufs(powers: NDArray[np.float64]) -> float | None:
    """Return the loudness of audio in LUFS from the power of its steps; None for silence."""
    if len(powers) < STEPS_PER_BLOCK:
        powers = np.pad(powers, (0, STEPS_PER_BLOCK - len(powers)))
    return _above_gates(np.lib.stride_tricks.sliding_window_view(powers, STEPS_PER_BLOCK).mean(axis=1))


class PlacedPowers(NamedTuple):
    """Power of a segment on a timeline."""

    start_ms: float
    duration_ms: float
    step_ms: float
    """The length of a step."""
    powers: NDArray[np.float64]
    """The mean power of each step. The mean of the last step includes its padding with silence."""


def powers_of_timeline(segments: Iterable[PlacedPowers], *, duration_ms: float) -> NDArray[np.float64]:
    """Return the power of each step of a timeline of measured segments with silence between them.

    Args:
        segments: the segments, in order of their starts. A segment that starts before the previous one ends is
            treated as starting at that end.
        duration_ms: the length of the timeline.
    """
    times: list[NDArray[np.float64]] = [np.zeros(1)]
    energies: list[NDArray[np.float64]] = [np.zeros(1)]
    for segment in segments:
        begin_ms = max(segment.start_ms, float(times[-1][-1]))
        steps_ms = segment.step_ms * np.arange(1.0, len(segment.powers) + 1)
        times += [np.array([begin_ms]), begin_ms + np.minimum(steps_ms, segment.duration_ms)]
        energies += [energies[-1][-1:], energies[-1][-1] + np.cumsum(segment.powers) * segment.step_ms]
    edges = np.arange(0.0, duration_ms + STEP_MS, STEP_MS)
    energy = np.interp(edges, np.concatenate(times), np.concatenate(energies))
    powers_of_steps: NDArray[np.float64] = np.diff(energy) / STEP_MS
    return powers_of_steps


def _above_gates(blocks: NDArray[np.float64]) -> float | None:
    audible = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(audible):
        return None
    loud = audible[audible > audible.mean() * 10 ** (_RELATIVE_GATE_LU / 10)]
    return _OFFSET_LU + 10 * math.log10(loud.mean())


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))


def _k_weighting(sample_rate_hz: int) -> Iterator[tuple[str, str]]:
    k = math.tan(math.pi * _SHELF_HZ / sample_rate_hz)
    high = 10 ** (_SHELF_DB / 20)
    middle = high**_SHELF_SLOPE
    yield _biquad(
        (high + middle * k / _SHELF_Q + k * k, 2 * (k * k - high), high - middle * k / _SHELF_Q + k * k),
        (1 + k / _SHELF_Q + k * k, 2 * (k * k - 1), 1 - k / _SHELF_Q + k * k),
    )
    k = math.tan(math.pi * _HIGH_PASS_HZ / sample_rate_hz)
    scale = 1 + k / _HIGH_PASS_Q + k * k
    # Divided by the denominator's first coefficient, the numerator is 1, -2, 1, as in the recommendation.
    yield _biquad((scale, -2 * scale, scale), (scale, 2 * (k * k - 1), 1 - k / _HIGH_PASS_Q + k * k))


def _biquad(numerator: Sequence[float], denominator: Sequence[float]) -> tuple[str, str]:
    coefficients = [f"b{number}={value!r}" for number, value in enumerate(numerator)]
    coefficients += [f"a{number}={value!r}" for number, value in enumerate(denominator)]
    return "biquad", ":".join(coefficients)
