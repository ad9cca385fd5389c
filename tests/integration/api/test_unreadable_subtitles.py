"""Jobs whose stored cues are missing or broken have no subtitles, and the API says so."""

from __future__ import annotations

import boto3
import pytest

from castline.audio.keys import audio_key
from castline.audio.subtitles import SubtitleCue
from local import resources
from tests.integration.api.client import call
from tests.integration.api.completed_jobs import complete_job

pytestmark = pytest.mark.usefixtures("service")

MESSAGES = {"en": "The subtitles of this job are no longer available.", "zh-TW": "這個工作的字幕已無法取得"}
BROKEN = [b"no JSON", b"\xff", b"{}", b'[[0,900,"A"]]', rb'[[0,900,"A","\ud800"]]']


@pytest.mark.parametrize("subtitle_format", ["vtt", "srt"])
def test_cues_that_are_broken_or_gone_are_a_404(subtitle_format: str) -> None:
    # Given a job whose subtitles can be read
    job = complete_job([SubtitleCue(0, 900, "A", "好")])
    path = f"/jobs/{job.id}/subtitles?format={subtitle_format}"
    assert call("GET", path, user=job.user_id).status == 200
    s3, key = boto3.client("s3"), audio_key(job.id, str(job.audio_file_id), "cues.json")

    def demand_not_available() -> None:
        for language, message in MESSAGES.items():
            answer = call("GET", path, user=job.user_id, headers={"Accept-Language": language})
            assert (answer.status, answer.json()) == (
                404,
                {"error": "SUBTITLES_NOT_AVAILABLE", "message": message, "details": {}},
            )
            assert answer.headers["Cache-Control"] == "no-store"

    # When its cues are overwritten, then there are none
    for body in BROKEN:
        s3.put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=body)
        demand_not_available()

    # And neither when they are deleted
    s3.delete_object(Bucket=resources.BUCKET_NAME, Key=key)
    demand_not_available()
