"""Forms of a sound, written while it is decoded: PCM of both qualities, an MP3 for listening, and their loudness."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import av
import lameenc
import numpy as np

from castline.audio.loudness import PowerMeter, gated_lufs
from castline.audio.samples import from_pcm
from castline.audio.upload_limits import MAX_AUDIO_MS, UnusableUpload, UploadProblem
from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Samples = npt.NDArray[np.int16]

STUDIO_RATE_HZ: Final = 2 * SAMPLE_RATE_HZ
MAX_STUDIO_FRAMES: Final = MAX_AUDIO_MS * STUDIO_RATE_HZ // 1000
_LISTEN_KBPS: Final = 128


class SoundForms:
    """The files of a sound's forms, written while the sound is decoded.

    Attributes:
        frames: the number of sample frames of the studio form so far.
        studio_lufs, standard_lufs: the loudness of the two forms, set by ``finish``; None for silence.
    """

    def __init__(self, folder: Path) -> None:
        self.frames = 0
        self.studio_lufs: float | None = None
        self.standard_lufs: float | None = None
        self._standard_frames = 0
        self._studio_meter = PowerMeter(sample_rate_hz=STUDIO_RATE_HZ, channels=2)
        self._standard_meter = PowerMeter(sample_rate_hz=SAMPLE_RATE_HZ, channels=1)
        self._to_standard = av.AudioResampler("s16", "mono", SAMPLE_RATE_HZ)
        self._encoder = lameenc.Encoder()
        self._encoder.set_channels(2)
        self._encoder.set_in_sample_rate(STUDIO_RATE_HZ)
        self._encoder.set_bit_rate(_LISTEN_KBPS)
        self._encoder.set_quality(7)
        self._encoder.silence()
        self._files = ExitStack()
        self._studio, self._standard, self._listen = (
            self._files.enter_context((folder / name).open("wb"))
            for name in ("studio.pcm", "standard.pcm", "listen.mp3")
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._files.close()

    def write(self, frames: list[Any]) -> None:
        """Write frames at 48 kHz, mono or stereo.

        Raises:
            UnusableUpload: the audio is longer than a sound may be.
        """
        for frame in frames:
            samples: Samples = frame.to_ndarray().reshape(-1)
            if frame.layout.nb_channels == 1:
                # Both channels get the full level, as in players. FFmpeg would lower it by 3 dB.
                samples = np.repeat(samples, 2)
            self._write(samples)

    def _write(self, samples: Samples) -> None:
        """Write samples of two interleaved channels."""
        self.frames += samples.size // 2
        if self.frames > MAX_STUDIO_FRAMES:
            raise UnusableUpload(UploadProblem.TOO_LONG)
        pcm = samples.tobytes()
        self._studio.write(pcm)
        self._listen.write(self._encoder.encode(pcm))
        self._studio_meter.add(from_pcm(pcm, channels=2))
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = STUDIO_RATE_HZ
        self._write_standard(self._to_standard.resample(frame))

    def finish(self) -> None:
        """Write the remaining audio, and give the studio form exactly twice as many frames as the standard form."""
        if self.frames % 2:
            self._write(np.zeros(2, np.int16))
        self._write_standard(self._to_standard.resample(None))
        missing = self.frames // 2 - self._standard_frames
        if missing > 0:
            self._standard.write(bytes(2 * missing))
        self._standard.truncate(self.frames)  # half as many frames, of two bytes each
        self._listen.write(self._encoder.flush())
        self.studio_lufs = _lufs(self._studio_meter)
        self.standard_lufs = _lufs(self._standard_meter)

    def _write_standard(self, frames: list[Any]) -> None:
        for frame in frames:
            samples: Samples = frame.to_ndarray().reshape(-1)
            self._standard_frames += samples.size
            pcm = samples.tobytes()
            self._standard.write(pcm)
            self._standard_meter.add(from_pcm(pcm, channels=1))


def _lufs(meter: PowerMeter) -> float | None:
    """Return the loudness that a meter has measured, rounded to 0.1 LU; None for silence."""
    lufs = gated_lufs(meter.powers())
    return None if lufs is None else round(lufs, 1)
