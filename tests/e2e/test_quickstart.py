"""The quickstart, step by step, as it is written."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.voices import VOICES
from local.quickstart import DIALOGUE, curl_lines
from tests.e2e.api_client import ApiClient
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stack import LocalStack

FRAME_MS = 24
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")

QUICKSTART_BODY = """
{
    "provider": "azure",
    "turns": [
      {"speaker": "A", "text": "你好，今天天氣真好！", "index": 0},
      {"speaker": "B", "text": "是啊，要不要一起去公園走走？", "index": 1}
    ],
    "voice_assignments": [
      {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": "曉雨"},
      {"speaker": "B", "voice_id": "zh-TW-YunJheNeural", "voice_name": "雲哲"}
    ],
    "language": "zh-TW",
    "output_format": "mp3"
}
"""


@dataclass(frozen=True)
class Completed:
    """The quickstart's job once it is completed.

    Attributes:
        client: the client of its user, who has no other job.
        submitted: the answer to its submission.
        job: the job.
    """

    client: ApiClient
    submitted: dict[str, Any]
    job: dict[str, Any]


@pytest.fixture(scope="module")
def completed(new_client: Callable[[], ApiClient]) -> Completed:
    client = new_client()
    submitted = post_quickstart(client)
    return Completed(client, submitted, client.wait_for(submitted["id"], "completed"))


def post_quickstart(client: ApiClient) -> dict[str, Any]:
    response = client.post("/jobs", content=QUICKSTART_BODY, headers={"Content-Type": "application/json"})
    assert response.status_code == 201, response.text
    job: dict[str, Any] = response.json()
    return job


def test_health(client: ApiClient) -> None:
    response = client.get("/health")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_submission_is_answered_at_once_with_a_pending_job(completed: Completed) -> None:
    job = completed.submitted

    assert set(job) == {"id", "status", "job_type", "provider", "created_at"}
    assert UUID.fullmatch(job["id"])
    assert TIME.fullmatch(job["created_at"])
    assert (job["status"], job["job_type"], job["provider"]) == ("pending", "multi_role_tts", "azure")


class TestPoll:
    def test_a_job_that_is_being_processed(self, stack: LocalStack, client: ApiClient) -> None:
        # When
        with stack.cloud.lambdas.pause("assemble"):
            job = client.wait_for(post_quickstart(client)["id"], "processing")
        client.wait_for(job["id"], "completed")

        # Then
        assert TIME.fullmatch(job["started_at"])
        assert job["progress"] == {"completed_segments": 0, "total_segments": 2}
        assert not {"completed_at", "result_metadata", "audio_file_id", "error_code", "error_message"} & set(job)

    def test_a_completed_job(self, completed: Completed) -> None:
        job = completed.job

        # It is the job that was submitted
        assert job.items() >= (completed.submitted | {"status": "completed"}).items()
        defaults = {"quality": "standard", "loudness": "podcast", "gap_ms": 300, "crossfade_ms": 50}
        assert job["input_params"] == DIALOGUE | defaults
        # And it says when, what and how long
        assert job["created_at"] <= job["started_at"] <= job["completed_at"]
        assert TIME.fullmatch(job["completed_at"])
        assert UUID.fullmatch(job["audio_file_id"])
        assert job["progress"] == {"completed_segments": 2, "total_segments": 2}
        assert job["retry_count"] == 0
        result = job["result_metadata"]
        assert result["synthesis_mode"] == "segmented"
        assert result["latency_ms"] >= 0
        assert result["characters"] == sum(len(turn["text"]) for turn in DIALOGUE["turns"])
        # And when each turn is heard: the emulator's tone lasts 100 ms a character, and turns begin on whole frames
        about = partial(pytest.approx, abs=1 + FRAME_MS / 2)
        assert result["turn_timings"] == [
            {"turn_index": 0, "speaker": "A", "start_ms": 0, "end_ms": about(1000)},
            {"turn_index": 1, "speaker": "B", "start_ms": about(1250), "end_ms": about(2650)},
        ]
        assert result["duration_ms"] == result["turn_timings"][-1]["end_ms"]


class TestDownload:
    def test_is_a_redirect_to_the_file_under_a_sensible_name(self, completed: Completed) -> None:
        # Given
        client, job = completed.client, completed.job

        # When
        redirect = client.get(f"/jobs/{job['id']}/download")
        file = client.download(job["id"])

        # Then
        assert redirect.status_code == 302
        assert redirect.headers["Location"].startswith("http")
        assert redirect.content == b""
        assert file.headers["Content-Type"] == "audio/mpeg"
        disposition = file.headers["Content-Disposition"]
        assert re.match(rf'attachment; filename="castline-{job["created_at"][:10]}-[0-9a-f]{{8}}\.mp3"', disposition)

    def test_is_an_mp3_as_long_as_the_job_says(self, completed: Completed) -> None:
        # Given
        result = completed.job["result_metadata"]

        # When
        file = completed.client.download(completed.job["id"])

        # Then
        assert len(file.content) == result["size_bytes"]
        audio = decode(file.content)
        assert audio.rate_hz == 24_000
        assert audio.duration_ms == pytest.approx(result["duration_ms"], abs=FRAME_MS)

    def test_is_a_wav_of_exactly_as_many_samples(self, client: ApiClient) -> None:
        # Given
        job = client.complete(DIALOGUE | {"output_format": "wav"})
        result = job["result_metadata"]

        # When
        file = client.download(job["id"])

        # Then
        assert file.headers["Content-Type"] == result["content_type"] == "audio/wav"
        assert re.search(r'filename="[^"]+\.wav"', file.headers["Content-Disposition"])
        audio = decode(file.content)
        header_bytes, bytes_a_sample = 44, 2
        assert len(file.content) == result["size_bytes"] == header_bytes + len(audio.samples) * bytes_a_sample
        assert round(audio.duration_ms) == result["duration_ms"]

    def test_speaks_the_turns_in_order_of_index_each_in_its_speakers_voice(self, client: ApiClient) -> None:
        # Given turns whose order is not that of their indexes, with voices far apart in pitch
        voices = {"Alt": "de-DE-KatjaNeural", "Tief": "zh-TW-HsiaoChenNeural", "Hoch": "th-TH-NiwatNeural"}
        job = client.complete(
            dialogue(
                turns=[
                    {"speaker": "Hoch", "text": "und dies zuletzt", "index": 70},
                    {"speaker": "Tief", "text": "dies zuerst", "index": 3},
                    {"speaker": "Alt", "text": "dies danach", "index": 20},
                ],
                voice_assignments=[{"speaker": speaker, "voice_id": voice} for speaker, voice in voices.items()],
                language="de-DE",
            )
        )

        # When
        audio = decode(client.download(job["id"]).content)

        # Then
        timings = job["result_metadata"]["turn_timings"]
        assert [(turn["turn_index"], turn["speaker"]) for turn in timings] == [(3, "Tief"), (20, "Alt"), (70, "Hoch")]
        for turn in timings:
            heard = audio.part(turn["start_ms"], turn["end_ms"])
            assert heard.strongest_hz() == pytest.approx(VOICES[voices[turn["speaker"]]].tone_hz, abs=2)


class TestList:
    def test_all_jobs_by_status_and_by_page(self, completed: Completed) -> None:
        # Given
        client, job = completed.client, completed.job
        summary = {
            name: job[name]
            for name in ("id", "status", "job_type", "provider", "created_at", "started_at", "completed_at")
        }

        # When / Then
        assert client.get("/jobs").json() == {
            "items": [summary],
            "total": 1,
            "limit": 20,
            "offset": 0,
            "next_cursor": None,
        }
        assert client.list_ids(status="completed") == [job["id"]]
        assert client.list_ids(status="pending") == []
        assert client.list_ids(limit=10, offset=0) == [job["id"]]


class TestCancel:
    def test_a_pending_job(self, stack: LocalStack, client: ApiClient) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job = post_quickstart(client)
            response = client.delete(f"/jobs/{job['id']}")

        assert response.status_code == 200
        assert response.json().items() >= (job | {"status": "cancelled"}).items()


class TestCurlLines:
    @pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
    def test_work_when_pasted_into_a_shell(self, stack: LocalStack, tmp_path: Path) -> None:
        # Given the lines that `make dev` prints
        submit, *others = curl_lines(stack.url).split("\n\n")

        # When the first is pasted, and the others once the job is completed
        shell = subprocess.Popen(
            ["bash"],  # noqa: S607 (whichever bash a user has)
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        with shell, ApiClient(stack.url) as anyone:
            assert shell.stdin
            assert shell.stdout
            shell.stdin.write(f"{submit}\n")
            shell.stdin.flush()
            job_id = shell.stdout.readline().strip()
            job = anyone.wait_for(job_id, "completed")
            answers, complaints = shell.communicate("\n\n".join(others), timeout=PATIENCE_SECONDS)

        # Then each did what its comment says
        assert (shell.returncode, complaints) == (0, "")
        assert answers.count(f'"id":"{job_id}","status":"completed"') == 2
        audio = decode((tmp_path / "dialogue.mp3").read_bytes())
        assert audio.duration_ms == pytest.approx(job["result_metadata"]["duration_ms"], abs=FRAME_MS)
