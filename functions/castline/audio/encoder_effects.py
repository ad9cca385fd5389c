"""Effects of encoders on the level: an encoder may raise peaks and may scale the whole signal.

The numbers were measured on speech that was limited at -1.5 dBTP and decoded by FFmpeg.
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
    """Margin below the ceiling: peaks are limited that much lower before encoding."""
    scale: float = 1.0
    """Amplitude of the decoded audio divided by the amplitude of the encoder's input."""


_LOSSLESS: Final = EncoderEffect()
_AAC: Final = EncoderEffect(headroom_db=0.7)
_OPUS: Final = EncoderEffect(headroom_db=1.0)
# LAME lowers the level, less at higher bit rates.
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
