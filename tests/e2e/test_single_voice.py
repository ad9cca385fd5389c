"""Single-voice jobs: ``POST /jobs/tts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.voices import VOICES
from tests.e2e.decoded_audio import DecodedAudio, decode
from tests.e2e.dialogues import HSIAO_YU
from tests.patience import PATIENCE_SECONDS

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
    # Given
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
    assert client.post("/jobs/tts", json=job["input_params"]).status_code == 201


def test_speed_pitch_and_volume_are_heard(client: ApiClient) -> None:
    _, plain = complete(client, output_format="wav", loudness="none")

    _, changed = complete(client, output_format="wav", loudness="none", speed=2, pitch=20, volume=0.5)

    assert plain.duration_ms / changed.duration_ms == pytest.approx(2, rel=0.02)
    own_hz = VOICES[HSIAO_YU].tone_hz
    assert (plain.strongest_hz(), changed.strongest_hz()) == pytest.approx((own_hz, 1.2 * own_hz), rel=0.02)
    assert plain.level_dbfs() - changed.level_dbfs() == pytest.approx(6, abs=0.5)


def test_volume_0_is_silence(client: ApiClient) -> None:
    _, audio = complete(client, volume=0)

    assert audio.level_dbfs() < -90


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"text": ""}, "text", "1 or more characters"),
        ({"text": "字" * 50_001}, "text", "50000"),
        ({"speed": 0.4}, "speed", "at least 0.5"),
        ({"speed": 2.1}, "speed", "at most 2"),
        ({"speed": "fast"}, "speed", "a number"),
        ({"pitch": 21}, "pitch", "at most 20"),
        ({"pitch": -21}, "pitch", "at least -20"),
        ({"volume": -0.1}, "volume", "at least 0"),
        ({"volume": 2.5}, "volume", "at most 2"),
        ({"turns": []}, "turns", "unknown field"),
        ({"voice_id": "Hsiao Yu"}, "voice_id", "voice id"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    client: ApiClient, changes: dict[str, Any], field: str, message: str
) -> None:
    response = client.post(
        "/jobs/tts",
        json={"provider": "azure", "text": TEXT, "voice_id": HSIAO_YU, **changes},
        headers={"Accept-Language": "en"},
    )

    assert response.status_code == 400
    (problem,) = response.json()["details"]["errors"]
    assert problem["field"] == field
    assert message in problem["message"]


def test_a_text_of_the_greatest_length_is_spoken_in_pieces(client: ApiClient) -> None:
    sentence = "這句話剛好有二十個字，一再重複直到夠長。"
    job = client.wait_for(
        submit(client, text=sentence * 2_500, speed=2), "completed", timeout_seconds=2 * PATIENCE_SECONDS
    )

    assert job["result_metadata"]["characters"] == 50_000
    # Equal pieces are spoken once.
    assert job["progress"]["total_segments"] == 50
    assert job["result_metadata"]["reused_segments"] == 49
