"""Audio profiles of finished files: quality, sample rate, channels, bit rate and loudness."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from castline.pcm import SAMPLE_RATE_HZ


class Quality(StrEnum):
    """Quality of a finished file, and of the segments that are spoken for it."""

    STANDARD = "standard"
    STUDIO = "studio"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioProfile:
    """Sample rate, channels and bit rate of a finished file."""

    sample_rate_hz: int
    channels: int
    bit_rate_kbps: int
    """The bit rate of all channels together, for formats that have one."""

    @property
    def layout(self) -> str:
        """FFmpeg's name for the channels."""
        return "mono" if self.channels == 1 else "stereo"

    @property
    def samples_per_tick(self) -> int:
        """The number of samples of each channel in a tick, the unit of every timeline: 1/24,000 s."""
        return self.sample_rate_hz // SAMPLE_RATE_HZ


STANDARD: Final = AudioProfile(sample_rate_hz=SAMPLE_RATE_HZ, channels=1, bit_rate_kbps=96)
_STUDIO_MONO: Final = AudioProfile(sample_rate_hz=48_000, channels=1, bit_rate_kbps=192)
_STUDIO_STEREO: Final = AudioProfile(sample_rate_hz=48_000, channels=2, bit_rate_kbps=192)


def profile_of(quality: Quality, *, has_music: bool) -> AudioProfile:
    """Return the profile of a file. Files without music and files of standard quality have one channel."""
    match quality:
        case Quality.STANDARD:
            return STANDARD
        case Quality.STUDIO:
            return _STUDIO_STEREO if has_music else _STUDIO_MONO


class Loudness(StrEnum):
    """Loudness of a finished file as a whole, by ITU-R BS.1770."""

    PODCAST = "podcast"
    AUDIOBOOK = "audiobook"
    BROADCAST = "broadcast"
    NONE = "none"
    """The file has no target. Its segments keep the common level at which they are stored."""

    @property
    def target(self) -> LoudnessTarget | None:
        """The loudness target; None for ``NONE``."""
        return _TARGETS.get(self)


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """Loudness and highest true peak of a file."""

    lufs: float
    ceiling_dbtp: float


# Audiobook: -20 LUFS lies within the -23 to -18 dB RMS of ACX, which allows peaks of -3 dB. Broadcast: EBU R 128.
_TARGETS: Final = {
    Loudness.PODCAST: LoudnessTarget(-16.0, -1.5),
    Loudness.AUDIOBOOK: LoudnessTarget(-20.0, -3.0),
    Loudness.BROADCAST: LoudnessTarget(-23.0, -1.0),
}
