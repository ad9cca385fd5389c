"""Sounds to upload."""

from __future__ import annotations

import io
import time
import wave
from typing import TYPE_CHECKING

import httpx
import numpy as np

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.e2e.api_client import ApiClient

RATE_HZ = 48_000


def chord(seconds: float, *, hz: float = 220.0, amplitude: float = 0.2) -> NDArray[np.float64]:
    """Return three steady tones."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    ratios = np.array([1.0, 1.25, 1.5])[:, np.newaxis]
    tones: NDArray[np.float64] = np.sin(2 * np.pi * hz * ratios * times).sum(axis=0)
    return amplitude / 3 * tones


def wav(samples: NDArray[np.float64], *, channels: int = 2) -> bytes:
    """Return a WAV file with the same in all channels."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        frames = np.repeat((samples * 32_767).astype("<i2")[:, np.newaxis], channels, axis=1)
        writer.writeframes(frames.tobytes())
    return file.getvalue()


def upload(client: ApiClient, data: bytes, *, name: str = "clip.wav", content_type: str = "audio/wav") -> str:
    """Upload a file that is accepted, and return the id of its sound."""
    request = {"name": name, "size_bytes": len(data), "content_type": content_type}
    answer = client.post("/sounds", json=request)
    assert answer.status_code == 201, answer.text
    sound = answer.json()
    put = sound["upload"]
    assert (
        httpx.put(
            put["url"], headers=put["headers"], content=data, trust_env=False, timeout=PATIENCE_SECONDS
        ).status_code
        == 200
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := client.get(f"/sounds/{sound['id']}").json())["status"] == "waiting":
        assert time.monotonic() < deadline, "the sound is still waiting"
        time.sleep(0.05)
    assert now["status"] == "ready", now
    sound_id: str = sound["id"]
    return sound_id
