"""Reading of an uploaded audio file, in a process of its own: ``python -m castline.audio.probe_process``.

The file is hostile until it has been read. So this process has limits of time, memory, CPU and file size that it
sets before it touches the file, and nothing in its environment. FFmpeg opens the file by our own reader, may open
nothing else, and knows only formats and codecs of audio.

The process writes what it has measured, or what is wrong, to standard output as JSON (``castline.audio.probe`` reads
it), and three files into a folder: ``standard.pcm``, ``studio.pcm`` and ``listen.mp3``.
"""

from __future__ import annotations

import json
import math
import os
import resource
import struct
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import av
import av.error
import av.filter
import av.logging
import lameenc
import numpy as np

from castline.audio.upload_limits import (
    MAX_AUDIO_MS,
    MAX_CHANNELS,
    MAX_DECODE_CPU_SECONDS,
    MAX_MEMORY_BYTES,
    MAX_SAMPLE_RATE_HZ,
    MIN_SAMPLE_RATE_HZ,
    UnusableUpload,
    UploadProblem,
)
from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Samples = npt.NDArray[np.int16]

STUDIO_RATE_HZ: Final = 2 * SAMPLE_RATE_HZ
_MAX_STUDIO_FRAMES: Final = MAX_AUDIO_MS * STUDIO_RATE_HZ // 1000
_MAX_WRITTEN_BYTES: Final = _MAX_STUDIO_FRAMES * 4 + 1024 * 1024
"""Of the largest file, ``studio.pcm``: 16 bits, two channels, and what a last frame may go beyond the limit."""
_LISTEN_KBPS: Final = 128

_FORMATS: Final = "aac,aiff,flac,mov,mp3,ogg,wav"
_CODECS: Final = frozenset(
    {
        *("aac", "alac", "flac", "libopus", "mp3", "mp3float", "opus", "vorbis"),
        *("pcm_alaw", "pcm_mulaw", "pcm_s8", "pcm_u8"),
        *(f"pcm_{kind}{bits}{order}" for kind, bits in (("s", 16), ("s", 24), ("s", 32), ("f", 32), ("f", 64))
          for order in ("be", "le")),
    }
)  # fmt: skip
_OPTIONS: Final = {
    "format_whitelist": _FORMATS,
    "codec_whitelist": ",".join(sorted(_CODECS)),
    "protocol_whitelist": "none",  # which is no protocol: the file itself comes from our own reader
    "probesize": str(1024 * 1024),
    "formatprobesize": str(1024 * 1024),
    "analyzeduration": str(5_000_000),
    "max_streams": "16",
}
_TOLERATED_BAD_PACKETS: Final = 5
_TOLERATED_BAD_SHARE: Final = 0.01
_TOLERATED_MISSING_SHARE: Final = 0.02
_TOLERATED_MISSING_SECONDS: Final = 0.5
_OPEN_CPU_SECONDS: Final = 8
"""CPU time of starting, and of finding out what a file holds."""
_HARD_CPU_SECONDS: Final = MAX_DECODE_CPU_SECONDS + 5
_HEAD_BYTES: Final = 64 * 1024
_UNKNOWN_WAV_BYTES: Final = 0x7FFF0000
"""Sizes from here on are what programs write that do not know how much will follow, such as into a pipe."""
_SILENCE_LUFS: Final = -70.0
"""The loudness that ebur128 reports where there is nothing to measure: BS.1770's absolute gate."""
_VBR_HEADERS: Final = (b"Xing", b"Info", b"VBRI")


def main(upload: str, folder: str) -> None:
    """Read a file, and write what was found to standard output."""
    _limit_this_process()
    av.logging.set_level(None)
    try:
        result: dict[str, Any] = _read(Path(upload), Path(folder))
    except UnusableUpload as unusable:
        result = {"problem": unusable.problem.value}
    except (av.error.FFmpegError, MemoryError, OSError, ValueError, ArithmeticError, LookupError) as error:
        result = {"problem": UploadProblem.BROKEN.value, "reason": type(error).__name__}
    print(json.dumps(result))  # noqa: T201 (the result of the process)


def _limit_this_process() -> None:
    for limit, value in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _MAX_WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    _allow_cpu(_OPEN_CPU_SECONDS)


def _allow_cpu(seconds: int) -> None:
    """Have the kernel end this process by SIGXCPU, wherever in FFmpeg it is, when it has used so much CPU time."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, _HARD_CPU_SECONDS))


def _read(upload: Path, folder: Path) -> dict[str, Any]:
    if not upload.stat().st_size:
        raise UnusableUpload(UploadProblem.EMPTY)
    with upload.open("rb") as raw, ExitStack() as stack:
        file = _Reader(raw)
        try:
            container = stack.enter_context(
                av.open(file, "r", options=_OPTIONS, metadata_errors="replace", io_open=_open_nothing)
            )
        except (av.error.FFmpegError, ValueError) as error:
            problem = UploadProblem.BROKEN if _begins_as_audio(file.head) else UploadProblem.NOT_AUDIO
            raise UnusableUpload(problem) from error
        stream = _only_audio_stream(container)
        _allow_cpu(MAX_DECODE_CPU_SECONDS)
        forms = stack.enter_context(_Forms(folder))
        found = _decode(container, stream, forms)
        if not forms.frames:
            raise UnusableUpload(UploadProblem.EMPTY if not found.bad_packets else UploadProblem.BROKEN)
        seconds = forms.frames / STUDIO_RATE_HZ
        declared = _declared_seconds(container, stream, file)
        if found.is_mostly_bad or declared - seconds > max(
            _TOLERATED_MISSING_SECONDS, _TOLERATED_MISSING_SHARE * declared
        ):
            raise UnusableUpload(UploadProblem.BROKEN)
        forms.finish()
        return {
            "duration_ms": round(forms.frames * 1000 / STUDIO_RATE_HZ),
            "channels": found.channels,
            "sample_rate_hz": found.sample_rate_hz,
            "loudness_lufs": forms.studio_lufs,
            "standard_lufs": forms.standard_lufs,
        }


def _open_nothing(_url: str, _flags: int, _options: dict[str, str]) -> Any:
    """Refuse to open another file, which some formats can ask for."""
    raise OSError("a file may not refer to others")


class _Reader:
    """A file as FFmpeg reads it: without the ID3 tags at its beginning.

    Nobody needs the tags. FFmpeg takes minutes for 100,000 of them, and unpacks those that are compressed.

    Attributes:
        head: the first bytes behind the tags.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = 0
        while (tag := self._at(self._start, 10))[:3] == b"ID3" and len(tag) == 10:
            self._start += 10 + sum(
                (byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True)
            )
        self.head = self._at(self._start, _HEAD_BYTES)
        self.size = self._file.seek(0, os.SEEK_END) - self._start
        self.seek(0)

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to another position, and return it."""
        if whence == os.SEEK_SET:
            offset += self._start
        return self._file.seek(offset, whence) - self._start

    def tell(self) -> int:
        """Return the position."""
        return self._file.tell() - self._start

    def _at(self, position: int, size: int) -> bytes:
        self._file.seek(position)
        return self._file.read(size)


def _begins_as_audio(head: bytes) -> bool:
    """Return whether a file begins as one of a format that is read, so that what follows must be broken."""
    return (
        head.startswith((b"fLaC", b"OggS"))
        or (head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE")
        or (head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"})
        or head[4:8] == b"ftyp"
    )


def _only_audio_stream(container: Any) -> Any:
    """Return the audio stream of a file that is audio, and nothing else.

    A cover that is attached to the audio is a video stream to FFmpeg; it is not read. So are subtitles and data, such
    as the chapters of an audiobook.

    Raises:
        UnusableUpload: there is no audio, several streams of it, or a video; or it cannot be used.
    """
    if any(not stream.disposition & stream.disposition.attached_pic for stream in container.streams.video):
        raise UnusableUpload(UploadProblem.HAS_VIDEO)
    streams = container.streams.audio
    if not streams:
        raise UnusableUpload(UploadProblem.NOT_AUDIO)
    if len(streams) > 1:
        raise UnusableUpload(UploadProblem.SEVERAL_STREAMS)
    (stream,) = streams
    if stream.codec_context is None or stream.codec_context.name not in _CODECS:
        raise UnusableUpload(UploadProblem.NOT_AUDIO)
    _check_form(stream.codec_context.channels, stream.codec_context.sample_rate)
    stream.codec_context.thread_count = 1
    return stream


def _check_form(channels: int, sample_rate_hz: int) -> None:
    if not (channels and sample_rate_hz):
        raise UnusableUpload(UploadProblem.NOT_AUDIO)  # FFmpeg guessed a format, and found nothing of it
    if channels > MAX_CHANNELS:
        raise UnusableUpload(UploadProblem.TOO_MANY_CHANNELS)
    if not MIN_SAMPLE_RATE_HZ <= sample_rate_hz <= MAX_SAMPLE_RATE_HZ:
        raise UnusableUpload(UploadProblem.UNSUPPORTED_SAMPLE_RATE)


class _Found:
    """What has been found while decoding."""

    def __init__(self) -> None:
        self.packets = self.bad_packets = 0
        self.channels = self.sample_rate_hz = 0

    @property
    def is_mostly_bad(self) -> bool:
        """Return whether more packets are bad than can be passed over."""
        return self.bad_packets > max(_TOLERATED_BAD_PACKETS, _TOLERATED_BAD_SHARE * self.packets)


def _decode(container: Any, stream: Any, forms: _Forms) -> _Found:
    """Decode the stream, and write its forms."""
    found = _Found()
    resampler, form = None, None
    for packet in _packets(container, stream):
        found.packets += 1
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            found.bad_packets += 1
            continue
        for frame in frames:
            channels = frame.layout.nb_channels
            if form != (form := (frame.format.name, channels, frame.sample_rate)):
                _check_form(channels, frame.sample_rate)
                if resampler is not None:
                    forms.write(resampler.resample(None))
                found.channels = found.channels or channels
                found.sample_rate_hz = found.sample_rate_hz or frame.sample_rate
                resampler = av.AudioResampler("s16", "mono" if channels == 1 else "stereo", STUDIO_RATE_HZ)
            frame.pts = None
            assert resampler is not None  # noqa: S101 (for the type checker)
            forms.write(resampler.resample(frame))
    if resampler is not None:
        forms.write(resampler.resample(None))
    return found


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Yield the stream's packets, up to the first place that cannot be read."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        yield packet


def _declared_seconds(container: Any, stream: Any, file: _Reader) -> float:
    """Return the duration that a file's header declares; 0 if it declares none.

    FFmpeg estimates the duration of an MP3 without a header of its own, and of ADTS. Of a WAV it believes no header
    that goes beyond the end of the file.
    """
    names = set(container.format.name.split(","))
    if "wav" in names:
        context = stream.codec_context
        bits = _declared_wav_bytes(file) * 8
        return bits / context.bit_rate if context.bit_rate else 0.0
    if "ogg" in names or "aac" in names or stream.duration is None or stream.duration <= 0:
        return 0.0
    if "mp3" in names and not any(name in file.head for name in _VBR_HEADERS):
        return 0.0
    return float(stream.duration * stream.time_base)


def _declared_wav_bytes(file: _Reader) -> int:
    """Return the size of the samples by a WAV's header; 0 if it has none, or one for files of unknown length."""
    position = 12
    while (chunk := file.head[position : position + 8]) and len(chunk) == 8:
        name, size = struct.unpack("<4sI", chunk)
        if name == b"data":
            return 0 if size >= _UNKNOWN_WAV_BYTES else int(size)
        position += 8 + size + size % 2
    return 0


class _Forms:
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
        if self.frames > _MAX_STUDIO_FRAMES:
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


if __name__ == "__main__":
    main(*sys.argv[1:])
