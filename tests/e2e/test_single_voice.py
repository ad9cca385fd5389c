"""Single-voice jobs: ``POST /jobs/tts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.voices import VOICES
from tests.e2e.decoded_audio import DecodedAudio, decode
from tests.e2e.dialogues import HSIAO_YU

if TYPE_CHECKING:
    from tests.e2e.api_client import ApiClient

TEXT = "這一段文字由一個聲音朗讀。"


def submit(client: ApiClient, **changes: Any) -> str:
    response = client.post("/jobs/tts", json={"provider": "azure", "text": TEXT, "voice_id": HSIAO_YU, **changes})
    assert response.status_code == 201, response.text
    assert response.json()["job_type"] == "single_tts"
    job_id: str = response.json()["id"]
    return job_id


def complete(client: ApiClient, **changes: Any) -> tuple[dict[str, Any], DecodedAudio]:
    job = client.wait_for(submit(client, **changes), "completed")
    return job, decode(client.download(job["id"]).content)


def test_it_is_spoken_and_its_input_can_be_submitted_again(client: ApiClient) -> None:
    # When
    job, audio = complete(client, voice_name="曉雨")

    # Then
    assert job["input_params"] == {
        "provider": "azure",
        "text": TEXT,
        "voice_id": HSIAO_YU,
        "voice_name": "曉雨",
        "language": "zh-TW",
        "output_format": "mp3",
        "quality": "standard",
        "loudness": "podcast",
        "speed": 1.0,
        "pitch": 0,
        "volume": 1.0,
    }
    (turn,) = job["result_metadata"]["turn_timings"]
    assert (turn["turn_index"], turn["speaker"], turn["start_ms"]) == (0, "", 0)
    assert audio.duration_ms == pytest.approx(job["result_metadata"]["duration_ms"], abs=24)
    assert client.post("/jobs/tts/estimate", json=job["input_params"]).status_code == 200


def test_speed_pitch_and_volume_are_heard(client: ApiClient) -> None:
    # Given
    _, plain = complete(client, output_format="wav", loudness="none")

    # When
    _, changed = complete(client, output_format="wav", loudness="none", speed=2, pitch=20, volume=0.5)

    # Then
    assert plain.duration_ms / changed.duration_ms == pytest.approx(2, rel=0.02)
    own_hz = VOICES[HSIAO_YU].tone_hz
    assert (plain.strongest_hz(), changed.strongest_hz()) == pytest.approx((own_hz, 1.2 * own_hz), rel=0.02)
    assert plain.level_dbfs() - changed.level_dbfs() == pytest.approx(6, abs=0.5)


def test_volume_0_is_silence(client: ApiClient) -> None:
    _, audio = complete(client, volume=0)

    assert audio.level_dbfs() < -90


def test_what_cannot_be_spoken_is_refused(client: ApiClient) -> None:
    # When
    response = client.post(
        "/jobs/tts",
        json={"provider": "azure", "text": TEXT, "voice_id": HSIAO_YU, "speed": 0.4},
        headers={"Accept-Language": "en"},
    )

    # Then
    assert response.status_code == 400
    (problem,) = response.json()["details"]["errors"]
    assert problem["field"] == "speed"
    assert "at least 0.5" in problem["message"]
