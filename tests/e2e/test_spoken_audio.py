"""Sound of a finished dialogue spoken by espeak-ng: voices, pauses and level, measured on the decoded file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.quickstart import DIALOGUE
from tests.e2e.decoded_audio import decode

if TYPE_CHECKING:
    from tests.e2e.api_client import ApiClient

GAP_MS = 300
CROSSFADE_MS = 50


@pytest.fixture(scope="module")
def speech() -> AzureSpeechEmulator:
    return AzureSpeechEmulator(voice_engine="espeak")


def test_two_voices_with_a_gap_between_them(client: ApiClient) -> None:
    # Given
    job = client.complete(DIALOGUE)
    first, second = job["result_metadata"]["turn_timings"]

    # When
    audio = decode(client.download(job["id"]).content)

    # Then both turns are heard
    turns = [audio.part(turn["start_ms"], turn["end_ms"]) for turn in (first, second)]
    assert all(turn.level_dbfs() > -30 for turn in turns)
    # And the silence between them is what was asked for
    silence_ms = audio.silence_around_ms((first["end_ms"] + second["start_ms"]) / 2)
    assert silence_ms == pytest.approx(GAP_MS - CROSSFADE_MS, abs=40)
    # And a woman speaks to a man
    woman_hz, man_hz = (turn.median_pitch_hz() for turn in turns)
    assert woman_hz / man_hz > 1.4
