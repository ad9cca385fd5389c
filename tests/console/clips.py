"""Files that are uploaded in the tests of the console: tones and pictures."""

from __future__ import annotations

import io
import math
import struct
import wave
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

_RATE_HZ = 24_000


def write_tone(path: Path, *, seconds: float = 2.0, pitch_hz: float = 440.0) -> Path:
    """Write a WAV of a tone, and return its path."""
    samples = (
        round(9_000 * math.sin(2 * math.pi * pitch_hz * at / _RATE_HZ)) for at in range(round(seconds * _RATE_HZ))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return path


def write_picture(path: Path) -> Path:
    """Write a square JPEG or PNG, by the path's extension, and return its path."""
    picture = Image.linear_gradient("L").resize((300, 300)).convert("RGB")
    content = io.BytesIO()
    picture.save(content, "PNG" if path.suffix == ".png" else "JPEG")
    path.write_bytes(content.getvalue())
    return path
