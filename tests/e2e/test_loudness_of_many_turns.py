"""Loudness of the longest dialogue, whose frames are copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.dialogues import dialogue
from tests.unit.audio.ffmpeg import ebur128_of_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.api_client import ApiClient


def test_a_thousand_turns_of_different_length_are_as_loud_as_their_target(client: ApiClient, tmp_path: Path) -> None:
    texts = [f"第{number}句，{'今天說旅行，' * (number % 4)}好。" for number in range(1_000)]

    job = client.wait_for(client.submit(dialogue(*texts)), "completed", timeout_seconds=270)

    path = tmp_path / "file.mp3"
    path.write_bytes(client.download(job["id"]).content)
    measured = ebur128_of_file(path)
    assert measured.lufs == pytest.approx(-16.0, abs=0.5)
    assert measured.peak_dbtp <= -1.5
    assert job["result_metadata"]["loudness_lufs"] == pytest.approx(measured.lufs, abs=0.3)
