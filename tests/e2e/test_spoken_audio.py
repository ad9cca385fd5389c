"""Sound of finished files, spoken by eSpeak NG: voices, pauses, and loudness as FFmpeg measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.quickstart import DIALOGUE
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.unit.audio.ffmpeg import ebur128_of_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

GAP_MS = 300
CROSSFADE_MS = 50
SENTENCE = "今天天氣很好，我們一起去海邊走走，你覺得怎麼樣？"
ENGLISH = "The quick brown fox jumps over the lazy dog, and nobody seems to mind at all."
TARGETS = {"podcast": (-16.0, -1.5), "audiobook": (-20.0, -3.0), "broadcast": (-23.0, -1.0)}


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    return own_stack(speech=AzureSpeechEmulator(voice_engine="espeak"))


def assert_loud(client: ApiClient, job: dict[str, Any], folder: Path) -> None:
    """Check that a job's file is as loud as its target, and as its result says."""
    lufs, ceiling_dbtp = TARGETS[job["input_params"]["loudness"]]
    path = folder / job["id"]
    path.write_bytes(client.download(job["id"]).content)
    measured = ebur128_of_file(path)
    assert measured.lufs == pytest.approx(lufs, abs=0.5)
    assert measured.peak_dbtp <= ceiling_dbtp
    assert job["result_metadata"]["loudness_lufs"] == pytest.approx(measured.lufs, abs=0.5)


def test_two_voices_are_heard_with_a_gap_between_them(client: ApiClient) -> None:
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


def test_files_of_any_loudness_and_format_are_made_of_what_was_spoken_once(client: ApiClient, tmp_path: Path) -> None:
    # Given a dialogue in the loudness of a request that says nothing
    request = dialogue(SENTENCE, ENGLISH, voices=(HSIAO_YU, "en-US-AndrewNeural"))
    first = client.complete(request)
    assert first["input_params"]["loudness"] == "podcast"
    assert_loud(client, first, tmp_path)

    for loudness, output_format in (("audiobook", "mp3"), ("podcast", "m4b"), ("broadcast", "wav")):
        # When it is submitted with another loudness or format
        again = client.complete({**request, "loudness": loudness, "output_format": output_format})

        # Then the file is as loud as it should be, and the provider is asked for nothing
        assert_loud(client, again, tmp_path)
        assert again["result_metadata"]["billed_characters"] == 0
        assert again["result_metadata"]["duration_ms"] == pytest.approx(
            first["result_metadata"]["duration_ms"], abs=24
        )


def test_studio_quality_is_as_loud(client: ApiClient, tmp_path: Path) -> None:
    job = client.complete(dialogue(SENTENCE, ENGLISH, quality="studio", output_format="opus"))

    assert_loud(client, job, tmp_path)


def test_unequal_voices_and_short_turns_make_a_file_of_the_right_loudness(client: ApiClient, tmp_path: Path) -> None:
    # Given a speaker who whispers, one who is loud, and turns of one word
    request = dialogue(SENTENCE, ENGLISH, "好。", "對！", "嗯。", "是。")
    for assignment, volume in zip(request["voice_assignments"], (0.05, 2.0), strict=True):
        assignment["volume"] = volume

    # When
    job = client.complete(request)

    # Then
    assert_loud(client, job, tmp_path)
