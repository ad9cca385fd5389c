"""Times of spoken text: ``GET /jobs/{id}/subtitles``, and the chapters of an MP3."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from mutagen.id3 import ID3

from local.azure_speech.server import AzureSpeechEmulator
from local.quickstart import DIALOGUE
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.unit.audio.subtitle_files import read_srt, read_vtt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.api_client import ApiClient


@pytest.fixture(scope="module")
def speech() -> AzureSpeechEmulator:
    return AzureSpeechEmulator(voice_engine="espeak")


def subtitles(client: ApiClient, job: dict[str, Any], **query: str) -> str:
    response = client.get(f"/jobs/{job['id']}/subtitles", params=query)
    assert response.status_code == 200, response.text
    return response.text


def test_each_sentence_is_a_cue_within_its_turn(client: ApiClient) -> None:
    # Given a turn of two sentences and one with markup in it
    job = client.complete(dialogue("今天天氣真好！我們要不要去公園走走？", "Tom & Jerry said 1 < 2. Is that so?"))

    # When
    cues = read_vtt(subtitles(client, job))

    # Then
    assert [(cue.speaker, cue.text) for cue in cues] == [
        ("A", "今天天氣真好！"),
        ("A", "我們要不要去公園走走？"),
        ("B", "Tom & Jerry said 1 < 2."),
        ("B", "Is that so?"),
    ]
    first, second = job["result_metadata"]["turn_timings"]
    for cue, turn in zip(cues, (first, first, second, second), strict=True):
        assert turn["start_ms"] <= cue.start_ms < cue.end_ms <= turn["end_ms"]
    # And where a cue is shown, somebody speaks
    audio = decode(client.download(job["id"]).content)
    assert all(audio.part(cue.start_ms, cue.end_ms).level_dbfs() > -35 for cue in cues)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("मैं घर गया। फिर सो गया।", ["मैं घर गया।", "फिर सो गया।"]),
        ("هل أنت بخير؟ نعم، شكرا.", ["هل أنت بخير؟", "نعم، شكرا."]),
        ("Am 21. Dezember kam er an. Siehe Abb. 3.", ["Am 21. Dezember kam er an.", "Siehe Abb. 3."]),
        ("ผมกลับบ้านแล้ว" * 10, ["ผมกลับบ้านแล้ว" * 5] * 2),
    ],
    ids=["Hindi", "Arabic", "German", "Thai"],
)
def test_sentences_of_any_script_are_cues(client: ApiClient, text: str, expected: list[str]) -> None:
    job = client.complete(dialogue(text))

    cues = read_vtt(subtitles(client, job))

    assert [cue.text.replace("\n", "") for cue in cues] == expected


def test_both_formats_say_the_same(client: ApiClient) -> None:
    job = client.complete(DIALOGUE)

    vtt = client.get(f"/jobs/{job['id']}/subtitles")
    srt = client.get(f"/jobs/{job['id']}/subtitles", params={"format": "srt"})

    assert vtt.headers["Content-Type"].startswith("text/vtt")
    assert srt.headers["Content-Type"].startswith("application/x-subrip")
    assert read_vtt(vtt.text) == read_srt(srt.text)


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
def test_the_pieces_of_a_long_turn_are_timed_from_its_start(client: ApiClient, output_format: str) -> None:
    # Given a turn of several segments
    text = "".join(f"這是很長的一段話裡面的第{number}個句子。" for number in range(80))
    job = client.complete(dialogue("先說一句。", text, output_format=output_format))

    # When
    cues = read_vtt(subtitles(client, job))

    # Then the last cue ends with the turn, and none overlaps the next
    assert "".join(cue.text.replace("\n", "") for cue in cues) == "先說一句。" + text
    end_ms = job["result_metadata"]["turn_timings"][-1]["end_ms"]
    assert cues[-1].end_ms == pytest.approx(end_ms, abs=500)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(cues))


def test_a_single_text_has_no_speaker(client: ApiClient) -> None:
    body = {"provider": "azure", "text": "一個人說的話。", "voice_id": HSIAO_YU}
    job = client.wait_for(client.post("/jobs/tts", json=body).json()["id"], "completed")

    assert subtitles(client, job).splitlines()[-1] == "一個人說的話。"


def test_an_mp3_has_a_title_and_a_chapter_a_turn(client: ApiClient) -> None:
    # Given
    job = client.complete(DIALOGUE)

    # When
    tag = ID3(io.BytesIO(client.download(job["id"]).content))

    # Then
    assert tag["TIT2"].text == [f"A, B ({job['created_at'][:10]})"]
    chapters = sorted(tag.getall("CHAP"), key=lambda chapter: chapter.start_time)
    assert [chapter.sub_frames["TIT2"].text for chapter in chapters] == [
        [f"{turn['speaker']}: {turn['text']}"] for turn in DIALOGUE["turns"]
    ]
    first, second = job["result_metadata"]["turn_timings"]
    assert [(chapter.start_time, chapter.end_time) for chapter in chapters] == [
        (first["start_ms"], second["start_ms"]),
        (second["start_ms"], job["result_metadata"]["duration_ms"]),
    ]


def test_there_are_none_before_the_audio_is_finished_nor_for_others(
    client: ApiClient, new_client: Callable[[], ApiClient]
) -> None:
    job = client.complete(DIALOGUE)
    failed = client.submit(dialogue("你好", voices=("zh-TW-NobodyNeural", "")))
    client.wait_for(failed, "failed")

    assert client.get(f"/jobs/{failed}/subtitles").json()["error"] == "JOB_NOT_COMPLETED"
    assert new_client().get(f"/jobs/{job['id']}/subtitles").json()["error"] == "JOB_NOT_FOUND"
    assert client.get(f"/jobs/{job['id']}/subtitles", params={"format": "ssa"}).status_code == 400
