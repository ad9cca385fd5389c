"""Listening while a job is made: a playlist of what is stored, that grows and comes to its end."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.tone import ToneEngine
from local.stack import LocalStack
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.e2e.hls import MediaPlaylist, play
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from local.azure_speech.ssml import Passage
    from tests.e2e.api_client import ApiClient

TURNS = ("第一句，早安。", "第二句，你好嗎？", "第三句，再見。")


class StepByStep(ToneEngine):
    """Tones of which one at a time is let go, once ``by_steps`` is set."""

    takes_time = True

    def __init__(self) -> None:
        self.by_steps = False
        self._steps = threading.Semaphore(0)

    def step(self) -> None:
        self._steps.release()

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        assert not self.by_steps or self._steps.acquire(timeout=PATIENCE_SECONDS)
        return super().speak(passage, sample_rate_hz=sample_rate_hz)


@pytest.fixture(scope="module")
def engine() -> StepByStep:
    return StepByStep()


@pytest.fixture(scope="module")
def stack(engine: StepByStep) -> Iterator[LocalStack]:
    """Start a stack with one request at a time in each of two batches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("local.azure_speech.server.make_engine", lambda _name: engine)
        speech = AzureSpeechEmulator(voice_engine="tone")
    with LocalStack(speech=speech, synthesize_concurrency=2, speech_concurrency=1) as stack:
        yield stack


def ask(client: ApiClient, job_id: str) -> httpx.Response:
    return client.get(f"/jobs/{job_id}/playlist.m3u8")


def playlist(client: ApiClient, job_id: str) -> MediaPlaylist:
    answer = ask(client, job_id)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "no-store"
    return MediaPlaylist.read(answer.text)


def test_a_job_of_which_nothing_is_spoken_has_an_empty_playlist(stack: LocalStack, client: ApiClient) -> None:
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue("還沒開始說。"))

        assert playlist(client, job_id) == MediaPlaylist((), has_ended=False)

        client.cancel(job_id)
    assert playlist(client, job_id) == MediaPlaylist((), has_ended=True)


def test_parts_come_while_the_job_is_spoken_and_stay_as_they_are(client: ApiClient, engine: StepByStep) -> None:
    # Given a job whose turns are spoken one after the other
    texts = [f"這是第{number}句話。" for number in range(60, 68)]
    engine.by_steps = True
    job_id = client.submit(dialogue(*texts, quality="standard"))

    # When it is asked for its playlist until it has ended
    seen = [playlist(client, job_id)]

    def has_come(count: int) -> bool:
        seen.append(playlist(client, job_id))
        return len(seen[-1].spoken) == count

    # Then each turn comes before the next one is spoken, and before the batch was recorded
    for count in range(1, len(texts) + 1):
        engine.step()
        eventually(lambda: has_come(count))  # noqa: B023
    engine.by_steps = False
    while not seen[-1].has_ended:
        seen.append(playlist(client, job_id))
    # And each playlist begins as the one before
    assert all(after.is_begun_by(before) for before, after in pairwise(seen))
    assert seen[-1].spoken == [f"turn {number}" for number in range(8)]
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
    job = client.complete(dialogue(*TURNS))
    listed = playlist(client, job["id"])

    fetched = [part.fetch() for part in listed.parts]

    assert all(content.startswith(b"\xff\xf3\xa4\xc4") and len(content) % 288 == 0 for content in fetched)
    titles = [part.title for part in listed.parts]
    assert titles == ["turn 0", "gap", "turn 1", "gap", "turn 2"]
    assert decode(b"".join(fetched)).duration_ms == pytest.approx(1000 * sum(p.seconds for p in listed.parts), abs=60)


@pytest.mark.parametrize("changes", [{"output_format": "wav"}, {"loudness": "none"}, {"crossfade_ms": 500}])
def test_other_files_have_playlists_too(client: ApiClient, changes: dict[str, Any], tmp_path: Path) -> None:
    job = client.complete(dialogue(*TURNS, **changes))

    text = ask(client, job["id"]).text

    assert MediaPlaylist.read(text).spoken == ["turn 0", "turn 1", "turn 2"]
    assert play(text, tmp_path).duration_ms > 1_000


def test_only_what_comes_next_is_looked_up(stack: LocalStack, client: ApiClient) -> None:
    # Given a job of which everything is stored, and nothing is recorded
    texts = [f"{number}。" for number in range(30)]
    first = client.complete(dialogue(*texts))["id"]
    with stack.cloud.lambdas.pause("plan"):
        again = client.post(f"/jobs/{first}/resubmit").json()["id"]

        # Then a bounded number of turns can be heard before the job has begun
        assert len(playlist(client, again).spoken) == 16


def test_a_job_of_studio_quality_has_none(client: ApiClient) -> None:
    job_id = client.submit(dialogue("錄音室音質。", quality="studio"))

    answer = ask(client, job_id)

    assert (answer.status_code, answer.json()["error"]) == (409, "PLAYLIST_NOT_AVAILABLE")
    client.wait_for(job_id, "completed")
    assert ask(client, job_id).status_code == 409


def test_a_job_that_has_failed_has_what_was_spoken(client: ApiClient) -> None:
    job_id = client.submit(
        dialogue("這一句說得出來。", "這一句說不出來。", voices=("zh-TW-HsiaoYuNeural", "zh-TW-NoNeural"))
    )
    client.wait_for(job_id, "failed")

    listed = playlist(client, job_id)

    assert listed.has_ended
    assert listed.spoken in ([], ["turn 0"])


def test_a_job_of_nothing_but_pauses_is_silent(client: ApiClient) -> None:
    job = client.complete(dialogue("[pause 2s]", "[pause 1s]"))

    listed = playlist(client, job["id"])

    assert {part.title for part in listed.parts} == {"gap"}
    assert sum(part.seconds for part in listed.parts) == pytest.approx(3.25, abs=0.1)


def test_somebody_elses_job_has_no_playlist(client: ApiClient, new_client: Callable[[], ApiClient]) -> None:
    job = client.complete(dialogue(TURNS[0]))

    answer = ask(new_client(), job["id"])

    assert (answer.status_code, answer.json()["error"]) == (404, "JOB_NOT_FOUND")
