"""Output formats of a finished dialogue."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from castline.audio.profile import STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from castline.audio.profile import AudioProfile


class OutputFormat(StrEnum):
    """An output format. Its value is also its file extension."""

    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"
    M4B = "m4b"

    @property
    def extension(self) -> str:
        """The file extension, without a dot."""
        return self.value

    @property
    def content_type(self) -> str:
        """The media type."""
        match self:
            case OutputFormat.MP3:
                return "audio/mpeg"
            case OutputFormat.WAV:
                return "audio/wav"
            case OutputFormat.FLAC:
                return "audio/flac"
            case OutputFormat.OPUS:
                return "audio/ogg"  # the container: RFC 7845, section 9
            case OutputFormat.M4B:
                return "audio/mp4"

    @property
    def is_lossy(self) -> bool:
        """Return whether the decoded audio differs from the encoder's input."""
        return self not in {OutputFormat.WAV, OutputFormat.FLAC}


def encode(
    output_format: OutputFormat, pcm: Iterable[bytes], total_samples: int, profile: AudioProfile = STANDARD
) -> Iterator[bytes]:
    """Encode ``pcm`` as a complete file without tags, chunk by chunk.

    Args:
        output_format: MP3 or WAV. Other formats cannot be streamed (see ``castline.audio.encoding``).
        pcm: Chunks of whole samples; two channels are interleaved.
        total_samples: The number of samples of each channel in all of ``pcm``, at least 1.
        profile: The profile of ``pcm`` and of the file.

    Raises:
        LengthMismatch: ``pcm`` holds more or fewer samples.
        ValueError: the format cannot be streamed.
    """
    match output_format:
        case OutputFormat.MP3:
            from castline.audio.mp3 import encode_mp3  # needs the speech layer, which the API does not have

            return encode_mp3(pcm, total_samples, profile)
        case OutputFormat.WAV:
            from castline.audio.wav import encode_wav

            return encode_wav(pcm, total_samples, profile)
        case OutputFormat.FLAC | OutputFormat.OPUS | OutputFormat.M4B:
            raise ValueError(f"{output_format} cannot be streamed")
