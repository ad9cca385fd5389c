"""Jobs whose stored cues are missing or broken have no subtitles, and the API says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from castline import composition
from castline.audio.keys import audio_key
from castline.audio.subtitles import SubtitleCue
from castline.jobs.model import JobStatus
from local import resources
from tests.ended_jobs import end_job
from tests.integration.api.client import call
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from castline.jobs.model import Job

pytestmark = pytest.mark.usefixtures("functions_environment")

MESSAGES = {"en": "The subtitles of this job are no longer available.", "zh-TW": "這個工作的字幕已無法取得"}


@pytest.fixture
def job() -> tuple[Job, str]:
    """Return a completed job with cues, and the id of its audio file."""
    repository, job, audio_file_id = composition.job_repository(), make_job(), str(uuid4())
    repository.create(job, make_dialogue(), max_active=3)
    repository.start(job, total_segments=1, now=datetime.now(UTC))
    composition.audio_storage().put_cues(job.id, audio_file_id, [SubtitleCue(0, 900, "A", "好")])
    end_job(repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=audio_file_id)
    return job, audio_file_id


@pytest.mark.parametrize("body", [None, b"no JSON", b"\xff", b"{}", b'[[0,900,"A"]]', rb'[[0,900,"A","\ud800"]]'])
@pytest.mark.parametrize("subtitle_format", ["vtt", "srt"])
def test_cues_that_are_gone_or_broken_are_a_404(
    job: tuple[Job, str], body: bytes | None, subtitle_format: str
) -> None:
    # Given a job whose subtitles could be read
    done, audio_file_id = job
    path = f"/jobs/{done.id}/subtitles?format={subtitle_format}"
    assert call("GET", path, user=done.user_id).status == 200

    # When its cues are deleted or overwritten
    s3, key = boto3.client("s3"), audio_key(done.id, audio_file_id, "cues.json")
    if body is None:
        s3.delete_object(Bucket=resources.BUCKET_NAME, Key=key)
    else:
        s3.put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=body)

    # Then
    for language, message in MESSAGES.items():
        answer = call("GET", path, user=done.user_id, headers={"Accept-Language": language})
        assert (answer.status, answer.json()) == (
            404,
            {"error": "SUBTITLES_NOT_AVAILABLE", "message": message, "details": {}},
        )
        assert answer.headers["Cache-Control"] == "no-store"
