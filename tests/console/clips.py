"""Files that are uploaded in the tests of the console: tones and pictures."""

from __future__ import annotations

import io
import math
import mimetypes
import struct
import time
import wave
from typing import TYPE_CHECKING

import httpx
from PIL import Image, ImageOps

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.api_client import ApiClient

_RATE_HZ = 24_000
CHECKED_WITHIN_MS = 60_000
"""The time in which an upload is checked on a busy machine."""


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
    shade = Image.linear_gradient("L").resize((300, 300))
    picture = ImageOps.colorize(shade, "#0d675f", "#f2ab6c")
    content = io.BytesIO()
    picture.save(content, "PNG" if path.suffix == ".png" else "JPEG")
    path.write_bytes(content.getvalue())
    return path


def broken_file(folder: Path) -> Path:
    """Write a file that the service cannot read, and return its path."""
    path = folder / "Archive.mp3"
    path.write_bytes(b"PK\x03\x04 a zip under another name")
    return path


def unknown_file(folder: Path) -> Path:
    """Write a file that is not even sent, and return its path."""
    path = folder / "notes.txt"
    path.write_text("no music", "utf-8")
    return path


def upload(client: ApiClient, path: Path) -> str:
    """Upload a file by the API, wait until it can be used, and return the sound's id."""
    content = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0]
    request = {"name": path.stem, "size_bytes": len(content), "content_type": content_type}
    created = client.post("/sounds", json=request)
    assert created.status_code == 201, created.text
    sound = created.json()
    put = sound["upload"]
    with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as storage:
        storage.request(put["method"], put["url"], headers=put["headers"], content=content).raise_for_status()
    deadline = time.monotonic() + CHECKED_WITHIN_MS / 1000
    while client.get(f"/sounds/{sound['id']}").json()["status"] != "ready":
        assert time.monotonic() < deadline, f"{path.name} is not ready"
        time.sleep(0.1)
    return str(sound["id"])
