"""Forms of a sound, written while it is decoded: PCM of both qualities, an MP3 for listening, and their loudness."""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import av
import av.error
import av.filter
import lameenc
import numpy as np

from castline.audio.upload_limits import MAX_AUDIO_MS, UnusableUpload, UploadProblem
from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Samples = npt.NDArray[np.int16]

STUDIO_RATE_HZ: Final = 2 * SAMPLE_RATE_HZ
MAX_STUDIO_FRAMES: Final = MAX_AUDIO_MS * STUDIO_RATE_HZ // 1000
_LISTEN_KBPS: Final = 128
_SILENCE_LUFS: Final = -70.0
"""The loudness that ebur128 reports where there is nothing to measure: BS.1770's absolute gate."""


class SoundForms:
    """The files that are made of a sound, written as it is decoded.

    Attributes:
        frames: the sample frames of the studio form so far.
        studio_lufs, standard_lufs: the loudness of both forms, once they are finished; None for silence.
    """

    def __init__(self, folder: Path) -> None:
        self.frames = 0
        self.studio_lufs: float | None = None
        self.standard_lufs: float | None = None
        self._standard_frames = 0
        self._studio_meter = _LoudnessMeter(STUDIO_RATE_HZ, "stereo")
        self._standard_meter = _LoudnessMeter(SAMPLE_RATE_HZ, "mono")
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
            UnusableUpload: there is more audio than a sound may have.
        """
        for frame in frames:
            samples: Samples = frame.to_ndarray().reshape(-1)
            if frame.layout.nb_channels == 1:
                # Both channels get all of it, as players do it. FFmpeg would take 3 dB off.
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
        frame = _frame(samples, STUDIO_RATE_HZ, "stereo")
        self._studio_meter.measure(frame)
        self._write_standard(self._to_standard.resample(frame))

    def finish(self) -> None:
        """Write what is left, and make the studio form exactly twice as many frames as the standard form."""
        if self.frames % 2:
            self._write(np.zeros(2, np.int16))
        self._write_standard(self._to_standard.resample(None))
        missing = self.frames // 2 - self._standard_frames
        if missing > 0:
            self._standard.write(bytes(2 * missing))
        self._standard.truncate(self.frames)  # half as many frames, of two bytes each
        self._listen.write(self._encoder.flush())
        self.studio_lufs = self._studio_meter.lufs()
        self.standard_lufs = self._standard_meter.lufs()

    def _write_standard(self, frames: list[Any]) -> None:
        for frame in frames:
            samples: Samples = frame.to_ndarray().reshape(-1)
            self._standard_frames += samples.size
            self._standard.write(samples.tobytes())
            self._standard_meter.measure(_frame(samples, SAMPLE_RATE_HZ, "mono"))


def _frame(samples: Samples, sample_rate_hz: int, layout: str) -> Any:
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
    frame.sample_rate = sample_rate_hz
    return frame


class _LoudnessMeter:
    """Integrated loudness by ITU-R BS.1770, as FFmpeg's ebur128 measures it."""

    def __init__(self, sample_rate_hz: int, layout: str) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(sample_rate=sample_rate_hz, format="s16", layout=layout)
        meter = self._graph.add("ebur128", "metadata=1:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._lufs = -math.inf

    def measure(self, frame: Any) -> None:
        """Take a frame into account."""
        self._graph.push(frame)
        self._pull()

    def lufs(self) -> float | None:
        """Return the loudness of all frames to a tenth; None for silence."""
        self._graph.push(None)
        self._pull()
        return round(self._lufs, 1) if self._lufs > _SILENCE_LUFS else None

    def _pull(self) -> None:
        while True:
            try:
                measured = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            integrated = measured.metadata.get("lavfi.r128.I")
            if integrated is not None:
                self._lufs = float(integrated)
