"""Tracks: clips around and under the speech, each with its place on the timeline and a gain envelope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from castline.pcm import FULL_SCALE, SAMPLE_WIDTH_BYTES, SAMPLES_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from castline.audio.profile import AudioProfile
    from castline.audio.samples import Channels, Samples
    from castline.audio.timeline import Span

DUCK_ATTACK_MS: Final = 300
"""The time in which the gain of a bed falls before speech begins."""
DUCK_HOLD_MS: Final = 250
"""The time for which the gain stays low after speech has ended."""
DUCK_RELEASE_MS: Final = 800
"""The time in which the gain rises after that."""

_POINT_MS: Final = 10
"""The distance between the points of an envelope: fine enough for fades and ducking, and 6 MB for an hour."""


class Clip(Protocol):
    """A clip that can be read from any position. It may be endless."""

    def read(self, start: int, count: int) -> Channels:
        """Return ``count`` samples from ``start`` on; silence where the clip has none."""
        ...


class ClipFile:
    """A stretch of interleaved 16-bit PCM in a file. Memory holds only the samples of one read."""

    def __init__(self, path: Path, *, channels: int, start: int = 0, stop: int | None = None) -> None:
        """Use the file from the sample ``start`` to the sample ``stop``, or to its end."""
        self._path = path
        self._channels = channels
        self._samples = range(path.stat().st_size // (SAMPLE_WIDTH_BYTES * channels))[start:stop]

    def __len__(self) -> int:
        """Return the number of samples of each channel."""
        return len(self._samples)

    def read(self, start: int, count: int) -> Channels:
        """Return ``count`` samples from ``start`` on."""
        wanted = self._samples[start : start + count]
        found = np.fromfile(
            self._path,
            np.int16,
            count=len(wanted) * self._channels,
            offset=wanted.start * self._channels * SAMPLE_WIDTH_BYTES,
        ).reshape(-1, self._channels)
        samples = np.zeros((self._channels, count), np.float32)
        samples[:, : len(found)] = found.T
        return samples / np.float32(FULL_SCALE)


class JoinedClip:
    """Stretches that are played once, one after another, and stretches that are repeated after them."""

    def __init__(self, once: Sequence[ClipFile], loop: Sequence[ClipFile] = ()) -> None:
        """Join the stretches of ``once``. They are followed by the repeated ``loop``, or by silence."""
        self._once = [stretch for stretch in once if len(stretch)]
        self._loop = [stretch for stretch in loop if len(stretch)]
        self._once_length = sum(map(len, self._once))
        self._loop_length = sum(map(len, self._loop))

    def __len__(self) -> int:
        """Return the number of samples of each channel before the loop."""
        return self._once_length

    def read(self, start: int, count: int) -> Channels:
        """Return ``count`` samples from ``start`` on."""
        parts: list[Channels] = []
        while count:
            stretch, offset = self._stretch_at(start)
            left = len(stretch) - offset
            part = stretch.read(offset, min(count, left) if left > 0 else count)
            parts.append(part)
            start += part.shape[1]
            count -= part.shape[1]
        return np.concatenate(parts, axis=1)

    def _stretch_at(self, sample: int) -> tuple[ClipFile, int]:
        """Return the stretch that contains a sample, and the sample's position in it."""
        stretches = self._once
        if sample >= self._once_length and self._loop:
            stretches = self._loop
            sample = (sample - self._once_length) % self._loop_length
        for stretch in stretches[:-1]:
            if sample < len(stretch):
                return stretch, sample
            sample -= len(stretch)
        return stretches[-1], sample


@dataclass(frozen=True, slots=True)
class Envelope:
    """A gain that changes in time: amplitude factors at some ticks, and straight lines between them."""

    ticks: NDArray[np.float64]
    gains: NDArray[np.float64]

    @classmethod
    def steady(cls, gain_db: float) -> Envelope:
        """Return a constant gain."""
        return cls(np.zeros(1), np.full(1, _factor(gain_db)))

    def at(self, start: int, count: int, samples_per_tick: int) -> Samples:
        """Return the gain of ``count`` samples from the sample ``start`` on."""
        ticks = np.arange(start, start + count) / samples_per_tick
        first = max(0, int(np.searchsorted(self.ticks, ticks[0])) - 1)
        last = int(np.searchsorted(self.ticks, ticks[-1])) + 1
        return np.interp(ticks, self.ticks[first:last], self.gains[first:last]).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A clip on the timeline, in ticks."""

    clip: Clip
    start: int
    end: int
    envelope: Envelope
    """The gain over the ticks of the timeline."""


def overlay(speech: Iterable[Samples], tracks: Sequence[Track], profile: AudioProfile) -> Iterator[Channels]:
    """Add tracks to speech, which is the same in all channels.

    Args:
        speech: one channel, as long as the file.
        tracks: the tracks in any order.
        profile: the profile of the speech, of the tracks' clips and of the result.
    """
    per_tick = profile.samples_per_tick
    at = 0
    for samples in speech:
        mixed = np.repeat(samples[np.newaxis], profile.channels, axis=0)
        for track in tracks:
            start, end = max(at, track.start * per_tick), min(at + len(samples), track.end * per_tick)
            if start < end:
                clip = track.clip.read(start - track.start * per_tick, end - start)
                mixed[:, start - at : end - at] += clip * track.envelope.at(start, end - start, per_tick)
        yield mixed
        at += len(samples)


def duck(
    spans: Sequence[Span], *, start: int, end: int, gain_db: float, duck_db: float, fade_in_ms: int, fade_out_ms: int
) -> Envelope:
    """Return the gain of a bed, which is lower during speech and faded in and out at its ends.

    The gain falls by ``duck_db`` in the 300 ms before speech, stays low for 250 ms after it, and rises within 800 ms.
    It hardly moves between turns that follow each other within a second.

    Args:
        spans: the times of speech, in ticks and in order.
        start: the first tick of the bed.
        end: the tick after the last one of the bed.
        gain_db: the gain without speech.
        duck_db: the amount by which the gain is lower during speech.
        fade_in_ms: the length of the fade at the start.
        fade_out_ms: the length of the fade at the end.
    """
    ticks = np.append(np.arange(start, end, _POINT_MS * SAMPLES_PER_MS, dtype=np.float64), float(end))
    low = np.zeros(len(ticks))
    if spans:
        starts = np.array([span.start_sample for span in spans], np.float64)
        ends = np.maximum.accumulate([span.end_sample for span in spans]).astype(np.float64)
        following = np.searchsorted(starts, ticks, side="right")
        until_speech = np.append(starts, np.inf)[following] - ticks
        since_speech = ticks - np.insert(ends, 0, -np.inf)[following]
        falling = 1 - until_speech / (DUCK_ATTACK_MS * SAMPLES_PER_MS)
        rising = 1 - (since_speech / SAMPLES_PER_MS - DUCK_HOLD_MS) / DUCK_RELEASE_MS
        low = np.clip(np.maximum(falling, rising), 0.0, 1.0)
    gains = 10 ** ((gain_db - duck_db * low) / 20)
    if fade_in_ms:
        gains *= np.clip((ticks - start) / (fade_in_ms * SAMPLES_PER_MS), 0.0, 1.0)
    if fade_out_ms:
        gains *= np.clip((end - ticks) / (fade_out_ms * SAMPLES_PER_MS), 0.0, 1.0)
    return Envelope(ticks, gains)


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
