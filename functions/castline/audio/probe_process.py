"""Process that reads an uploaded audio file: ``python -m castline.audio.probe_process``.

The file may be hostile. Before the process opens the file, it limits its memory, CPU time and file size. Its parent
limits its time, and leaves no credentials in its environment. FFmpeg reads the file through our own reader, cannot
open other files, and is limited to formats and codecs of audio.

The process writes its measurements or the problem to standard output as JSON, which ``castline.audio.probe`` reads.
It writes three files into a folder: ``standard.pcm``, ``studio.pcm`` and ``listen.mp3``.
"""

from __future__ import annotations

import errno
import json
import resource
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import av.error
import av.logging

from castline.audio.sound_forms import MAX_STUDIO_FRAMES, STUDIO_RATE_HZ, SoundForms
from castline.audio.upload_limits import (
    MAX_CHANNELS,
    MAX_DECODE_CPU_SECONDS,
    MAX_MEMORY_BYTES,
    MAX_SAMPLE_RATE_HZ,
    MIN_SAMPLE_RATE_HZ,
    UnusableUpload,
    UploadProblem,
)
from castline.audio.uploaded_file import UploadedFile, declared_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_WRITTEN_BYTES: Final = MAX_STUDIO_FRAMES * 4 + 1024 * 1024
"""Size limit of the largest file, ``studio.pcm``: 16 bits, two channels, and 1 MiB of room for the last frame."""

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
    "protocol_whitelist": "none",  # not the name of a protocol; our own reader reads the file
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
"""CPU time for starting the process and detecting the content of the file."""
_HARD_CPU_SECONDS: Final = MAX_DECODE_CPU_SECONDS + 5


def main(upload: str, folder: str) -> None:
    """Read a file, and write the result to standard output."""
    _limit_this_process()
    av.logging.set_level(None)
    try:
        result: dict[str, Any] = _read(Path(upload), Path(folder))
    except UnusableUpload as unusable:
        result = {"problem": unusable.problem.value}
    except (av.error.FFmpegError, MemoryError, OSError, ValueError, ArithmeticError, LookupError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise  # the disk is full, which is not the file's fault
        result = {"problem": UploadProblem.BROKEN.value}
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
    """Let the kernel end this process with SIGXCPU after ``seconds`` of CPU time, even while FFmpeg is running."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, _HARD_CPU_SECONDS))


def _read(upload: Path, folder: Path) -> dict[str, Any]:
    if not upload.stat().st_size:
        raise UnusableUpload(UploadProblem.EMPTY)
    with upload.open("rb") as raw, ExitStack() as stack:
        file = UploadedFile(raw)
        try:
            container = stack.enter_context(
                av.open(file, "r", options=_OPTIONS, metadata_errors="replace", io_open=_open_nothing)
            )
        except (av.error.FFmpegError, ValueError) as error:
            problem = UploadProblem.BROKEN if file.begins_as_audio else UploadProblem.NOT_AUDIO
            raise UnusableUpload(problem) from error
        stream = _only_audio_stream(container)
        _allow_cpu(MAX_DECODE_CPU_SECONDS)
        forms = stack.enter_context(SoundForms(folder))
        found = _decode(container, stream, forms)
        if not forms.frames:
            raise UnusableUpload(UploadProblem.EMPTY if not found.bad_packets else UploadProblem.BROKEN)
        seconds = forms.frames / STUDIO_RATE_HZ
        declared = declared_seconds(container, stream, file)
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
    """Refuse to open other files, to which some formats can refer."""
    raise OSError("a file may not refer to others")


def _only_audio_stream(container: Any) -> Any:
    """Return the only audio stream of a file, and check that it can be used.

    FFmpeg presents an attached cover as a video stream, which is ignored. Subtitles and data, such as the chapters of
    an audiobook, are ignored, too.

    Raises:
        UnusableUpload: the file has no audio stream or several, it has a video, or its audio is not supported.
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
        raise UnusableUpload(UploadProblem.NOT_AUDIO)  # FFmpeg guessed a format, and found no audio in it
    if channels > MAX_CHANNELS:
        raise UnusableUpload(UploadProblem.TOO_MANY_CHANNELS)
    if not MIN_SAMPLE_RATE_HZ <= sample_rate_hz <= MAX_SAMPLE_RATE_HZ:
        raise UnusableUpload(UploadProblem.UNSUPPORTED_SAMPLE_RATE)


class _Found:
    """Packet counts and audio format that were found while decoding."""

    def __init__(self) -> None:
        self.packets = self.bad_packets = 0
        self.channels = self.sample_rate_hz = 0

    @property
    def is_mostly_bad(self) -> bool:
        """Return whether more packets are bad than are tolerated."""
        return self.bad_packets > max(_TOLERATED_BAD_PACKETS, _TOLERATED_BAD_SHARE * self.packets)


def _decode(container: Any, stream: Any, forms: SoundForms) -> _Found:
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


if __name__ == "__main__":
    main(*sys.argv[1:])
