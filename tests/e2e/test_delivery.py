"""Delivery by speaker and by turn: speed, pitch, volume, style, pauses and takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.decoded_audio import DecodedAudio, decode
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

VOICES = ("en-US-JennyNeural", "en-US-GuyNeural")
TEXT = "The quick brown fox jumps over the lazy dog."


def body(*texts: str, turns: dict[int, dict[str, Any]] | None = None, **speaker: Any) -> dict[str, Any]:
    """Return a request with fields of some turns, and of the first speaker."""
    request = dialogue(*texts, voices=VOICES, language="en-US")
    for position, fields in (turns or {}).items():
        request["turns"][position] |= fields
    request["voice_assignments"][0] |= speaker
    return request


def heard(client: ApiClient, job: dict[str, Any]) -> list[DecodedAudio]:
    """Return the audio of each turn."""
    audio = decode(client.download(job["id"]).content)
    return [audio.part(each["start_ms"], each["end_ms"]) for each in job["result_metadata"]["turn_timings"]]


def test_a_turn_may_be_slower_higher_and_softer_than_its_speaker(client: ApiClient) -> None:
    # Given a speaker who speaks fast, and turns of theirs that are otherwise
    others = {2: {"speed": 0.5}, 4: {"pitch": 20, "volume": 0.25}}

    # When
    job = client.complete(body(TEXT, "So.", TEXT, "So.", TEXT, turns=others, speed=1.5))

    # Then
    fast, _, slow, _, soft = heard(client, job)
    assert slow.duration_ms / fast.duration_ms == pytest.approx(3, rel=0.15)
    assert soft.duration_ms == pytest.approx(fast.duration_ms, abs=24)
    assert soft.strongest_hz() / fast.strongest_hz() == pytest.approx(1.2, rel=0.02)
    assert fast.level_dbfs() - soft.level_dbfs() == pytest.approx(12, abs=1)


def test_a_style_is_heard_and_stored_apart(client: ApiClient) -> None:
    # Given
    plain = client.complete(body(TEXT))

    # When
    styled = client.complete(body(TEXT, style="cheerful", style_degree=2))

    # Then
    assert styled["result_metadata"]["billed_characters"] > plain["result_metadata"]["billed_characters"] > 0
    assert heard(client, plain)[0].strongest_hz() != pytest.approx(heard(client, styled)[0].strongest_hz(), rel=0.005)
    assert client.job(styled["id"])["input_params"]["voice_assignments"][0]["style"] == "cheerful"


def test_the_pause_after_a_turn_takes_the_place_of_the_gap(client: ApiClient) -> None:
    # Given turns with pauses of their own
    request = body("One.", "Two.", "Three.", turns={0: {"pause_after_ms": 3000}, 2: {"pause_after_ms": 1000}})

    # When
    job = client.complete(request | {"crossfade_ms": 0, "gap_ms": 200})

    # Then
    one, two, three = job["result_metadata"]["turn_timings"]
    assert two["start_ms"] - one["end_ms"] == pytest.approx(3000, abs=24)
    assert three["start_ms"] - two["end_ms"] == pytest.approx(200, abs=24)
    audio = decode(client.download(job["id"]).content)
    assert audio.part(audio.duration_ms - 900, audio.duration_ms).level_dbfs() < -60


def test_turns_without_a_pause_between_them_overlap_by_the_crossfade(client: ApiClient) -> None:
    # Given
    request = body("One, two, three.", "Four, five, six.", "Seven, eight.", turns={0: {"pause_after_ms": 0}})

    # When
    job = client.complete(request | {"crossfade_ms": 200, "gap_ms": 500})

    # Then
    one, two, three = job["result_metadata"]["turn_timings"]
    assert two["start_ms"] - one["end_ms"] == pytest.approx(-200, abs=1)
    assert three["start_ms"] - two["end_ms"] == pytest.approx(300, abs=1)
    duration_ms = decode(client.download(job["id"]).content).duration_ms
    assert duration_ms == pytest.approx(job["result_metadata"]["duration_ms"], abs=1)


def test_another_take_is_spoken_and_billed_anew(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    first = client.complete(body(TEXT))
    before = len(speech.traffic.requests)

    # When another take is submitted twice
    second = client.complete(body(TEXT, turns={0: {"take": 1}}))
    again = client.complete(body(TEXT, turns={0: {"take": 1}}))

    # Then
    assert len(speech.traffic.requests) - before == 1
    billed = [job["result_metadata"]["billed_characters"] for job in (first, second, again)]
    assert billed == [len(TEXT), len(TEXT), 0]


def test_a_multilingual_voice_is_told_its_language(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    request = body("Guten Tag.", language="de-DE")
    request["voice_assignments"][0]["voice_id"] = "en-US-AvaMultilingualNeural"
    before = len(speech.traffic.requests)

    # When
    client.complete(request)

    # Then
    assert '<lang xml:lang="de-DE">Guten Tag.</lang>' in speech.traffic.requests[before].ssml


def test_fields_that_are_left_out_leave_everything_as_it_was(client: ApiClient) -> None:
    # Given a job of a request without any of them
    job = client.complete(dialogue("早安。", "你好。"))

    # Then its answer names none, and the same request with the defaults written out costs nothing
    assert set(job["input_params"]["turns"][0]) == {"speaker", "text", "index"}
    assert set(job["input_params"]["voice_assignments"][0]) == {"speaker", "voice_id"}
    assert not {"markup", "pronunciations", "chapters"} & {*job["input_params"], *job["result_metadata"]}
    request = dialogue("早安。", "你好。", markup="auto", pronunciations=[])
    request["turns"][0] |= {"take": 0, "speed": 1, "pitch": 0, "volume": 1, "style_degree": 1, "style": None}
    assert client.complete(request)["result_metadata"]["billed_characters"] == 0
