"""Mastering of a mix: one gain brings it to its loudness target, and a limiter keeps its peaks below the ceiling.

A mix is too long for memory. It is read once to measure it, once for each gain that is tried, and once to encode it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from castline.audio.encoder_effects import EncoderEffect
from castline.audio.limiter import limit
from castline.audio.loudness import PowerMeter, gated_lufs
from castline.audio.samples import to_pcm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from castline.audio.profile import AudioProfile, LoudnessTarget
    from castline.audio.samples import Channels

_ACCURACY_LU: Final = 0.2
"""The distance from the target at which the search for a gain ends. Files are promised to be within 0.5 LU."""
_MAX_TRIALS: Final = 6
"""Each trial reads and mixes all segments again, which takes 3 to 15 s of a core for an hour of audio."""
_STRIDE: Final = 1.5
"""Smallest change of the gain in dB for each missing LU: more than 1, because the limiter takes part of it away."""
_MAX_STRIDE: Final = 4.0
"""Greatest change of the gain in dB for each missing LU.

If this is not enough, nearly all of the signal is limited, and more gain would raise only noise.
"""
_HARMLESS_DB: Final = 0.5
"""Excess of the sample peak over the ceiling up to which limiting is assumed not to change the loudness."""
_NO_EFFECT: Final = EncoderEffect()


@dataclass(frozen=True, slots=True)
class Master:
    """A mix, the gain that brings it to its target loudness, and the ceiling of its peaks."""

    mix: Callable[[], Iterable[Channels]]
    profile: AudioProfile
    gain_db: float = 0.0
    ceiling_dbtp: float | None = None
    scale: float = 1.0
    """An amplitude factor after the limiter, which makes up for that of the encoder."""
    lufs: float | None = None
    """The loudness of the mastered mix; None for silence or without a target."""

    def samples(self) -> Iterator[Channels]:
        """Read the mix again, and yield the mastered samples, which the decoded file should have."""
        factor = np.float32(10 ** (self.gain_db / 20))
        louder = (chunk * factor for chunk in self.mix())
        if self.ceiling_dbtp is None:
            return louder
        return limit(louder, sample_rate_hz=self.profile.sample_rate_hz, ceiling_dbtp=self.ceiling_dbtp)

    def pcm(self) -> Iterator[bytes]:
        """Yield the encoder's input: the mastered samples times ``scale``, as interleaved 16-bit PCM."""
        return (to_pcm(chunk * np.float32(self.scale)) for chunk in self.samples())


def master(
    mix: Callable[[], Iterable[Channels]],
    profile: AudioProfile,
    target: LoudnessTarget | None,
    *,
    effect: EncoderEffect = _NO_EFFECT,
) -> Master:
    """Find the gain that brings a mix to its loudness target.

    The gain follows from the loudness of the mix. If the limiter would take part of the gain away, several gains are
    tried.

    Args:
        mix: a function that returns the mix in chunks of channels by samples, the same mix at every call.
        profile: the profile of the mix.
        target: the loudness and the ceiling; None to leave the mix as it is.
        effect: the effect of the encoder that will encode the mix.
    """
    if target is None:
        return Master(mix, profile)
    ceiling_dbtp = target.ceiling_dbtp - effect.headroom_db
    found = Master(mix, profile, ceiling_dbtp=ceiling_dbtp, scale=1 / effect.scale)
    measured = _measure(mix(), profile)
    if measured.lufs is None:
        return found
    found = replace(found, gain_db=target.lufs - measured.lufs, lufs=target.lufs)
    if measured.peak_db + found.gain_db <= ceiling_dbtp + _HARMLESS_DB:
        return found
    return _adjusted(found, target.lufs)


def _adjusted(found: Master, target_lufs: float) -> Master:
    """Try gains until the limited mix is as loud as the target, and return the master with the best gain."""
    trials: list[_Trial] = []
    gain_db = found.gain_db
    while len(trials) < _MAX_TRIALS:
        lufs = _measure(replace(found, gain_db=gain_db).samples(), found.profile).lufs
        if lufs is None:
            break
        trials.append(_Trial(gain_db, lufs))
        if abs(target_lufs - lufs) <= _ACCURACY_LU:
            break
        gain_db = _next_gain_db(trials, target_lufs)
    best = min(trials, key=lambda trial: abs(target_lufs - trial.lufs), default=None)
    return found if best is None else replace(found, gain_db=best.gain_db, lufs=best.lufs)


def _next_gain_db(trials: Sequence[_Trial], target_lufs: float) -> float:
    """Return the gain for the next trial.

    If there are trials on both sides of the target, the gain is interpolated between the closest two. Otherwise it is
    extrapolated from the last two. After the first trial, the gain changes by more than the missing loudness.
    """
    last = trials[-1]
    missing_lu = target_lufs - last.lufs
    below = max((trial for trial in trials if trial.lufs < target_lufs), key=lambda trial: trial.lufs, default=None)
    above = min((trial for trial in trials if trial.lufs > target_lufs), key=lambda trial: trial.lufs, default=None)
    if below is not None and above is not None:
        part = (target_lufs - below.lufs) / (above.lufs - below.lufs)
        return below.gain_db + part * (above.gain_db - below.gain_db)
    stride = _STRIDE
    if len(trials) > 1:
        gained_lu = last.lufs - trials[-2].lufs
        stride = (last.gain_db - trials[-2].gain_db) / gained_lu if gained_lu else _MAX_STRIDE
    return last.gain_db + min(max(stride, _STRIDE), _MAX_STRIDE) * missing_lu


class _Trial(NamedTuple):
    gain_db: float
    lufs: float
    """Loudness of the mix, limited at that gain."""


@dataclass(frozen=True, slots=True)
class _Measured:
    lufs: float | None
    peak_db: float
    """The highest sample, in dBFS."""


def _measure(chunks: Iterable[Channels], profile: AudioProfile) -> _Measured:
    meter = PowerMeter(sample_rate_hz=profile.sample_rate_hz, channels=profile.channels)
    peak = 1e-9
    for chunk in chunks:
        meter.add(chunk)
        peak = max(peak, float(np.abs(chunk).max(initial=0.0)))
    return _Measured(gated_lufs(meter.powers()), 20 * float(np.log10(peak)))
