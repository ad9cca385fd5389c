"""A dialogue of very many short turns, several of which are spoken in one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from castline.speech.providers.azure import provider
from local.azure_speech.voices import VOICES
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue
from tests.e2e.estimates import estimate
from tests.unit.audio.subtitle_files import read_vtt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

TEXTS = [f"{number}{'這樣的一句話不長也不短' * 4}。" for number in range(32)]
BREAK = "<break/>"
AVA_HD = "en-US-Ava:DragonHDLatestNeural"


@dataclass(frozen=True)
class Spoken:
    """The dialogue once it is spoken.

    Attributes:
        client: the client whose job it is. Its user's next jobs speak only turns that are edited.
        estimated: the estimate before it was submitted.
        job: the completed job.
        requests: the documents that were sent to the provider.
    """

    client: ApiClient
    estimated: dict[str, Any]
    job: dict[str, Any]
    requests: list[str]


@pytest.fixture(scope="module", autouse=True)
def few_turns_are_many() -> Iterator[None]:
    """Let a dialogue of 32 turns have batched requests. In earnest it takes 161."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provider, "JOINT_MIN_UTTERANCES", len(TEXTS))
        yield


@pytest.fixture(scope="module")
def spoken(new_client: Callable[[], ApiClient], speech: AzureSpeechEmulator) -> Spoken:
    client, before = new_client(), len(speech.traffic.requests)
    estimated = estimate(client, dialogue(*TEXTS))
    job = client.complete(dialogue(*TEXTS))
    return Spoken(client, estimated, job, [request.ssml for request in speech.traffic.requests[before:]])


def edited(first: int, *texts: str) -> dict[str, Any]:
    """Return the dialogue with other texts from turn ``first`` on."""
    return dialogue(*TEXTS[:first], *texts, *TEXTS[first + len(texts) :])


def test_it_takes_few_requests_and_every_turn_is_where_it_should_be(spoken: Spoken) -> None:
    # Given
    client, job = spoken.client, spoken.job

    # When
    audio = decode(client.download(job["id"]).content)

    # Then
    assert len(spoken.requests) < len(TEXTS) / 2
    assert job["result_metadata"]["synthesis_mode"] == "native"
    # And each turn is heard in its speaker's voice
    for turn in job["result_metadata"]["turn_timings"]:
        voice = {"A": HSIAO_YU, "B": YUN_JHE}[turn["speaker"]]
        heard = audio.part(turn["start_ms"] + 60, turn["start_ms"] + 560)
        assert abs(heard.strongest_hz() - VOICES[voice].tone_hz) < 3
        # at the tone's 100 ms a character: no turn has got any of another's
        assert abs(turn["end_ms"] - turn["start_ms"] - 100 * len(TEXTS[turn["turn_index"]])) <= 25


def test_it_bills_the_texts_and_the_breaks_as_estimated(spoken: Spoken) -> None:
    text_alone = sum(1 if character.isdigit() or character == "。" else 2 for text in TEXTS for character in text)
    breaks = len(TEXTS) - len(spoken.requests)

    billed = spoken.job["result_metadata"]["billed_characters"]

    assert billed == text_alone + breaks * len(BREAK)
    assert billed == spoken.estimated["billed_characters"]


def test_an_edited_one_bills_the_edited_turns_as_estimated(spoken: Spoken) -> None:
    # Given
    client, request = spoken.client, edited(8, *(f"改過的{text}" for text in TEXTS[8:24]))

    # When it is estimated, and then submitted
    estimated, result = estimate(client, request), client.complete(request)["result_metadata"]

    # Then
    assert result["reused_segments"] == estimated["reused_segments"] == len(TEXTS) - 16
    assert result["billed_characters"] == estimated["billed_characters"]
    assert estimate(client, request)["billed_characters"] == 0


def test_one_that_is_tried_again_bills_a_little_less(spoken: Spoken) -> None:
    # Given edited turns, one of which fails at first
    texts = [f"再試{text}" for text in TEXTS[8:24]]
    texts[7] += "{fault unavailable times=1}"
    client, request = spoken.client, edited(8, *texts)
    estimated = estimate(client, request)["billed_characters"]

    # When
    job = client.complete(request)

    # Then fewer turns have shared a request, so there were fewer breaks to pay for
    assert job["retry_count"] >= 1
    assert 0.9 * estimated < job["result_metadata"]["billed_characters"] <= estimated


def test_one_bad_turn_among_them_is_named(spoken: Spoken) -> None:
    # Given
    texts = [f"換過的{text}" for text in TEXTS[8:24]]
    texts[7] += "{fault bad-request}"

    # When
    job = spoken.client.wait_for(spoken.client.submit(edited(8, *texts)), "failed")

    # Then
    assert job["error_code"] == "PROVIDER_REJECTED_INPUT"
    assert "index 15 " in job["error_message"]


def test_a_high_definition_voice_among_them_is_spoken_turn_by_turn_and_paid_for_once(
    spoken: Spoken, speech: AzureSpeechEmulator
) -> None:
    # Given edited turns, some of which are in a voice that reports no words
    request = edited(8, *(f"高解析{text}" for text in TEXTS[8:32]))
    for position in range(8, 32, 6):
        request["turns"][position]["speaker"] = "C"
    request["voice_assignments"].append({"speaker": "C", "voice_id": AVA_HD})
    before = len(speech.traffic.requests)

    # When
    job = spoken.client.complete(request)

    # Then no request has that voice and another turn, and none was spoken in vain
    documents = [request.ssml for request in speech.traffic.requests[before:]]
    alone = [ssml for ssml in documents if AVA_HD in ssml]
    assert len(alone) == 4
    assert all(ssml.count("<voice") == 1 for ssml in alone)
    assert sum(ssml.count("<voice") for ssml in documents) == 24
    assert len(documents) < 24
    assert job["result_metadata"]["synthesis_mode"] == "native"


def test_each_turn_of_them_has_its_own_delivery(spoken: Spoken, speech: AzureSpeechEmulator) -> None:
    # Given turns with a style, turns that are told a language and a speed, an alias and a phoneme
    words = ["ask the W3C & wait until tomorrow", "eat a tomato and nothing but that"]
    texts = [f"Number {number}: {words[number % 2]}, please." for number in range(32)]
    request = edited(0, *texts)
    for position in range(32):
        request["turns"][position]["speaker"] = "CD"[position % 2]
    request["voice_assignments"] += [
        {"speaker": "C", "voice_id": "en-US-JennyNeural", "style": "cheerful"},
        {"speaker": "D", "voice_id": "en-US-AvaMultilingualNeural", "language": "de-DE", "speed": 1.5},
    ]
    request["pronunciations"] = [
        {"text": "W3C", "alias": "Web <Consortium>"},
        {"text": "tomato", "phoneme": "toˈmaːto", "language": "de"},
    ]
    before = len(speech.traffic.requests)

    # When
    job = spoken.client.complete(request)

    # Then several share a request
    documents = [request.ssml for request in speech.traffic.requests[before:]]
    assert len(documents) < 32
    for part in (
        '<mstts:express-as style="cheerful">',
        '<lang xml:lang="de-DE"><prosody rate="+50%">',
        'ph="toˈmaːto">tomato</phoneme>',
        "ask the Web &lt;Consortium&gt; &amp; wait",
    ):
        assert part in "".join(documents)
    # And each is shown as it was written, while it is heard
    cues = read_vtt(spoken.client.get(f"/jobs/{job['id']}/subtitles").text)
    for text, timing in zip(texts, job["result_metadata"]["turn_timings"], strict=False):
        shown = [cue for cue in cues if timing["start_ms"] <= cue.start_ms < timing["end_ms"]]
        assert " ".join(cue.text for cue in shown).replace("\n", " ") == text
        assert shown[-1].end_ms <= timing["end_ms"] + 1  # start and length are rounded apart
