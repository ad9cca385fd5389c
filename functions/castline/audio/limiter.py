"""Look-ahead limiter for true peaks: the gain falls before a peak and rises after it, and nothing is clipped.

A true peak is a peak of the analogue signal, which may lie between two samples. It is found by fourfold oversampling,
as in ITU-R BS.1770-5, annex 2.

The gain is computed for blocks of 1 ms. The peak of each block sets the highest gain that is allowed in the block, at
most 1. A block gets the lowest gain that is allowed within the look-ahead, and these gains are smoothed over a window
of the same length. The gain therefore never exceeds the allowed one, and has no steps: it falls and rises along half
a raised cosine of 16 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from castline.audio.samples import Channels

_BLOCKS_PER_SECOND: Final = 1_000
_LOOK_AHEAD_BLOCKS: Final = 8
_WINDOW_BLOCKS: Final = 2 * _LOOK_AHEAD_BLOCKS + 3
"""Length of two windows, for the lowest gain and for the smoothing.

It is one block and, on each side, the look-ahead and one more block for the interpolation.
"""
_REACH_BLOCKS: Final = _WINDOW_BLOCKS - 1
"""The number of blocks on each side of a block that its gain depends on."""
_OVERSAMPLING: Final = 4
_TAPS: Final = 24
"""Taps of each interpolation phase. Peaks are found within 0.1 dB up to nine tenths of the Nyquist frequency."""
_MARGIN_DB: Final = 0.1
"""Distance below the ceiling that covers the error of the interpolation."""
_KAISER_BETA: Final = 7.0


def limit(chunks: Iterable[Channels], *, sample_rate_hz: int, ceiling_dbtp: float) -> Iterator[Channels]:
    """Limit the true peaks of a stream, with the same gain for all channels.

    Args:
        chunks: arrays of channels by samples, of any size; 1.0 is full scale.
        sample_rate_hz: the sample rate of the stream.
        ceiling_dbtp: the highest true peak.

    Yields:
        As many samples as come in. The first are yielded after about 50 ms of input.
    """
    limiter = _Limiter(sample_rate_hz // _BLOCKS_PER_SECOND, 10 ** ((ceiling_dbtp - _MARGIN_DB) / 20))
    for chunk in chunks:
        yield from limiter.run(chunk)
    yield from limiter.finish()


class _Limiter:
    """State of a limiter between two chunks of its stream."""

    def __init__(self, block_samples: int, ceiling: float) -> None:
        self._block = block_samples
        self._ceiling = ceiling
        self._context: Channels | None = None
        """Samples of the blocks that are not measured yet, after the ``_TAPS`` samples before them."""
        self._gains = np.ones(_REACH_BLOCKS)
        """The allowed gains of measured blocks, starting ``_REACH_BLOCKS`` blocks before ``_held``."""
        self._held: Channels | None = None
        """Samples whose gain is not known yet. The first one begins a block."""
        self._smoothing = np.hanning(_WINDOW_BLOCKS)[1:-1]
        self._smoothing /= self._smoothing.sum()

    def run(self, chunk: Channels) -> Iterator[Channels]:
        if self._held is None or self._context is None:
            self._held = np.zeros((chunk.shape[0], 0), np.float32)
            self._context = np.zeros((chunk.shape[0], _TAPS), np.float32)
        self._held = np.concatenate([self._held, chunk], axis=1)
        self._context = np.concatenate([self._context, chunk], axis=1)
        blocks = (self._context.shape[1] - 2 * _TAPS) // self._block
        if blocks > 0:
            self._measure(blocks)
            yield from self._release(len(self._gains) - 2 * _REACH_BLOCKS)

    def finish(self) -> Iterator[Channels]:
        if self._held is None or self._context is None:
            return
        length = self._held.shape[1]
        missing = -length % self._block + _TAPS + self._block
        self._context = np.pad(self._context, ((0, 0), (0, missing)))
        self._measure((self._context.shape[1] - 2 * _TAPS) // self._block)
        self._gains = np.concatenate([self._gains, np.ones(2 * _REACH_BLOCKS)])
        blocks = -(-length // self._block)
        self._held = np.pad(self._held, ((0, 0), (0, blocks * self._block - length)))
        for samples in self._release(blocks):
            yield samples[:, :length]

    def _measure(self, blocks: int) -> None:
        """Measure the next blocks, and append their allowed gains."""
        context = self._context
        assert context is not None  # noqa: S101 (both callers make sure of it)
        samples = blocks * self._block
        peaks = _block_peaks(context[:, : samples + 2 * _TAPS], self._block, at_least=self._ceiling / 2)
        self._context = context[:, samples:]
        self._gains = np.concatenate([self._gains, np.minimum(1.0, self._ceiling / np.maximum(peaks, 1e-9))])

    def _release(self, blocks: int) -> Iterator[Channels]:
        """Apply the gain to the next ``blocks`` blocks, and yield them.

        The ``_REACH_BLOCKS`` blocks after them must be measured.
        """
        held = self._held
        assert held is not None  # noqa: S101 (both callers make sure of it)
        blocks = min(blocks, held.shape[1] // self._block)
        if blocks <= 0:
            return
        # The gain is interpolated between the centres of blocks, so it needs a block before and one after these.
        around = self._gains[: blocks + 2 * _REACH_BLOCKS]
        samples = held[:, : blocks * self._block]
        if around.min() < 1.0:
            least = sliding_window_view(around, _WINDOW_BLOCKS).min(axis=1)
            smooth = np.convolve(least, self._smoothing, mode="valid")
            centres = (np.arange(len(smooth)) - 1 + 0.5) * self._block
            samples = samples * np.interp(np.arange(samples.shape[1]) + 0.5, centres, smooth).astype(np.float32)
        self._held = held[:, blocks * self._block :]
        self._gains = self._gains[blocks:]
        yield samples


def _interpolation() -> NDArray[np.float32]:
    """Return the windowed-sinc filters of the phases between two samples, as an array of taps by phases."""
    at = np.arange(-_TAPS // 2 + 1, _TAPS // 2 + 1)
    between = [at - phase / _OVERSAMPLING for phase in range(1, _OVERSAMPLING)]
    window = np.kaiser(_TAPS * _OVERSAMPLING + 1, _KAISER_BETA)
    filters = [np.sinc(each) * window[np.rint((each + _TAPS / 2) * _OVERSAMPLING).astype(int)] for each in between]
    return np.array([each / each.sum() for each in filters], np.float32).T


_PHASES: Final = _interpolation()


def _block_peaks(context: Channels, block_samples: int, *, at_least: float) -> NDArray[np.float32]:
    """Return the true peak of each block over all channels, including the block's edges.

    Args:
        context: an array of channels by samples, with ``_TAPS`` extra samples at both ends.
        block_samples: the length of a block.
        at_least: a block is oversampled if its sample peak is higher. For other blocks, the sample peak is returned.
    """
    peaks = np.zeros((context.shape[1] - 2 * _TAPS) // block_samples, np.float32)
    for channel in context:
        windows = sliding_window_view(channel, block_samples + 2 * _TAPS)[::block_samples]
        sample_peaks = np.abs(channel[_TAPS : len(channel) - _TAPS].reshape(-1, block_samples)).max(axis=1)
        loud = np.flatnonzero(sample_peaks > at_least)
        # Measure from the gap before the block's first sample to the gap after its last one.
        inside = windows[loud][:, _TAPS // 2 : block_samples + _TAPS + _TAPS // 2]
        between = np.abs(sliding_window_view(inside, _TAPS, axis=1) @ _PHASES)
        sample_peaks[loud] = np.maximum(sample_peaks[loud], between.max(axis=(1, 2), initial=0.0))
        np.maximum(peaks, sample_peaks, out=peaks)
    return peaks
