"""High-definition voices have a fixed speed and pitch: other values are refused in every request."""

from __future__ import annotations

from typing import Any

import pytest

from castline import composition
from castline.api.requests import CreateSingleVoiceJobRequest
from tests.integration.api.client import Answer, call
from tests.integration.examples import make_job

pytestmark = pytest.mark.usefixtures("service")

AVA_HD = "en-US-Ava:DragonHDLatestNeural"
REQUEST: dict[str, Any] = {"provider": "azure", "text": "Hello", "voice_id": AVA_HD}
REFUSED = {"speed": 1.001, "pitch": 20, "volume": 2}
ENGLISH = [
    ("speed", f"the voice {AVA_HD} has a fixed speed; set speed to 1, or choose another voice"),
    ("pitch", f"the voice {AVA_HD} has a fixed pitch; set pitch to 0, or choose another voice"),
]
CHINESE = [
    ("speed", f"聲音「{AVA_HD}」的語速固定，請將 speed 設為 1，或換一個聲音"),
    ("pitch", f"聲音「{AVA_HD}」的音高固定，請將 pitch 設為 0，或換一個聲音"),
]


def submit(user: str, language: str = "en", **changes: Any) -> Answer:
    return call("POST", "/jobs/tts", user=user, json=REQUEST | changes, headers={"Accept-Language": language})


def problems(answer: Answer) -> list[tuple[str, str]]:
    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    return [(each["field"], each["message"]) for each in answer.json()["details"]["errors"]]


@pytest.mark.parametrize(("language", "messages"), [("en", ENGLISH), ("zh-TW", CHINESE)], ids=["en", "zh-TW"])
def test_another_speed_or_pitch_is_refused(user: str, language: str, messages: list[tuple[str, str]]) -> None:
    answer = submit(user, language, **REFUSED)

    assert problems(answer) == messages
    assert call("GET", "/jobs", user=user).json()["total"] == 0


@pytest.mark.parametrize("delivery", [{}, {"speed": 1}, {"speed": 1.0, "pitch": 0, "volume": 0.5}])
def test_its_own_speed_and_pitch_at_any_volume_are_not_refused(user: str, delivery: dict[str, Any]) -> None:
    assert submit(user, **delivery).status == 201


def test_a_voice_that_is_not_hd_takes_both(user: str) -> None:
    assert submit(user, voice_id="en-US-AvaNeural", speed=1.2, pitch=-5).status == 201


def test_a_dialogue_has_no_speed_or_pitch_and_takes_any_voice(user: str) -> None:
    dialogue = {
        "provider": "azure",
        "turns": [{"speaker": "A", "text": "Hello", "index": 0}],
        "voice_assignments": [{"speaker": "A", "voice_id": AVA_HD}],
    }

    assert call("POST", "/jobs", user=user, json=dialogue).status == 201
    assert problems(call("POST", "/jobs", user=user, json=dialogue | {"speed": 1.2})) == [("speed", "未知的欄位")]


def test_a_stored_job_with_them_is_shown_and_not_submitted_again(user: str) -> None:
    # Given a job that was submitted when nobody refused it, and has ended
    dialogue = CreateSingleVoiceJobRequest.model_validate(REQUEST | REFUSED).to_dialogue()
    job = make_job(user_id=user)
    composition.job_repository().create(job, dialogue, max_active=1)
    assert call("DELETE", f"/jobs/{job.id}", user=user).status == 200

    # When it is looked at, and submitted again
    shown = call("GET", f"/jobs/{job.id}", user=user)
    again = call("POST", f"/jobs/{job.id}/resubmit", user=user, headers={"Accept-Language": "en"})

    # Then it is what it was, and the new submission is refused as any other
    assert shown.status == 200
    assert shown.json()["input_params"].items() >= (REQUEST | REFUSED).items()
    assert problems(again) == ENGLISH
    assert call("GET", "/jobs", user=user).json()["total"] == 1
