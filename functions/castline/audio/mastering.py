"""Mastering: a mix becomes as loud as its target says, and no peak exceeds the ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from castline.audio.formats import OutputFormat
from castline.audio.limiter import limit
from castline.audio.loudness import PowerMeter, gated_lufs
from castline.audio.samples import to_pcm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from castline.audio.profile import AudioProfile, LoudnessTarget
    from castline.audio.samples import Channels

_ACCURACY_LU: Final = 0.1
_MAX_TRIALS: Final = 3
_HARMLESS_DB: Final = 0.5
"""By how much peaks may exceed the ceiling before limiting them makes the whole audibly quieter."""


_HEADROOM_DB: Final = {OutputFormat.MP3: 1.0, OutputFormat.WAV: 0.0}


def headroom_db(output_format: OutputFormat) -> float:
    """Return by how much a format's encoder may raise peaks: so far below the ceiling they are limited."""
    return _HEADROOM_DB[output_format]


@dataclass(frozen=True, slots=True)
class Master:
    """A mix, the gain that brings it to its loudness, and the ceiling of its peaks."""

    mix: Callable[[], Iterable[Channels]]
    profile: AudioProfile
    gain_db: float = 0.0
    ceiling_dbtp: float | None = None
    lufs: float | None = None
    """The loudness that results; None for silence, and where there is no target."""

    def samples(self) -> Iterator[Channels]:
        """Yield the finished samples, from the mix read once more."""
        factor = np.float32(10 ** (self.gain_db / 20))
        louder = (chunk * factor for chunk in self.mix())
        if self.ceiling_dbtp is None:
            return louder
        return limit(louder, sample_rate_hz=self.profile.sample_rate_hz, ceiling_dbtp=self.ceiling_dbtp)

    def pcm(self) -> Iterator[bytes]:
        """Yield the finished samples as interleaved 16-bit PCM."""
        return map(to_pcm, self.samples())


def master(
    mix: Callable[[], Iterable[Channels]],
    profile: AudioProfile,
    target: LoudnessTarget | None,
    *,
    headroom_db: float = 0.0,
) -> Master:
    """Find the gain of a mix: measure it and, where the limiter has much to do, measure what the limiter leaves.

    Args:
        mix: gives the same chunks each time, channels by samples.
        profile: of the mix.
        target: the loudness and the ceiling; None to leave the mix as it is.
        headroom_db: by how much peaks stay below the ceiling, for an encoder that raises them.
    """
    if target is None:
        return Master(mix, profile)
    ceiling_dbtp = target.ceiling_dbtp - headroom_db
    measured = _measure(mix(), profile)
    if measured.lufs is None:
        return Master(mix, profile, ceiling_dbtp=ceiling_dbtp)
    gain_db = target.lufs - measured.lufs
    found = Master(mix, profile, gain_db, ceiling_dbtp, target.lufs)
    if measured.peak_db + gain_db <= ceiling_dbtp + _HARMLESS_DB:
        return found
    for _ in range(_MAX_TRIALS):
        limited = _measure(found.samples(), profile)
        found = replace(found, lufs=limited.lufs)
        if limited.lufs is None or abs(target.lufs - limited.lufs) <= _ACCURACY_LU:
            break
        found = replace(found, gain_db=found.gain_db + target.lufs - limited.lufs, lufs=target.lufs)
    return found


@dataclass(frozen=True, slots=True)
class _Measured:
    lufs: float | None
    peak_db: float


def _measure(chunks: Iterable[Channels], profile: AudioProfile) -> _Measured:
    meter = PowerMeter(sample_rate_hz=profile.sample_rate_hz, channels=profile.channels)
    peak = 1e-9
    for chunk in chunks:
        meter.add(chunk)
        peak = max(peak, float(np.abs(chunk).max(initial=0.0)))
    return _Measured(gated_lufs(meter.powers()), 20 * float(np.log10(peak)))
