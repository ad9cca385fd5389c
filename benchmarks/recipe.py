"""Files that the assembly benchmarks make."""

from __future__ import annotations

from enum import Enum

from castline.audio.formats import OutputFormat
from castline.audio.profile import Quality


class Recipe(Enum):
    """A file's format, its quality, and whether it has music."""

    MP3 = OutputFormat.MP3, Quality.STANDARD, False
    """Made by copying frames."""
    STUDIO_MP3_WITH_MUSIC = OutputFormat.MP3, Quality.STUDIO, True
    M4B = OutputFormat.M4B, Quality.STANDARD, False
    STUDIO_M4B_WITH_MUSIC = OutputFormat.M4B, Quality.STUDIO, True

    def __init__(self, output_format: OutputFormat, quality: Quality, has_music: bool) -> None:
        self.output_format = output_format
        self.quality = quality
        self.has_music = has_music

    @property
    def label(self) -> str:
        """The name in tables."""
        return self.name.lower().replace("_", " ")
