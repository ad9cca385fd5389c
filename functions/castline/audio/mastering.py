"""Mastering: a mix becomes as loud as its target says, and no peak exceeds the ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from castline.audio.encoder_effects import EncoderEffect
from castline.audio.limiter import limit
from castline.audio.loudness import PowerMeter, gated_lufs
from castline.audio.samples import to_pcm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from castline.audio.profile import AudioProfile, LoudnessTarget
    from castline.audio.samples import Channels

_ACCURACY_LU: Final = 0.2
_MAX_TRIALS: Final = 6
_STRIDE: Final = 1.5
"""The part of what is missing that is added to the gain: the limiter takes some of it away again."""
_HARMLESS_DB: Final = 0.5
"""By how much peaks may exceed the ceiling before it is measured what limiting them leaves of the loudness."""
_NO_EFFECT: Final = EncoderEffect()


@dataclass(frozen=True, slots=True)
class Master:
    """A mix, the gain that brings it to its loudness, and the ceiling of its peaks."""

    mix: Callable[[], Iterable[Channels]]
    profile: AudioProfile
    gain_db: float = 0.0
    ceiling_dbtp: float | None = None
    scale: float = 1.0
    """A factor on the amplitude of what is finished, to make up for the encoder's."""
    lufs: float | None = None
    """The loudness that results; None for silence, and where there is no target."""

    def samples(self) -> Iterator[Channels]:
        """Yield the mastered samples, from the mix read once more, as a decoder shall give them back."""
        factor = np.float32(10 ** (self.gain_db / 20))
        louder = (chunk * factor for chunk in self.mix())
        if self.ceiling_dbtp is None:
            return louder
        return limit(louder, sample_rate_hz=self.profile.sample_rate_hz, ceiling_dbtp=self.ceiling_dbtp)

    def pcm(self) -> Iterator[bytes]:
        """Yield the mastered samples as interleaved 16-bit PCM for the encoder."""
        return (to_pcm(chunk * np.float32(self.scale)) for chunk in self.samples())


def master(
    mix: Callable[[], Iterable[Channels]],
    profile: AudioProfile,
    target: LoudnessTarget | None,
    *,
    effect: EncoderEffect = _NO_EFFECT,
) -> Master:
    """Find the gain of a mix: measure it and, where the limiter has something to do, measure what the limiter leaves.

    Args:
        mix: gives the same chunks each time, channels by samples.
        profile: of the mix.
        target: the loudness and the ceiling; None to leave the mix as it is.
        effect: of the encoder that the mix is mastered for.
    """
    if target is None:
        return Master(mix, profile)
    found = Master(mix, profile, 0.0, target.ceiling_dbtp - effect.headroom_db, 1 / effect.scale)
    measured = _measure(mix(), profile)
    if measured.lufs is None:
        return found
    found = replace(found, gain_db=target.lufs - measured.lufs, lufs=target.lufs)
    if measured.peak_db + found.gain_db <= target.ceiling_dbtp - effect.headroom_db + _HARMLESS_DB:
        return found
    return _adjusted(found, target.lufs)


def _adjusted(found: Master, target_lufs: float) -> Master:
    """Change the gain until what the limiter leaves is as loud as the target, along a line through two trials."""
    too_soft: Master | None = None
    too_loud: Master | None = None
    for _ in range(_MAX_TRIALS):
        found = replace(found, lufs=_measure(found.samples(), found.profile).lufs)
        if found.lufs is None or abs(target_lufs - found.lufs) <= _ACCURACY_LU:
            break
        if found.lufs < target_lufs:
            too_soft = found
        else:
            too_loud = found
        found = replace(found, gain_db=_next_gain_db(found, too_soft, too_loud, target_lufs), lufs=target_lufs)
    return found


def _next_gain_db(found: Master, too_soft: Master | None, too_loud: Master | None, target_lufs: float) -> float:
    if found.lufs is None:
        return found.gain_db
    if too_soft is None or too_soft.lufs is None or too_loud is None or too_loud.lufs is None:
        return found.gain_db + _STRIDE * (target_lufs - found.lufs)
    part = (target_lufs - too_soft.lufs) / (too_loud.lufs - too_soft.lufs)
    return too_soft.gain_db + part * (too_loud.gain_db - too_soft.gain_db)


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
