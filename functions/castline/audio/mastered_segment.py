"""Mastered MP3 frames of a segment: as loud as the file that they are for, with limited peaks.

In a file, pauses follow the segments. Loudness blocks that reach into a pause count as well, so a file of short
segments is quieter than the segments alone. Each segment is therefore measured together with a pause of the file's
average length.

If all segments of a file have such frames, the file is made by copying them. Its loudness is computed from the
positions and powers of the segments, without decoding a frame.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from castline.audio.encoder_effects import effect_of
from castline.audio.formats import OutputFormat
from castline.audio.limiter import limit
from castline.audio.loudness import STEP_MS, STEPS_PER_BLOCK, PowerMeter, gated_lufs, powers_of
from castline.audio.profile import STANDARD
from castline.audio.samples import chunks_of, to_pcm
from castline.audio.stored_segment import encode_segment
from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from castline.audio.profile import LoudnessTarget

_MAX_STEPS: Final = 900
"""The most steps of one segment. Its powers are stored in S3 metadata, which holds 2 KB."""
_MAX_TRIALS: Final = 4
_ACCURACY_LU: Final = 0.1
_STRIDE: Final = 1.4
"""Gain in dB that is added for each missing LU: more than 1, because the limiter takes part of it away again."""
_LONGEST_PAUSE_MS: Final = 300
"""The longest pause that is measured. A longer one changes little, because the gates leave out silent blocks."""
_MAX_RAISE_LU: Final = 1.0
"""The most that a segment is raised because of its pause. Otherwise "Yes." would stand out among long turns."""
_CHUNK_SAMPLES: Final = 1 << 16
_LOWEST_DB: Final = -110
_BYTES_PER_DB: Final = 2


@dataclass(frozen=True, slots=True)
class StepPowers:
    """K-weighted power of a segment, in steps."""

    step_ms: int
    powers: NDArray[np.float64]

    def pack(self) -> str:
        """Return the powers as text: the length of a step, then in Base64 a byte of half decibels for each step."""
        decibels = 10 * np.log10(np.maximum(self.powers, 1e-12))
        steps = np.clip(np.rint((decibels - _LOWEST_DB) * _BYTES_PER_DB), 0, 255).astype(np.uint8)
        return f"{self.step_ms}:{base64.b64encode(steps.tobytes()).decode('ascii')}"

    @classmethod
    def unpack(cls, text: str) -> StepPowers:
        """Parse the text that :meth:`pack` returns.

        Raises:
            ValueError: the text has another form.
        """
        step_ms, _, packed = text.partition(":")
        steps = np.frombuffer(base64.b64decode(packed, validate=True), np.uint8)
        return cls(int(step_ms), 10 ** ((steps / _BYTES_PER_DB + _LOWEST_DB) / 10))


def master_segment(
    pcm: bytes, *, gain_db: float, target: LoudnessTarget, pause_ms: float = 0
) -> tuple[bytes, StepPowers]:
    """Bring a segment, together with the pause after it, to the target loudness, and encode it.

    The gain makes up for the loudness that the limiter takes away. Otherwise an hour of voices with high peaks would
    be 1 LU too quiet, and its frames could not be copied.

    Args:
        pcm: the segment's PCM, at least one sample.
        gain_db: the gain that would reach the target without the limiter and the pause.
        target: the loudness target, of which only the ceiling is used.
        pause_ms: the length of the pause.

    Returns:
        The MP3 frames and the power of their decoded audio. The first frame needs no frame before it.
    """
    effect = effect_of(OutputFormat.MP3, STANDARD)
    ceiling_dbtp = target.ceiling_dbtp - effect.headroom_db
    powers = powers_of(pcm, SAMPLE_RATE_HZ)
    pause_steps = round(min(pause_ms, _LONGEST_PAUSE_MS) / STEP_MS)
    lufs, heard_lufs = gated_lufs(powers), _lufs_with_pause(powers, pause_steps)
    raise_db = 0.0 if lufs is None or heard_lufs is None else min(_MAX_RAISE_LU, lufs - heard_lufs)
    added_db = gain_db = gain_db + raise_db
    for _ in range(_MAX_TRIALS):
        mastered, powers = _master(pcm, gain_db=added_db, ceiling_dbtp=ceiling_dbtp, scale=1 / effect.scale)
        now_lufs = _lufs_with_pause(powers, pause_steps)
        if heard_lufs is None or now_lufs is None or abs(missing := heard_lufs + gain_db - now_lufs) <= _ACCURACY_LU:
            break
        added_db += _STRIDE * missing
    together = -(-len(powers) // _MAX_STEPS)
    padded = np.pad(powers, (0, -len(powers) % together)).reshape(-1, together).mean(axis=1)
    return encode_segment(mastered).frames, StepPowers(STEP_MS * together, padded)


def _lufs_with_pause(powers: NDArray[np.float64], pause_steps: int) -> float | None:
    """Return the loudness of a segment that is repeated endlessly with a pause each time; None for silence."""
    if not pause_steps:
        return gated_lufs(powers)
    once = np.pad(powers, (0, pause_steps))
    return gated_lufs(np.resize(once, len(once) + STEPS_PER_BLOCK - 1))


def _master(pcm: bytes, *, gain_db: float, ceiling_dbtp: float, scale: float) -> tuple[bytes, NDArray[np.float64]]:
    """Amplify and limit PCM. Return the limited PCM times ``scale``, and the power of each step before that factor.

    The PCM is processed in chunks, because a task masters many segments at once and the limiter takes twenty times
    the memory of a chunk.
    """
    factor = np.float32(10 ** (gain_db / 20))
    meter = PowerMeter(sample_rate_hz=SAMPLE_RATE_HZ, channels=1)
    parts: list[bytes] = []
    louder = (chunk * factor for chunk in chunks_of(pcm, chunk_samples=_CHUNK_SAMPLES))
    for chunk in limit(louder, sample_rate_hz=SAMPLE_RATE_HZ, ceiling_dbtp=ceiling_dbtp):
        meter.add(chunk)
        parts.append(to_pcm(chunk * np.float32(scale)))
    return b"".join(parts), meter.powers()
