"""Listening while a job is made: a playlist of what is stored, that grows and comes to its end."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.e2e.hls import MediaPlaylist, play
from tests.e2e.step_by_step import StepByStep, speech_with
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

TURNS = ("第一句，早安。", "第二句，你好嗎？", "第三句，再見。")


@pytest.fixture(scope="module")
def engine() -> StepByStep:
    return StepByStep()


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack], engine: StepByStep) -> LocalStack:
    """Return a stack with one request at a time in each of two batches."""
    return own_stack(speech=speech_with(engine), synthesize_concurrency=2, speech_concurrency=1)


def ask(client: ApiClient, job_id: str) -> httpx.Response:
    return client.get(f"/jobs/{job_id}/playlist.m3u8")


def playlist(client: ApiClient, job_id: str) -> MediaPlaylist:
    answer = ask(client, job_id)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "no-store"
    return MediaPlaylist.read(answer.text)


def test_a_job_of_which_nothing_is_spoken_has_an_empty_playlist(stack: LocalStack, client: ApiClient) -> None:
    # Given
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue("還沒開始說。"))

        # When it is asked for before and after its end
        before = playlist(client, job_id)
        client.cancel(job_id)
        after = playlist(client, job_id)

    # Then
    assert before == MediaPlaylist((), has_ended=False)
    assert after == MediaPlaylist((), has_ended=True)


def test_parts_come_while_the_job_is_spoken_and_stay_as_they_are(client: ApiClient, engine: StepByStep) -> None:
    # Given a job whose turns are spoken one after the other
    texts = [f"這是第{number}句話。" for number in range(60, 64)]
    with engine.stepping() as step:
        job_id = client.submit(dialogue(*texts, quality="standard"))

        # When it is asked for its playlist until it has ended
        seen = [playlist(client, job_id)]

        def have_come(count: int) -> bool:
            seen.append(playlist(client, job_id))
            return len(seen[-1].spoken) >= count

        # Then turns come while others are spoken, and before the batch was recorded. Of two turns that are looked up
        # at the same time, either may be spoken first.
        for count in range(len(texts)):
            step()
            eventually(lambda: have_come(count))  # noqa: B023
    while not seen[-1].has_ended:
        seen.append(playlist(client, job_id))
    # And each playlist begins as the one before
    assert all(after.is_begun_by(before) for before, after in pairwise(seen))
    assert seen[-1].spoken == [f"turn {number}" for number in range(4)]
    assert client.job(job_id)["status"] == "completed"


def test_a_player_hears_what_the_finished_file_has(client: ApiClient, tmp_path: Path) -> None:
    # Given a completed job with a long turn and a pause
    long_turn = "這一句話很長，" * 12 + "終於說完了。"
    job = client.complete(dialogue(TURNS[0], long_turn, "先停一下。[pause 1s]再說。", TURNS[2]))
    file = decode(client.download(job["id"]).content)

    # When FFmpeg plays its playlist
    text = ask(client, job["id"]).text
    played = play(text, tmp_path)
    listed = MediaPlaylist.read(text)

    # Then it has the same length as the file's frames, to the frame
    seconds = sum(part.seconds for part in listed.parts)
    assert listed.has_ended
    assert abs(len(played.samples) / played.rate_hz - seconds) <= 0.05
    assert 0 <= seconds * 1000 - file.duration_ms <= 72
    # And parts of at most six seconds
    assert max(part.seconds for part in listed.parts) <= 6
    assert sum(part.title == "turn 1" for part in listed.parts) > 1
    # And each turn is heard at its place, as loud as in the file
    delay_ms = 1000 * 1105 / 24_000  # of encoder and decoder, which a file's first frame tells of
    for timing in job["result_metadata"]["turn_timings"]:
        start_ms, end_ms = timing["start_ms"], timing["end_ms"]
        part = played.part(start_ms + delay_ms, end_ms + delay_ms)
        assert abs(part.level_dbfs() - file.part(start_ms, end_ms).level_dbfs()) < 1.5


def test_what_is_fetched_is_one_stream_of_mp3_frames(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue(*TURNS))
    listed = playlist(client, job["id"])

    # When
    fetched = [part.fetch() for part in listed.parts]

    # Then
    assert all(content.startswith(b"\xff\xf3\xa4\xc4") and len(content) % 288 == 0 for content in fetched)
    titles = [part.title for part in listed.parts]
    assert titles == ["turn 0", "gap", "turn 1", "gap", "turn 2"]
    assert decode(b"".join(fetched)).duration_ms == pytest.approx(1000 * sum(p.seconds for p in listed.parts), abs=60)


@pytest.mark.parametrize("changes", [{"output_format": "wav"}, {"loudness": "none"}, {"crossfade_ms": 500}])
def test_other_files_have_playlists_too(client: ApiClient, changes: dict[str, Any], tmp_path: Path) -> None:
    # Given
    job = client.complete(dialogue(*TURNS[:2], **changes))

    # When
    text = ask(client, job["id"]).text

    # Then
    assert MediaPlaylist.read(text).spoken == ["turn 0", "turn 1"]
    assert play(text, tmp_path).duration_ms > 1_000


def test_only_what_comes_next_is_looked_up(stack: LocalStack, client: ApiClient) -> None:
    # Given a job of which everything is stored, and nothing is recorded
    texts = [f"{number}。" for number in range(20)]
    first = client.complete(dialogue(*texts))["id"]
    with stack.cloud.lambdas.pause("plan"):
        again = client.post(f"/jobs/{first}/resubmit").json()["id"]

        # When it is asked for its playlist
        listed = playlist(client, again)
        client.cancel(again)

    # Then a bounded number of turns can be heard before the job has begun
    assert len(listed.spoken) == 16


def test_a_job_of_studio_quality_has_none(client: ApiClient) -> None:
    # Given
    job_id = client.submit(dialogue("錄音室音質。", quality="studio"))

    # When it is asked for before and after its end
    before = ask(client, job_id)
    client.wait_for(job_id, "completed")
    after = ask(client, job_id)

    # Then
    assert (before.status_code, before.json()["error"]) == (409, "PLAYLIST_NOT_AVAILABLE")
    assert after.json() == before.json()


def test_a_job_that_has_failed_has_what_was_spoken(client: ApiClient) -> None:
    # Given
    job_id = client.submit(
        dialogue("這一句說得出來。", "這一句說不出來。", voices=("zh-TW-HsiaoYuNeural", "zh-TW-NoNeural"))
    )
    client.wait_for(job_id, "failed")

    # When
    listed = playlist(client, job_id)

    # Then
    assert listed.has_ended
    assert listed.spoken in ([], ["turn 0"])


def test_a_job_of_nothing_but_pauses_is_silent(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue("[pause 2s]", "[pause 1s]"))

    # When
    listed = playlist(client, job["id"])

    # Then
    assert {part.title for part in listed.parts} == {"gap"}
    assert sum(part.seconds for part in listed.parts) == pytest.approx(3.25, abs=0.1)
