"""A dialogue of very many short turns, several of which are spoken in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.speech.providers.azure.provider import JOINT_MIN_UTTERANCES
from local.azure_speech.voices import VOICES
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue
from tests.unit.audio.subtitle_files import read_vtt

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

TEXTS = [f"{number}{'這樣的一句話不長也不短' * 4}。" for number in range(JOINT_MIN_UTTERANCES)]
BREAK = "<break/>"
AVA_HD = "en-US-Ava:DragonHDLatestNeural"


def test_it_takes_few_requests_and_every_turn_is_where_it_should_be(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given
    before = len(speech.traffic.requests)

    # When
    job = client.complete(dialogue(*TEXTS))

    # Then
    requests = speech.traffic.requests[before:]
    assert len(requests) < len(TEXTS) / 4
    assert job["result_metadata"]["synthesis_mode"] == "native"
    # And each turn is heard in its speaker's voice
    audio = decode(client.download(job["id"]).content)
    timings = job["result_metadata"]["turn_timings"]
    for turn in timings:
        voice = {"A": HSIAO_YU, "B": YUN_JHE}[turn["speaker"]]
        heard = audio.part(turn["start_ms"] + 60, turn["end_ms"])
        assert abs(heard.strongest_hz() - VOICES[voice].tone_hz) < 3
        # at the tone's 100 ms a character: no turn has got any of another's
        assert abs(turn["end_ms"] - turn["start_ms"] - 100 * len(TEXTS[turn["turn_index"]])) <= 25
    # And the breaks are paid for
    text_alone = sum(1 if character.isdigit() or character == "。" else 2 for text in TEXTS for character in text)
    breaks = len(TEXTS) - len(requests)
    assert job["result_metadata"]["billed_characters"] == text_alone + breaks * len(BREAK)


def test_a_high_definition_voice_among_them_is_spoken_turn_by_turn_and_paid_for_once(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given every other turn in a voice that reports no words
    texts = [f"高解析{text}" for text in TEXTS]
    before = len(speech.traffic.requests)

    # When
    job = client.complete(dialogue(*texts, voices=(HSIAO_YU, AVA_HD)))

    # Then no request has that voice and another turn, and none was spoken in vain
    requests = speech.traffic.requests[before:]
    alone = [request.ssml for request in requests if AVA_HD in request.ssml]
    assert len(alone) == len(texts) // 2
    assert all(ssml.count("<voice") == 1 for ssml in alone)
    assert sum(request.ssml.count("<voice") for request in requests) == len(texts)
    assert len(requests) < len(texts)
    assert job["result_metadata"]["synthesis_mode"] == "native"


def test_each_turn_of_them_has_its_own_delivery(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a voice with a style, one that is told a language and a speed, an alias and a phoneme
    words = ["ask the W3C & wait", "eat a tomato"]
    texts = [f"Number {number}: {words[number % 2]}." for number in range(len(TEXTS))]
    request = dialogue(*texts, voices=("en-US-JennyNeural", "en-US-AvaMultilingualNeural"), language="en-US")
    request["voice_assignments"][0] |= {"style": "cheerful"}
    request["voice_assignments"][1] |= {"language": "de-DE", "speed": 1.5}
    request["pronunciations"] = [
        {"text": "W3C", "alias": "Web <Consortium>"},
        {"text": "tomato", "phoneme": "toˈmaːto", "language": "de"},
    ]
    before = len(speech.traffic.requests)

    # When
    job = client.complete(request)

    # Then several share a request
    assert job["result_metadata"]["synthesis_mode"] == "native"
    together = "".join(record.ssml for record in speech.traffic.requests[before:])
    for part in (
        '<mstts:express-as style="cheerful">',
        '<lang xml:lang="de-DE"><prosody rate="+50%">',
        'ph="toˈmaːto">tomato</phoneme>',
        "ask the Web &lt;Consortium&gt; &amp; wait",
    ):
        assert part in together
    # And each is shown as it was written, while it is heard
    cues = read_vtt(client.get(f"/jobs/{job['id']}/subtitles").text)
    timings = job["result_metadata"]["turn_timings"]
    for text, timing in zip(texts, timings, strict=True):
        shown = [cue for cue in cues if timing["start_ms"] <= cue.start_ms < timing["end_ms"]]
        assert " ".join(cue.text for cue in shown) == text
        assert shown[-1].end_ms <= timing["end_ms"] + 1  # start and length are rounded apart


def test_one_bad_turn_among_them_is_named(client: ApiClient) -> None:
    texts = [f"換過的{text}" for text in TEXTS]
    texts[77] += "{fault bad-request}"

    job = client.wait_for(client.submit(dialogue(*texts)), "failed")

    assert job["error_code"] == "PROVIDER_REJECTED_INPUT"
    assert "77" in job["error_message"]
