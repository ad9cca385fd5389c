"""Encoding of a finished file with its tags, in every format.

MP3 and WAV can be streamed (``castline.audio.formats.encode``). FLAC, Opus and M4B cannot: FFmpeg goes back in the
file after it has written the end.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from castline.audio.formats import OutputFormat, encode
from castline.audio.id3 import id3_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from castline.audio.profile import AudioProfile
    from castline.audio.tags import Tags


def stream_file(
    output_format: OutputFormat, pcm: Iterable[bytes], *, profile: AudioProfile, total_samples: int, tags: Tags
) -> Iterator[bytes]:
    """Encode ``pcm`` as a complete MP3 or WAV file, chunk by chunk. Arguments and errors are those of ``write_file``.

    Raises:
        ValueError: the format cannot be streamed.
    """
    file = encode(output_format, pcm, total_samples, profile)
    return chain([id3_tag(tags)], file) if output_format is OutputFormat.MP3 else file


def write_file(
    path: Path,
    output_format: OutputFormat,
    pcm: Iterable[bytes],
    *,
    profile: AudioProfile,
    total_samples: int,
    tags: Tags,
) -> None:
    """Encode ``pcm`` as a complete file, in constant memory. The file decodes to exactly ``total_samples``.

    Args:
        path: The file to create or replace. Its content is invalid if an error is raised.
        output_format: The format of the file. A WAV file has no tags.
        pcm: Chunks of whole 16-bit little-endian samples; two channels are interleaved.
        profile: The profile of ``pcm`` and of the file.
        total_samples: The number of samples of each channel in all of ``pcm``, at least 1.
        tags: The tags of the file. Opus and FLAC have room for the first 1,000 chapters.

    Raises:
        LengthMismatch: ``pcm`` holds more or fewer samples.
        UnusableUpload: the cover is not an image.
    """
    match output_format:
        case OutputFormat.MP3 | OutputFormat.WAV:
            with path.open("wb") as file:
                file.writelines(
                    stream_file(output_format, pcm, profile=profile, total_samples=total_samples, tags=tags)
                )
        case OutputFormat.FLAC | OutputFormat.OPUS | OutputFormat.M4B:
            from castline.audio.ffmpeg_encoding import write_by_ffmpeg  # needs the speech layer and is slow to load

            write_by_ffmpeg(path, output_format, pcm, profile=profile, total_samples=total_samples, tags=tags)
