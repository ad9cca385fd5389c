"""Submissions under an idempotency key are told apart by a hash that deployments remember for a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from castline.api.requests import CreateJobRequest, CreateSingleVoiceJobRequest
from castline.audio.profile import Loudness, Quality
from castline.jobs.model import Jingle, Music, SoundTurn
from castline.usecases.submit_job import _name_submission

if TYPE_CHECKING:
    from castline.jobs.model import Dialogue

DIALOGUE = CreateJobRequest.model_validate(
    {
        "provider": "azure",
        "turns": [{"speaker": "A", "text": "你好", "index": 0}, {"speaker": "B", "text": "Hi", "index": 3}],
        "voice_assignments": [
            {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": "曉雨"},
            {"speaker": "B", "voice_id": "en-US-AvaNeural"},
        ],
        "output_format": "wav",
    }
).to_dialogue()
SINGLE = CreateSingleVoiceJobRequest.model_validate(
    {"provider": "azure", "text": "你好", "voice_id": "zh-TW-HsiaoYuNeural", "speed": 1.2}
).to_dialogue()


@pytest.mark.parametrize(
    ("dialogue", "request_hash"),
    [
        (DIALOGUE, "2a7d9b0c1af142b9de5e6b01a04543d9a5d71acb249f0a653f7da48ce5023950"),
        (SINGLE, "e0faa23270118dcafdc81d99903e7d7e4ed52de28f61f82f07cd9f3ef9a4ec42"),
    ],
    ids=["dialogue", "single text"],
)
def test_a_submission_of_an_older_release_is_known_again(dialogue: Dialogue, request_hash: str) -> None:
    assert _name_submission("key", dialogue).request_hash == request_hash


def test_what_requests_have_by_default_is_not_in_the_hash() -> None:
    assert DIALOGUE.loudness is Loudness.PODCAST


def test_another_sound_is_another_submission() -> None:
    cases: list[dict[str, Any]] = [
        {"quality": Quality.STUDIO},
        *({"loudness": loudness} for loudness in Loudness if loudness is not Loudness.PODCAST),
        {"music": Music(intro=Jingle(sound_id="a"))},
        {"music": Music(intro=Jingle(sound_id="a", gain_db=-1.0))},
        {"sounds": (SoundTurn(sound_id="a", index=1),)},
        {"cover_id": "a"},
    ]

    for changes in cases:
        other = replace(DIALOGUE, **changes)

        assert _name_submission("key", other) != _name_submission("key", DIALOGUE)
