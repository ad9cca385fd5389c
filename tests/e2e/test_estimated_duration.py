"""Estimated durations, compared with the files that jobs make of eSpeak NG's voices.

tests/integration/api/test_estimated_durations.py compares those of many more dialogues with their recorded durations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.dialogues import dialogue
from tests.e2e.estimates import estimate
from tests.e2e.sounds import chord, upload, wav
from tests.spoken_texts import ACCURACY, AMERICA, CHINESE, ENGLISH, TAIWAN

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def talk(texts: tuple[str, ...], voices: tuple[str, str]) -> dict[str, Any]:
    """Return a dialogue in the language of its voices."""
    return dialogue(*texts, voices=voices, language=voices[0][:5])


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    return own_stack(speech=AzureSpeechEmulator(voice_engine="espeak"))


def error_of(client: ApiClient, request: dict[str, Any]) -> float:
    """Return by which part of the duration the estimate is too long; negative if it is too short."""
    estimated = estimate(client, request)["duration_ms"]
    actual: int = client.complete(request)["result_metadata"]["duration_ms"]
    return float(estimated / actual - 1)


def test_music_and_sounds_are_part_of_the_estimate(client: ApiClient) -> None:
    # Given clips before, after and between the turns
    intro, sound = upload(client, wav(chord(6))), upload(client, wav(chord(4)))
    request = talk(ENGLISH[:2], AMERICA)
    request["music"] = {
        "intro": {"sound_id": intro, "overlap_ms": 2_000},
        "outro": {"sound_id": intro, "overlap_ms": 1_000},
    }
    request["turns"][1]["index"] = 12
    request["turns"].append({"sound_id": sound, "index": 11})

    # When
    spoken_ms, estimated_ms = (
        estimate(client, each)["duration_ms"] for each in (talk(ENGLISH[:2], AMERICA), request)
    )

    # Then
    assert estimated_ms == pytest.approx(spoken_ms + 4_000 + 5_000 + 4_000 + 250, abs=5)
    assert abs(error_of(client, request)) <= ACCURACY


def test_what_is_stored_has_its_own_duration(client: ApiClient) -> None:
    # Given a dialogue whose estimate is near, and that is stored from now on
    assert abs(error_of(client, talk(CHINESE[:4], TAIWAN))) <= ACCURACY

    # When a turn is added
    error = error_of(client, talk((*CHINESE[:4], "好啊，星期六下午怎麼樣？"), TAIWAN))

    # Then little is left to be wrong about
    assert abs(error) < 0.03
