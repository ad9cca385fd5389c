"""Pronunciations, as they are heard, billed and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

TAIWAN = ("zh-TW-HsiaoYuNeural", "zh-TW-YunJheNeural")
MIXED = ("en-US-Ava:DragonHDLatestNeural", "en-US-JennyNeural")


def sent(speech: AzureSpeechEmulator, client: ApiClient, request: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the job, completed, and the documents that it has sent, shortest first."""
    before = len(speech.traffic.requests)
    job = client.complete(request)
    return job, sorted((record.ssml for record in speech.traffic.requests[before:]), key=len)


def test_a_phoneme_in_pinyin_is_spoken_by_a_voice_of_taiwan(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a place whose first character is usually read otherwise
    request = dialogue("我住在重慶。", voices=TAIWAN)
    request["pronunciations"] = [{"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi"}]

    # When it is spoken
    _, (ssml,) = sent(speech, client, request)

    # Then the voice is told in its own phones
    assert 'ph="ㄔㄨㄥˊㄑㄧㄥˋ">重慶</phoneme>' in ssml


def test_an_alias_is_spoken_billed_and_not_shown(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given an alias, and a high-definition voice beside another one
    request = dialogue("Ask the W3C first.", "The W3C is slow.", voices=MIXED, language="en-US")
    request["pronunciations"] = [{"text": "W3C", "alias": "World Wide Web Consortium"}]

    # When they speak
    job, documents = sent(speech, client, request)

    # Then both say the alias, which is billed, and subtitles show what is written
    assert ["World Wide Web Consortium" in ssml for ssml in documents] == [True, True]
    spoken = "Ask the World Wide Web Consortium first.", "The World Wide Web Consortium is slow."
    assert job["result_metadata"]["billed_characters"] == sum(map(len, spoken))
    subtitles = client.get(f"/jobs/{job['id']}/subtitles").text
    assert "The W3C is slow." in subtitles
    assert "Consortium" not in subtitles


def test_an_alias_with_nothing_to_speak_is_a_beat(client: ApiClient) -> None:
    # Given a turn of which all is written otherwise, with nothing that a voice speaks
    request = dialogue("Hm.", "Yes.", voices=MIXED, language="en-US")
    request["pronunciations"] = [{"text": "hm", "alias": "…"}]

    # When it is spoken
    job = client.complete(request)

    # Then it is a pause that costs nothing
    beat, _ = job["result_metadata"]["turn_timings"]
    assert beat["end_ms"] - beat["start_ms"] == 700
    assert job["result_metadata"]["billed_characters"] == len("Yes.")
    assert "Yes." in client.get(f"/jobs/{job['id']}/subtitles").text
