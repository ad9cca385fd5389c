"""Audio profiles: what a finished file is made of, and how loud it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from castline.pcm import SAMPLE_RATE_HZ


class Quality(StrEnum):
    """Quality of a finished file, and of what is spoken for it."""

    STANDARD = "standard"
    STUDIO = "studio"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioProfile:
    """Form of the audio in a finished file."""

    sample_rate_hz: int
    channels: int
    bit_rate_kbps: int
    """Of the formats that have one, for all channels together."""

    @property
    def layout(self) -> str:
        """FFmpeg's name for the channels."""
        return "mono" if self.channels == 1 else "stereo"

    @property
    def samples_per_tick(self) -> int:
        """The samples of a channel in a tick, the unit of every timeline: 1/24,000 s."""
        return self.sample_rate_hz // SAMPLE_RATE_HZ


STANDARD: Final = AudioProfile(sample_rate_hz=SAMPLE_RATE_HZ, channels=1, bit_rate_kbps=96)
_STUDIO_MONO: Final = AudioProfile(sample_rate_hz=48_000, channels=1, bit_rate_kbps=192)
_STUDIO_STEREO: Final = AudioProfile(sample_rate_hz=48_000, channels=2, bit_rate_kbps=192)


def profile_of(quality: Quality, *, has_music: bool) -> AudioProfile:
    """Return the profile of a file. Speech alone has one channel; so has everything in standard quality."""
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
    """As the segments are stored: all speech has the same level, and the file has no target."""

    @property
    def target(self) -> LoudnessTarget | None:
        """The target; None where there is none."""
        return _TARGETS.get(self)


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """Loudness and highest true peak of a file."""

    lufs: float
    ceiling_dbtp: float


# -20 LUFS lies within ACX's -23 to -18 dB RMS, with its peaks below -3 dB; broadcast is EBU R 128.
_TARGETS: Final = {
    Loudness.PODCAST: LoudnessTarget(-16.0, -1.5),
    Loudness.AUDIOBOOK: LoudnessTarget(-20.0, -3.0),
    Loudness.BROADCAST: LoudnessTarget(-23.0, -1.0),
}
