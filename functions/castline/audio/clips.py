"""Preparation of uploaded clips with pydub: fades, and the joint of a loop.

Only the ends of a clip are loaded and changed. The middle is read from the clip's file when it is needed, so memory
does not grow with the length of the clip.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from castline.audio.tracks import ClipFile, JoinedClip
from castline.pcm import SAMPLE_WIDTH_BYTES

with warnings.catch_warnings():
    # pydub warns if it finds no FFmpeg program to decode other formats with. Clips are PCM and need none.
    warnings.filterwarnings("ignore", message="Couldn't find ffmpeg or avconv")
    from pydub import AudioSegment

if TYPE_CHECKING:
    from pathlib import Path

    from castline.audio.profile import AudioProfile

_CROSSFADE_MS: Final = 500
"""Length of the crossfade from the end of a loop to its beginning; a quarter of the clip if the clip is below 2 s."""

_SPECTRUM_SAMPLES: Final = 4_096
_SPECTRUM_STRIDE: Final = 4
"""The spectrum is measured in every fourth block of ``_SPECTRUM_SAMPLES``."""
_BRIGHT_HZ: Final = 6_000
_BRIGHT_SHARE: Final = 0.03


class ClipSource:
    """An uploaded clip: a PCM file with the sample rate and channels of a profile."""

    def __init__(self, path: Path, profile: AudioProfile) -> None:
        """Read the clip from ``path``. Prepared ends are written to files beside it."""
        self._path = path
        self._profile = profile
        self._frame_bytes = SAMPLE_WIDTH_BYTES * profile.channels
        self._samples = path.stat().st_size // self._frame_bytes
        self._made = 0

    def __len__(self) -> int:
        """Return the number of samples of each channel."""
        return self._samples

    def faded(self, *, fade_in_ms: int, fade_out_ms: int) -> JoinedClip:
        """Return the clip faded in and out. A fade lasts at most half of the clip."""
        head = min(self._to_samples(fade_in_ms), self._samples // 2)
        tail = self._samples - min(self._to_samples(fade_out_ms), self._samples // 2)
        start = self._read(0, head)
        end = self._read(tail, self._samples)
        return JoinedClip(
            [
                self._write(start.fade_in(len(start)) if fade_in_ms else start),
                self._stretch(head, tail),
                self._write(end.fade_out(len(end)) if fade_out_ms else end),
            ]
        )

    def looped(self) -> JoinedClip:
        """Return the clip as an endless loop whose end crossfades into its beginning."""
        crossfade = min(self._to_samples(_CROSSFADE_MS), self._samples // 4)
        if not crossfade:
            return JoinedClip([], [self._stretch(0, self._samples)])
        tail = self._samples - crossfade
        end, start = self._read(tail, self._samples), self._read(0, crossfade)
        joint = end.fade_out(len(end)).overlay(start.fade_in(len(start)))
        return JoinedClip([self._stretch(0, tail)], [self._write(joint), self._stretch(crossfade, tail)])

    def is_bright(self) -> bool:
        """Return whether much of the clip's power lies above 6 kHz, where encoders save bits first."""
        clip = self._stretch(0, self._samples)
        powers = np.zeros(_SPECTRUM_SAMPLES // 2 + 1)
        for start in range(0, self._samples, _SPECTRUM_SAMPLES * _SPECTRUM_STRIDE):
            powers += (np.abs(np.fft.rfft(clip.read(start, _SPECTRUM_SAMPLES))) ** 2).sum(axis=0)
        first = _BRIGHT_HZ * _SPECTRUM_SAMPLES // self._profile.sample_rate_hz
        return bool(powers[first:].sum() > _BRIGHT_SHARE * powers.sum())

    def _to_samples(self, duration_ms: int) -> int:
        return duration_ms * self._profile.sample_rate_hz // 1000

    def _stretch(self, start: int, stop: int) -> ClipFile:
        return ClipFile(self._path, channels=self._profile.channels, start=start, stop=stop)

    def _read(self, start: int, stop: int) -> AudioSegment:
        with self._path.open("rb") as file:
            file.seek(start * self._frame_bytes)
            data = file.read((stop - start) * self._frame_bytes)
        return AudioSegment(
            data=data,
            sample_width=SAMPLE_WIDTH_BYTES,
            frame_rate=self._profile.sample_rate_hz,
            channels=self._profile.channels,
        )

    def _write(self, clip: AudioSegment) -> ClipFile:
        self._made += 1
        path = self._path.with_name(f"{self._path.name}.{self._made}")
        path.write_bytes(clip.raw_data)
        return ClipFile(path, channels=self._profile.channels)
