"""FLAC, Opus and M4B files, encoded by FFmpeg through PyAV.

Every file states its exact length. FLAC counts samples. Ogg's last page has the position at which the audio ends. MP4
has an edit list that leaves out the encoder's delay of 1,024 samples and the padding of the last frame. FFmpeg's own
demuxer applies the start of the edit list to the sample, but its end only to the frame: audio that PyAV decodes may
end with up to 1,023 extra samples of silence.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

import av
from av.stream import Disposition

from castline.audio import image_header
from castline.audio.chunk_stream import ChunkStream
from castline.audio.errors import LengthMismatch
from castline.audio.formats import OutputFormat
from castline.audio.tags import printable
from castline.audio.vorbis_comments import picture_comment, vorbis_comments
from castline.pcm import SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from av.container import OutputContainer
    from av.container.core import Chapter as NumberedChapter

    from castline.audio.profile import AudioProfile
    from castline.audio.tags import Chapter, Cover, Tags

_FrameFormat = Literal[OutputFormat.FLAC, OutputFormat.OPUS, OutputFormat.M4B]

_BLOCK_SAMPLES: Final = 4_096
_MS: Final = Fraction(1, 1000)
_CHAPTER_TITLE_BYTES: Final = 255
"""The longest title that MP4's list of chapters can hold."""
_AUDIOBOOK: Final = "2"
_FRONT_COVER: Final = "Cover (front)"
"""FFmpeg's name for a front cover."""
_PICTURE_CODECS: Final = {"image/jpeg": "mjpeg", "image/png": "png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """Settings of FFmpeg for one format."""

    muxer: str
    codec: Literal["aac", "flac", "libopus"]
    codec_options: Mapping[str, str]
    is_lossless: bool = False


# Seconds of one core for an hour of speech and music at 48 kHz in stereo, with bit rates of 192 kbit/s. Memory stays
# below 60 MB, without the index of an MP4 file, which takes 13 MB for an hour.
# - FLAC: 5 s at level 5; 12 s at level 8, for a file that is 0.4 % smaller.
# - Opus: 20 s at complexity 5; 33 s at complexity 10, which helps at bit rates far below ours.
# - AAC: 25 to 29 s with the coder "fast"; 65 s with "twoloop". In all but 5 % of the frames, noise stayed 0.4 dB
#   below a simple masking threshold with "fast" and 0.3 dB above it with "twoloop" (in mono 2.8 and 2.5 dB below it).
#   Intensity stereo makes the noise 1.4 dB worse. Temporal noise shaping takes a tenth of the time and does not help.
_RECIPES: Final[Mapping[OutputFormat, _Recipe]] = {
    OutputFormat.FLAC: _Recipe(
        muxer="flac", codec="flac", codec_options={"compression_level": "5"}, is_lossless=True
    ),
    OutputFormat.OPUS: _Recipe(muxer="ogg", codec="libopus", codec_options={"compression_level": "5"}),
    OutputFormat.M4B: _Recipe(
        muxer="mp4", codec="aac", codec_options={"aac_coder": "fast", "aac_is": "0", "aac_tns": "0"}
    ),
}


def write_by_ffmpeg(
    path: Path,
    output_format: _FrameFormat,
    pcm: Iterable[bytes],
    *,
    profile: AudioProfile,
    total_samples: int,
    tags: Tags,
) -> None:
    """Write a file. The arguments and errors are those of :func:`castline.audio.encoding.write_file`."""
    recipe = _RECIPES[output_format]
    with av.open(path, "w", format=recipe.muxer, options=_muxer_options(output_format, profile)) as container:
        stream = container.add_stream(
            recipe.codec,
            profile.sample_rate_hz,
            options=dict(recipe.codec_options),
            layout=profile.layout,
            bit_rate=0 if recipe.is_lossless else profile.bit_rate_kbps * 1000,
        )
        stream.codec_context.time_base = Fraction(1, profile.sample_rate_hz)
        _tag(container, output_format, tags)
        encoded_samples = 0
        for frame in _frames(pcm, profile):
            container.mux(stream.encode(frame))
            encoded_samples += frame.samples
        if encoded_samples != total_samples:
            raise LengthMismatch(f"promised {total_samples} samples, encoded {encoded_samples}")
        container.mux(stream.encode(None))


def _muxer_options(output_format: _FrameFormat, profile: AudioProfile) -> dict[str, str]:
    same_bytes_each_time = {"fflags": "+bitexact"}
    if output_format is not OutputFormat.M4B:
        return same_bytes_each_time
    return {
        **same_bytes_each_time,
        "brand": "M4B ",
        "movflags": "faststart",  # a player can start before it has the whole file
        "movie_timescale": str(profile.sample_rate_hz),  # so that the edit list is exact to the sample
    }


def _tag(container: OutputContainer, output_format: _FrameFormat, tags: Tags) -> None:
    """Add the tags to a file, before any audio is encoded."""
    match output_format:
        case OutputFormat.FLAC:
            container.metadata.update(vorbis_comments(tags))
        case OutputFormat.OPUS:
            container.metadata.update(vorbis_comments(tags))
            if tags.cover is not None:
                container.metadata.update(picture_comment(tags.cover))
        case OutputFormat.M4B:
            container.metadata.update(_mp4_metadata(tags))
            container.set_chapters([_chapter(*numbered) for numbered in enumerate(tags.chapters)])
    if tags.cover is not None and output_format is not OutputFormat.OPUS:
        _attach(container, tags.cover)


def _mp4_metadata(tags: Tags) -> dict[str, str]:
    metadata = {"title": printable(tags.title), "media_type": _AUDIOBOOK}
    if tags.artists:
        metadata["artist"] = printable(", ".join(tags.artists))
    if tags.album is not None:
        metadata["album"] = printable(tags.album)
    return metadata


def _chapter(number: int, chapter: Chapter) -> NumberedChapter:
    """Return a chapter of the chapter track. The track has no holes, so its first chapter starts at 0."""
    title = printable(chapter.title).encode()[:_CHAPTER_TITLE_BYTES].decode(errors="ignore")
    return {
        "id": number,
        "start": chapter.start_ms if number else 0,
        "end": chapter.end_ms,
        "time_base": _MS,
        "metadata": {"title": title},
    }


def _attach(container: OutputContainer, cover: Cover) -> None:
    """Add a cover in the form that FFmpeg requires: a video stream of one picture."""
    header = image_header.read(cover.data)
    stream = container.add_mux_stream(
        _PICTURE_CODECS[header.content_type],
        width=header.width,
        height=header.height,
        time_base=_MS,
        disposition=Disposition.attached_pic,
    )
    stream.metadata["comment"] = _FRONT_COVER
    container.start_encoding()
    packet = av.Packet(cover.data)
    packet.stream = stream
    packet.time_base = _MS
    packet.pts = packet.dts = 0
    packet.is_keyframe = True
    container.mux(packet)


def _frames(pcm: Iterable[bytes], profile: AudioProfile) -> Iterator[av.AudioFrame]:
    sample_bytes = profile.channels * SAMPLE_WIDTH_BYTES
    position = 0
    with io.BufferedReader(ChunkStream(pcm)) as stream:
        while block := stream.read(_BLOCK_SAMPLES * sample_bytes):
            frame = av.AudioFrame("s16", profile.layout, len(block) // sample_bytes)
            frame.planes[0].update(block)
            frame.sample_rate = profile.sample_rate_hz
            frame.time_base = Fraction(1, profile.sample_rate_hz)
            frame.pts = position
            position += frame.samples
            yield frame
