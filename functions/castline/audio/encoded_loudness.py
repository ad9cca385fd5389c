"""Loudness of an encoded file, measured on its decoded audio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from castline.audio.loudness import PowerMeter, gated_lufs

if TYPE_CHECKING:
    from pathlib import Path

    from castline.audio.profile import AudioProfile


def lufs_of_file(path: Path, profile: AudioProfile) -> float | None:
    """Return the loudness in LUFS of a file of any format with the given profile; None for silence."""
    meter = PowerMeter(sample_rate_hz=profile.sample_rate_hz, channels=profile.channels)
    resampler = av.AudioResampler("fltp", profile.layout, profile.sample_rate_hz)
    with av.open(path) as container:
        for frame in container.decode(container.streams.audio[0]):
            for resampled in resampler.resample(frame):
                meter.add(resampled.to_ndarray().astype(np.float32, copy=False))
    return gated_lufs(meter.powers())
