"""Loudness of finished files, as FFmpeg measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue
from tests.unit.audio.ffmpeg import ebur128_of_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.api_client import ApiClient
    from tests.unit.audio.ffmpeg import Loudness

TARGETS = {"podcast": (-16.0, -1.5), "audiobook": (-20.0, -3.0), "broadcast": (-23.0, -1.0)}
SENTENCE = "今天天氣很好，我們一起去海邊走走，順便吃個冰淇淋，你覺得怎麼樣？"
ENGLISH = "The quick brown fox jumps over the lazy dog, and nobody in the village seems to mind at all."


@pytest.fixture(scope="module")
def speech() -> AzureSpeechEmulator:
    return AzureSpeechEmulator()


def measured(client: ApiClient, job: dict[str, Any], folder: Path) -> Loudness:
    path = folder / "file"
    path.write_bytes(client.download(job["id"]).content)
    return ebur128_of_file(path)


def whispered(request: dict[str, Any]) -> dict[str, Any]:
    for turn in request["turns"]:
        turn["volume"] = 0.05
    return request


DIALOGUES = {
    "two sentences": dialogue(SENTENCE, ENGLISH, voices=(HSIAO_YU, "en-US-AndrewNeural")),
    "one text": dialogue(SENTENCE * 3),
    "one-word turns": dialogue(*["好。", "對！", "嗯。", "是。"] * 6),
    "one-word turns far apart": dialogue(*["好。", "對！"] * 6, gap_ms=2_000),
    "whispers": whispered(dialogue(SENTENCE, SENTENCE)),
    "long pauses": dialogue(f"{SENTENCE}[pause 8s]{SENTENCE}", f"[pause 5s]{SENTENCE}"),
    "overlapping turns": dialogue(SENTENCE, ENGLISH, SENTENCE, gap_ms=0, crossfade_ms=500),
    "spelled out": dialogue("A. B. C. D. E. F. G.", "1, 2, 3, 4, 5!"),
}


@pytest.mark.parametrize("loudness", TARGETS)
@pytest.mark.parametrize("name", DIALOGUES)
def test_a_file_is_as_loud_as_its_target(client: ApiClient, tmp_path: Path, name: str, loudness: str) -> None:
    lufs, ceiling_dbtp = TARGETS[loudness]

    job = client.complete({**DIALOGUES[name], "loudness": loudness})

    heard = measured(client, job, tmp_path)
    assert heard.lufs == pytest.approx(lufs, abs=0.5)
    assert heard.peak_dbtp <= ceiling_dbtp
    assert job["input_params"]["loudness"] == loudness
    assert job["result_metadata"]["loudness_lufs"] == pytest.approx(heard.lufs, abs=0.5)


@pytest.mark.parametrize("unequal", [(0.1, 2.0), (2.0, 0.25)])
def test_two_very_unequal_voices_make_a_file_of_the_right_loudness(
    client: ApiClient, tmp_path: Path, unequal: tuple[float, float]
) -> None:
    # Given a speaker who is much louder than the other one, as the request wants it
    request = dialogue(SENTENCE, ENGLISH, SENTENCE, ENGLISH)
    for assignment, volume in zip(request["voice_assignments"], unequal, strict=True):
        assignment["volume"] = volume

    job = client.complete(request)

    # Then podcast is the loudness of a request that says nothing
    heard = measured(client, job, tmp_path)
    assert job["input_params"]["loudness"] == "podcast"
    assert heard.lufs == pytest.approx(-16.0, abs=0.5)
    assert heard.peak_dbtp <= -1.5


@pytest.mark.parametrize("quality", ["standard", "studio"])
@pytest.mark.parametrize("output_format", ["mp3", "wav", "flac", "opus", "m4b"])
def test_every_format_and_quality(client: ApiClient, tmp_path: Path, output_format: str, quality: str) -> None:
    request = dialogue(SENTENCE, ENGLISH, voices=(HSIAO_YU, YUN_JHE))

    job = client.complete({**request, "output_format": output_format, "quality": quality})

    heard = measured(client, job, tmp_path)
    assert heard.lufs == pytest.approx(-16.0, abs=0.5)
    assert heard.peak_dbtp <= -1.5


def test_another_loudness_or_format_asks_the_provider_for_nothing(client: ApiClient) -> None:
    first = client.complete(dialogue(SENTENCE, ENGLISH))
    assert first["result_metadata"]["billed_characters"] > 0

    for changes in (
        {"loudness": "audiobook"},
        {"loudness": "none"},
        {"output_format": "m4b"},
        {"output_format": "wav", "loudness": "broadcast"},
    ):
        again = client.complete({**dialogue(SENTENCE, ENGLISH), **changes})
        assert again["result_metadata"]["billed_characters"] == 0
        assert again["result_metadata"]["duration_ms"] == pytest.approx(
            first["result_metadata"]["duration_ms"], abs=24
        )
