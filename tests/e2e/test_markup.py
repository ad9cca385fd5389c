"""Texts with marks, tags and stage directions: what is spoken, shown, billed and reported."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.unit.audio.subtitle_files import read_vtt

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

JENNY = "en-US-JennyNeural"
GUY = "en-US-GuyNeural"
VOICES = (JENNY, GUY)


def submitted(client: ApiClient, *texts: str, **changes: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the completed job of a dialogue in English, and the warnings of its submission."""
    response = client.post("/jobs", json=dialogue(*texts, **{"voices": VOICES, "language": "en-US"} | changes))
    assert response.status_code == 201, response.text
    return client.wait_for(response.json()["id"], "completed"), response.json().get("warnings", [])


def shown(client: ApiClient, job: dict[str, Any]) -> list[str]:
    return [cue.text for cue in read_vtt(client.get(f"/jobs/{job['id']}/subtitles").text)]


@pytest.mark.parametrize(
    ("text", "spoken", "codes"),
    [
        ("This is **really** good, see [the map](https://x.y/z).", ["This is really good, see the map."], []),
        ("See https://example.com/a/b?c=d for more.", ["See example.com for more."], []),
        ("2 * 3 * 4 is snake_case in C#, see [1].", ["2 * 3 * 4 is snake_case in C#, see [1]."], []),
        ("[laughs] That is funny.", ["That is funny."], ["unknown_tag"]),
        ("[Music fades in]\nWelcome.", ["Welcome."], ["unknown_tag"]),
        ("（轉身）真的嗎？", ["真的嗎？"], ["direction_not_spoken"]),
        ("# Part one\nHello there.", ["Hello there."], []),
    ],
)
def test_only_what_is_meant_to_be_heard_is_sent_and_shown(
    client: ApiClient, speech: AzureSpeechEmulator, text: str, spoken: list[str], codes: list[str]
) -> None:
    before = len(speech.traffic.requests)

    job, warnings = submitted(client, text)

    (request,) = speech.traffic.requests[before:]
    assert f">{spoken[0]}<" in request.ssml
    assert shown(client, job) == spoken
    assert [warning["code"] for warning in warnings] == codes


def test_a_markdown_script_costs_what_its_plain_text_costs(new_client: Callable[[], ApiClient]) -> None:
    # Given two users, so that neither profits from what the other has had spoken
    marked, _ = submitted(new_client(), "**One** and `two`, see [three](https://x.y/z).", "- *Four*\n> five.")
    plain, _ = submitted(new_client(), "One and two, see three.", "Four\nfive.")

    assert marked["result_metadata"]["billed_characters"] == plain["result_metadata"]["billed_characters"]


def test_the_same_words_with_and_without_marks_are_spoken_once(client: ApiClient) -> None:
    submitted(client, "One and two.")

    job, _ = submitted(client, "**One** and _two_.")

    assert job["result_metadata"]["billed_characters"] == 0


def test_a_literal_text_is_sent_as_it_stands(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    before = len(speech.traffic.requests)

    job, warnings = submitted(client, "**Not bold** (aside) [1]", markup="literal")

    assert ">**Not bold** (aside) [1]<" in speech.traffic.requests[before].ssml
    assert warnings == []
    assert client.job(job["id"])["input_params"]["markup"] == "literal"


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
def test_a_pause_is_as_long_as_it_says(client: ApiClient, output_format: str) -> None:
    # Given a turn with a pause in it, one that is nothing but a pause, and one with a pause after it
    job, _ = submitted(
        client,
        "One.[pause 1.5s]Two.",
        "[pause：2000ms]",
        "Three.",
        output_format=output_format,
        gap_ms=0,
        crossfade_ms=0,
    )

    audio = decode(client.download(job["id"]).content)
    first, pause, last = job["result_metadata"]["turn_timings"]
    one, two, three = read_vtt(client.get(f"/jobs/{job['id']}/subtitles").text)
    # Then the silences are heard, and the cues lie around them
    assert abs(audio.silence_around_ms((one.end_ms + two.start_ms) / 2) - 1500) < 60
    assert abs(audio.silence_around_ms((pause["start_ms"] + pause["end_ms"]) / 2) - 2000) < 60
    assert abs(pause["end_ms"] - pause["start_ms"] - 2000) <= 24
    assert first["end_ms"] <= pause["start_ms"]
    assert last["start_ms"] <= three.start_ms
    # And no pause is asked of the provider, or paid for
    assert job["result_metadata"]["billed_characters"] == len("One.Two.Three.")


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
def test_a_job_may_be_nothing_but_silence(client: ApiClient, output_format: str) -> None:
    job, _ = submitted(client, "[pause 1s]", output_format=output_format)

    assert (job["progress"]["total_segments"], job["result_metadata"]["billed_characters"]) == (0, 0)
    assert abs(decode(client.download(job["id"]).content).duration_ms - 1000) < 24
    assert shown(client, job) == []


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
def test_a_turn_that_is_a_pause_of_no_length_is_a_silent_beat(client: ApiClient, output_format: str) -> None:
    job, _ = submitted(client, "One.", "[pause 0]", "Two.", output_format=output_format)

    _, beat, _ = job["result_metadata"]["turn_timings"]
    assert beat["end_ms"] - beat["start_ms"] == 700


def test_a_middle_turn_of_punctuation_is_a_silent_beat(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    before = len(speech.traffic.requests)

    job, _ = submitted(client, "One.", "……", "Two.")

    assert len(speech.traffic.requests) - before <= 2
    _, beat, _ = job["result_metadata"]["turn_timings"]
    assert beat["end_ms"] - beat["start_ms"] == 700


def test_a_tag_is_spoken_in_its_style_or_reported(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a style that the first voice has and the second has not
    before = len(speech.traffic.requests)

    job, warnings = submitted(
        client,
        "So. [cheerful] Good news!",
        "[poetry-reading] Roses are red.",
        "Stop. (whispering) Listen.",
    )

    spoken = [request.ssml for request in speech.traffic.requests[before:]]
    assert any('<mstts:express-as style="cheerful">Good news!<' in ssml for ssml in spoken)
    assert any('<mstts:express-as style="whispering">Listen.<' in ssml for ssml in spoken)
    assert [(each["code"], each["turn_index"], each["text"]) for each in warnings] == [
        ("style_not_available", 1, "[poetry-reading]")
    ]
    assert shown(client, job) == ["So.", "Good news!", "Roses are red.", "Stop.", "Listen."]


def test_chapters_are_told_in_the_result(client: ApiClient) -> None:
    body = dialogue("# One\nHello.", "Hi.", "Bye.\n## Three\nReally.", voices=VOICES)
    body["turns"][1]["chapter"] = "Two"

    job = client.complete(body)

    chapters = job["result_metadata"]["chapters"]
    first, second, third = job["result_metadata"]["turn_timings"]
    assert [chapter["title"] for chapter in chapters] == ["One", "Two", "Three"]
    assert [chapter["start_ms"] for chapter in chapters[:2]] == [first["start_ms"], second["start_ms"]]
    assert third["start_ms"] < chapters[2]["start_ms"] < third["end_ms"]
    assert all(one["end_ms"] == other["start_ms"] for one, other in pairwise(chapters))
    assert chapters[-1]["end_ms"] == job["result_metadata"]["duration_ms"]


def test_a_resubmitted_job_is_read_again_and_warned_of_again(client: ApiClient) -> None:
    job, warnings = submitted(client, "[laughs] Yes.\n[pause 500ms] No.")

    again = client.post(f"/jobs/{job['id']}/resubmit", headers={"Accept-Language": "zh-TW"}).json()

    assert [each | {"message": ""} for each in again["warnings"]] == [each | {"message": ""} for each in warnings]
    assert "[laughs]" in again["warnings"][0]["message"]
    assert client.wait_for(again["id"], "completed")["result_metadata"]["billed_characters"] == 0


def test_a_chapter_in_which_nothing_is_spoken_is_reported(client: ApiClient) -> None:
    job, warnings = submitted(client, "# One\nHello.\n## Two", "[pause 1s]\n# Three")

    assert [(each["code"], each["turn_index"], each["text"]) for each in warnings] == [
        ("not_dialogue", 0, "Two"),
        ("not_dialogue", 1, "Three"),
    ]
    assert [chapter["title"] for chapter in job["result_metadata"]["chapters"]] == ["One"]
    # But that of a beat is one
    job, warnings = submitted(client, "Hello.", "# The end")
    assert (warnings, [chapter["title"] for chapter in job["result_metadata"]["chapters"]]) == ([], ["The end"])
