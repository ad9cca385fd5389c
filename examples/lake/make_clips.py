"""Make the clips and the cover of this example from nothing: ``python make_clips.py FOLDER``.

It writes ``intro.wav``, ``bed.wav``, ``outro.wav`` and ``cover.png``, which sound and look the same each time.
"""

from __future__ import annotations

import struct
import sys
import wave
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE_HZ = 44_100
A4_HZ = 440.0
INTRO_SECONDS, BED_SECONDS, OUTRO_SECONDS = 7.0, 16.0, 6.0
CHORDS = ((-21, -9, -5, 2), (-17, -5, 0, 3), (-14, -2, 2, 7), (-16, -4, 0, 5))
"""Notes in semitones from A4."""
COVER_PIXELS = 640


def note(semitones: float, seconds: float, *, decay_seconds: float) -> np.ndarray:
    """Return a plucked note with three overtones."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    frequency_hz = A4_HZ * 2 ** (semitones / 12)
    partials = [
        np.sin(2 * np.pi * frequency_hz * n * time) / n**2 * np.exp(-time * n / decay_seconds) for n in (1, 2, 3)
    ]
    attack = np.minimum(1.0, time / 0.01)
    played: np.ndarray = sum(partials) * attack
    return played


def melody(notes: Sequence[tuple[float, float]], seconds: float) -> np.ndarray:
    """Return a stereo clip in which each note begins at its time, from left to right."""
    clip = np.zeros((round(seconds * RATE_HZ), 2))
    for number, (start_seconds, semitones) in enumerate(notes):
        start = round(start_seconds * RATE_HZ)
        played = note(semitones, seconds - start_seconds, decay_seconds=1.2)[: len(clip) - start]
        right = 0.3 + 0.4 * number / max(len(notes) - 1, 1)
        clip[start : start + len(played)] += played[:, None] * [1 - right, right]
    return clip


def pad() -> np.ndarray:
    """Return soft chords that can be repeated without a seam: each tone goes through whole periods."""
    time = np.arange(round(BED_SECONDS * RATE_HZ)) / RATE_HZ
    clip = np.zeros((len(time), 2))
    span = BED_SECONDS / len(CHORDS)
    for number, chord in enumerate(CHORDS):
        # A chord swells and fades around its place in the circle.
        distance = np.abs((time - number * span + BED_SECONDS / 2) % BED_SECONDS - BED_SECONDS / 2)
        swell = np.clip(1 - distance / span, 0, 1) ** 0.7
        for voice, semitones in enumerate(chord):
            frequency_hz = round(A4_HZ * 2 ** (semitones / 12) * BED_SECONDS) / BED_SECONDS
            right = 0.35 + 0.1 * voice
            tone = np.sin(2 * np.pi * frequency_hz * time + voice) * swell
            clip += tone[:, None] * [1 - right, right]
    return clip


def write_wav(path: Path, clip: np.ndarray) -> None:
    """Write a stereo clip as 16-bit PCM, its highest peak at -6 dBFS."""
    samples = np.round(clip / np.abs(clip).max() * 0.5 * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


def write_cover(path: Path) -> None:
    """Write a PNG: a sun over a lake."""
    y, x = np.mgrid[0:COVER_PIXELS, 0:COVER_PIXELS] / COVER_PIXELS
    sky = np.stack([0.95 - 0.5 * y, 0.55 + 0.1 * y, 0.45 + 0.4 * y], axis=-1)
    lake = np.stack([0.15 + 0.1 * x, 0.25 + 0.2 * (1 - y), 0.4 + 0.1 * np.sin(60 * y)], axis=-1)
    sun = ((x - 0.5) ** 2 + (y - 0.45) ** 2 < 0.02)[..., None]
    picture = np.where((y > 0.6)[..., None], lake, np.where(sun, [1.0, 0.9, 0.6], sky))
    rows = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8).reshape(COVER_PIXELS, -1)
    pixels = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", COVER_PIXELS, COVER_PIXELS, 8, 2, 0, 0, 0)
    compressed = zlib.compress(pixels, 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", compressed) + chunk(b"IEND", b""))


def main(folder: Path) -> None:
    """Write the files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rising = [(0.0, -12), (0.4, -5), (0.8, 0), (1.2, 4), (1.6, 7), (2.4, 12), (3.2, 7), (3.6, 12)]
    falling = [(0.0, 12), (0.5, 7), (1.0, 4), (1.5, 0), (2.2, -5), (3.0, -12)]
    write_wav(folder / "intro.wav", melody(rising, INTRO_SECONDS))
    write_wav(folder / "bed.wav", pad())
    write_wav(folder / "outro.wav", melody(falling, OUTRO_SECONDS))
    write_cover(folder / "cover.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
