"""MP3 files decoded by another decoder, libsndfile."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from tests.unit.audio.pcm_samples import Samples


def decode(file: bytes) -> Samples:
    samples, rate_hz = soundfile.read(io.BytesIO(file), dtype="int16")
    assert rate_hz == 24_000
    decoded: Samples = samples
    return decoded


def lag_samples(decoded: Samples, source: Samples, reach: int = 1_200) -> int:
    """Return by how many samples ``decoded`` is late, from the peak of the cross-correlation."""
    size = 2 ** (len(source) + reach).bit_length()
    spectrum = np.fft.rfft(decoded.astype(float), size) * np.fft.rfft(source.astype(float), size).conj()
    correlation = np.roll(np.fft.irfft(spectrum, size), reach)[: 2 * reach + 1]
    return int(correlation.argmax()) - reach
