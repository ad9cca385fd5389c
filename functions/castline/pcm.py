"""PCM, the form of all speech: 16-bit little-endian mono without a header, at 24 kHz unless stated otherwise.

Computations use the byte order of the host, which is little-endian on x86 and Arm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLE_RATE_HZ: Final = 24_000
SAMPLE_WIDTH_BYTES: Final = 2
SAMPLES_PER_MS: Final = SAMPLE_RATE_HZ // 1000
BYTES_PER_MS: Final = SAMPLES_PER_MS * SAMPLE_WIDTH_BYTES
FULL_SCALE: Final = 32_768
"""The amplitude of 0 dBFS."""

_SCAN_WINDOW_BYTES: Final = 5 * SAMPLES_PER_MS * SAMPLE_WIDTH_BYTES


def ms_to_samples(duration_ms: int) -> int:
    """Return the exact number of samples in ``duration_ms``: a millisecond has 24 samples."""
    return duration_ms * SAMPLES_PER_MS


def samples_to_ms(samples: int) -> int:
    """Return the number of milliseconds in ``samples``, rounded to the nearest one; half a millisecond rounds up."""
    return (samples + SAMPLES_PER_MS // 2) // SAMPLES_PER_MS


def whole_samples(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks of whole samples. Chunks of a network stream may end within a sample."""
    half_sample = b""
    for chunk in chunks:
        joined = half_sample + chunk
        whole_bytes = len(joined) - len(joined) % SAMPLE_WIDTH_BYTES
        half_sample = joined[whole_bytes:]
        yield joined[:whole_bytes]


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The result of :func:`trim`."""

    pcm: bytes
    cut_samples: int
    """The number of samples removed from the front. Everything in ``pcm`` is heard earlier by this amount."""


def trim(
    pcm: bytes, *, threshold_dbfs: float = -50.0, margin_ms: int = 10, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Trimmed:
    """Cut the silence at both ends of ``pcm`` down to ``margin_ms``, exact to the sample.

    Silence is every sample whose amplitude does not exceed ``threshold_dbfs`` (0 dBFS is full scale). Silence shorter
    than the margin is kept, and none is added. PCM that is silent throughout is returned unchanged, because its
    silence was requested.
    """
    import audioop  # in the speech layer from Python 3.13 on; the API imports this module without that layer

    threshold = int(FULL_SCALE * 10 ** (threshold_dbfs / 20))
    total = len(pcm) // SAMPLE_WIDTH_BYTES
    leading = _leading_silence_samples(pcm, threshold)
    if leading == total:
        return Trimmed(pcm, 0)
    trailing = _leading_silence_samples(audioop.reverse(pcm, SAMPLE_WIDTH_BYTES), threshold)
    margin = margin_ms * sample_rate_hz // 1000
    start = max(0, leading - margin)
    end = min(total, total - trailing + margin)
    return Trimmed(pcm[start * SAMPLE_WIDTH_BYTES : end * SAMPLE_WIDTH_BYTES], start)


def _leading_silence_samples(pcm: bytes, threshold: int) -> int:
    """Return the number of samples before the first one above ``threshold``."""
    import audioop

    view = memoryview(pcm)
    for offset in range(0, len(view), _SCAN_WINDOW_BYTES):
        window = view[offset : offset + _SCAN_WINDOW_BYTES]
        if audioop.max(window, SAMPLE_WIDTH_BYTES) > threshold:
            inside = next(index for index, sample in enumerate(window.cast("h")) if abs(sample) > threshold)
            return offset // SAMPLE_WIDTH_BYTES + inside
    return len(pcm) // SAMPLE_WIDTH_BYTES
