"""Decoded audio files, by a foreign decoder: libsndfile, which reads MP3 with mpg123."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soundfile

_VOICED_DBFS = -30
_SILENT_DBFS = -50
_PITCH_FRAME_MS = 40
_LOWEST_PITCH_HZ, _HIGHEST_PITCH_HZ = 60, 400
_VOICED_CORRELATION = 0.6


@dataclass(frozen=True)
class DecodedAudio:
    """Samples from -1 to 1, one channel."""

    samples: npt.NDArray[np.float64]
    rate_hz: int

    @property
    def duration_ms(self) -> float:
        return len(self.samples) * 1000 / self.rate_hz

    def part(self, start_ms: float, end_ms: float) -> DecodedAudio:
        start, end = (round(ms * self.rate_hz / 1000) for ms in (start_ms, end_ms))
        return DecodedAudio(self.samples[start:end], self.rate_hz)

    def level_dbfs(self) -> float:
        power = float(np.mean(np.square(self.samples)))
        return 10 * float(np.log10(power + 1e-12))

    def strongest_hz(self) -> float:
        """Return the frequency that holds the most energy: a tone's pitch, but not always a voice's."""
        windowed = self.samples * np.hanning(len(self.samples))
        spectrum = np.abs(np.fft.rfft(windowed, n=8 * len(windowed)))
        return float(np.argmax(spectrum)) * self.rate_hz / (8 * len(windowed))

    def silence_around_ms(self, moment_ms: float) -> float:
        """Return the length of the silence that ``moment_ms`` lies in, to 1 ms."""
        loud = self._envelope_dbfs() > _SILENT_DBFS
        at = round(moment_ms)
        assert not loud[at], f"there is sound at {moment_ms} ms"
        before, after = np.flatnonzero(loud[:at]), np.flatnonzero(loud[at:])
        return float(at + after[0] - before[-1] - 1)

    def median_pitch_hz(self) -> float:
        """Return the pitch of a voice: the median over its voiced frames, each measured by autocorrelation."""
        size = _PITCH_FRAME_MS * self.rate_hz // 1000
        frames = [
            DecodedAudio(self.samples[start : start + size], self.rate_hz)
            for start in range(0, len(self.samples) - size, size // 2)
        ]
        pitches = [pitch for frame in frames if (pitch := frame._pitch_hz()) is not None]
        return float(np.median(pitches))

    def _pitch_hz(self) -> float | None:
        if self.level_dbfs() < _VOICED_DBFS:
            return None
        centred = self.samples - self.samples.mean()
        correlation = np.correlate(centred, centred, mode="full")[len(centred) - 1 :]
        shortest, longest = self.rate_hz // _HIGHEST_PITCH_HZ, self.rate_hz // _LOWEST_PITCH_HZ
        lag = shortest + int(np.argmax(correlation[shortest:longest]))
        return self.rate_hz / lag if correlation[lag] > _VOICED_CORRELATION * correlation[0] else None

    def _envelope_dbfs(self) -> npt.NDArray[np.float64]:
        """Return the peak of each millisecond."""
        size = self.rate_hz // 1000
        whole = len(self.samples) // size * size
        peaks = np.abs(self.samples[:whole]).reshape(-1, size).max(axis=1)
        decibels: npt.NDArray[np.float64] = 20 * np.log10(peaks + 1e-6)
        return decibels


def decode(content: bytes) -> DecodedAudio:
    """Decode a whole file, whose format is detected from its content."""
    samples, rate_hz = soundfile.read(io.BytesIO(content), dtype="float64")
    assert samples.ndim == 1, "there is more than one channel"
    return DecodedAudio(samples, rate_hz)
