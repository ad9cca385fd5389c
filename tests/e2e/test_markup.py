"""Texts with marks, tags and stage directions: what is spoken, shown, billed and reported."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.unit.audio.subtitle_files import read_vtt

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

VOICES = ("en-US-JennyNeural", "en-US-GuyNeural")
WRITTEN_AND_SPOKEN = {
    "This is **really** good, see [the map](https://x.y/z).": "This is really good, see the map.",
    "See https://example.com/a/b?c=d for more.": "See example.com for more.",
    "2 * 3 * 4 is snake_case in C#, see [1].": "2 * 3 * 4 is snake_case in C#, see [1].",
    "[laughs] That is funny.": "That is funny.",
    "[Music fades in]\nWelcome.": "Welcome.",
    "（轉身）真的嗎？": "真的嗎？",
    "# Part one\nHello there.": "Hello there.",
}


def submitted(client: ApiClient, *texts: str, **changes: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the completed job of a dialogue in English, and the warnings of its submission."""
    response = client.post("/jobs", json=dialogue(*texts, **{"voices": VOICES, "language": "en-US"} | changes))
    assert response.status_code == 201, response.text
    return client.wait_for(response.json()["id"], "completed"), response.json().get("warnings", [])


def shown(client: ApiClient, job: dict[str, Any]) -> list[str]:
    return [cue.text for cue in read_vtt(client.get(f"/jobs/{job['id']}/subtitles").text)]


def test_only_what_is_meant_to_be_heard_is_sent_and_shown(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    before = len(speech.traffic.requests)

    # When
    job, warnings = submitted(client, *WRITTEN_AND_SPOKEN)

    # Then
    sent = "".join(request.ssml for request in speech.traffic.requests[before:])
    assert all(f">{spoken}<" in sent for spoken in WRITTEN_AND_SPOKEN.values())
    assert shown(client, job) == list(WRITTEN_AND_SPOKEN.values())
    # And what is left out is told
    assert [(warning["turn_index"], warning["code"]) for warning in warnings] == [
        (3, "unknown_tag"),
        (4, "unknown_tag"),
        (5, "direction_not_spoken"),
    ]


def test_the_same_words_with_and_without_marks_are_spoken_and_billed_once(client: ApiClient) -> None:
    # Given
    submitted(client, "One and two, see three.", "Four\nfive.")

    # When
    job, _ = submitted(client, "**One** and `two`, see [three](https://x.y/z).", "- *Four*\n> five.")

    # Then
    assert job["result_metadata"]["billed_characters"] == 0


def test_a_literal_text_is_sent_as_it_stands(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    before = len(speech.traffic.requests)

    # When
    job, warnings = submitted(client, "**Not bold** (aside) [1]", markup="literal")

    # Then
    assert ">**Not bold** (aside) [1]<" in speech.traffic.requests[before].ssml
    assert warnings == []
    assert client.job(job["id"])["input_params"]["markup"] == "literal"


def test_pauses_are_as_long_as_they_say_and_cost_nothing(client: ApiClient) -> None:
    # Given a turn with a pause in it, turns that are nothing but a pause, one of no length, and one of punctuation
    texts = ("One.[pause 1.5s]Two.", "[pause：2000ms]", "Three.", "[pause 0]", "Four.", "……", "Five.")

    # When
    job, _ = submitted(client, *texts, gap_ms=0, crossfade_ms=0)

    # Then the silences are heard, and the cues lie around them
    audio = decode(client.download(job["id"]).content)
    first, pause, third, no_length, _, punctuation, _ = job["result_metadata"]["turn_timings"]
    one, two, three, *_ = read_vtt(client.get(f"/jobs/{job['id']}/subtitles").text)
    assert abs(audio.silence_around_ms((one.end_ms + two.start_ms) / 2) - 1500) < 60
    assert abs(audio.silence_around_ms((pause["start_ms"] + pause["end_ms"]) / 2) - 2000) < 60
    assert abs(pause["end_ms"] - pause["start_ms"] - 2000) <= 24
    assert first["end_ms"] <= pause["start_ms"]
    assert third["start_ms"] <= three.start_ms
    # And a turn with nothing to speak is a silent beat
    assert no_length["end_ms"] - no_length["start_ms"] == 700
    assert punctuation["end_ms"] - punctuation["start_ms"] == 700
    # And no pause is asked of the provider, or paid for
    assert job["result_metadata"]["billed_characters"] == len("One.Two.Three.Four.Five.")


def test_a_job_may_be_nothing_but_silence(client: ApiClient) -> None:
    # When
    job, _ = submitted(client, "[pause 1s]")

    # Then
    assert (job["progress"]["total_segments"], job["result_metadata"]["billed_characters"]) == (0, 0)
    assert abs(decode(client.download(job["id"]).content).duration_ms - 1000) < 24
    assert shown(client, job) == []


def test_a_tag_is_spoken_in_its_style_or_reported(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a style that the first voice has and the second has not
    texts = ("So. [cheerful] Good news!", "[poetry-reading] Roses are red.", "Stop. (whispering) Listen.")
    before = len(speech.traffic.requests)

    # When
    job, warnings = submitted(client, *texts)

    # Then
    sent = "".join(request.ssml for request in speech.traffic.requests[before:])
    assert '<mstts:express-as style="cheerful">Good news!<' in sent
    assert '<mstts:express-as style="whispering">Listen.<' in sent
    assert [(each["code"], each["turn_index"], each["text"]) for each in warnings] == [
        ("style_not_available", 1, "[poetry-reading]")
    ]
    assert shown(client, job) == ["So.", "Good news!", "Roses are red.", "Stop.", "Listen."]


def test_chapters_are_told_in_the_result(client: ApiClient) -> None:
    # Given
    body = dialogue("# One\nHello.", "Hi.", "Bye.\n## Three\nReally.", voices=VOICES)
    body["turns"][1]["chapter"] = "Two"

    # When
    job = client.complete(body)

    # Then
    chapters = job["result_metadata"]["chapters"]
    first, second, third = job["result_metadata"]["turn_timings"]
    assert [chapter["title"] for chapter in chapters] == ["One", "Two", "Three"]
    assert [chapter["start_ms"] for chapter in chapters[:2]] == [first["start_ms"], second["start_ms"]]
    assert third["start_ms"] < chapters[2]["start_ms"] < third["end_ms"]
    assert all(one["end_ms"] == other["start_ms"] for one, other in pairwise(chapters))
    assert chapters[-1]["end_ms"] == job["result_metadata"]["duration_ms"]


def test_a_chapter_in_which_nothing_is_spoken_is_reported_unless_it_is_a_beat(client: ApiClient) -> None:
    # When
    silent, warnings = submitted(client, "# One\nHello.\n## Two", "[pause 1s]\n# Three")
    beat, no_warnings = submitted(client, "Hello.", "# The end")

    # Then
    assert [(each["code"], each["turn_index"], each["text"]) for each in warnings] == [
        ("not_dialogue", 0, "Two"),
        ("not_dialogue", 1, "Three"),
    ]
    assert [chapter["title"] for chapter in silent["result_metadata"]["chapters"]] == ["One"]
    assert no_warnings == []
    assert [chapter["title"] for chapter in beat["result_metadata"]["chapters"]] == ["The end"]


def test_a_resubmitted_job_is_warned_of_again(stack: LocalStack, client: ApiClient) -> None:
    # Given
    job, warnings = submitted(client, "[laughs] Yes.\n[pause 500ms] No.")

    # When
    with stack.cloud.lambdas.pause("plan"):
        again = client.post(f"/jobs/{job['id']}/resubmit", headers={"Accept-Language": "zh-TW"}).json()
        client.cancel(again["id"])

    # Then
    assert [each | {"message": ""} for each in again["warnings"]] == [each | {"message": ""} for each in warnings]
    assert "[laughs]" in again["warnings"][0]["message"]
