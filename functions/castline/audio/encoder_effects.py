"""Effects of an encoder on what is heard: by how much it may raise peaks, and how it scales the whole.

Measured on speech limited at -1.5 dBTP, decoded by FFmpeg.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline.audio.formats import OutputFormat
from castline.audio.profile import STANDARD

if TYPE_CHECKING:
    from castline.audio.profile import AudioProfile


@dataclass(frozen=True, slots=True)
class EncoderEffect:
    """Effect of one encoder."""

    headroom_db: float = 0.0
    """Peaks are limited so far below the ceiling."""
    scale: float = 1.0
    """A factor on the amplitude of everything."""


_LOSSLESS: Final = EncoderEffect()
_AAC: Final = EncoderEffect(headroom_db=0.7)
_OPUS: Final = EncoderEffect(headroom_db=1.0)
# LAME turns everything down, the less the higher the bit rate is.
_MP3_96_KBPS: Final = EncoderEffect(headroom_db=1.0, scale=0.95)
_MP3_192_KBPS: Final = EncoderEffect(headroom_db=1.0, scale=0.97)


def effect_of(output_format: OutputFormat, profile: AudioProfile) -> EncoderEffect:
    """Return the effect of the encoder of a format."""
    match output_format:
        case OutputFormat.MP3:
            return _MP3_96_KBPS if profile == STANDARD else _MP3_192_KBPS
        case OutputFormat.OPUS:
            return _OPUS
        case OutputFormat.M4B:
            return _AAC
        case OutputFormat.WAV | OutputFormat.FLAC:
            return _LOSSLESS
