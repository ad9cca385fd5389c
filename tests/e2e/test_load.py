"""Load test: it accounts for every job, and notices missing and left-over data."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest

from benchmarks import load
from local.resources import BUCKET_NAME

if TYPE_CHECKING:
    from pathlib import Path

JOBS = 8


@pytest.mark.usefixtures("own_stack")  # the load test starts one by itself
def test_every_job_is_accounted_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given that every fifth answer is lost, whether a job was submitted or looked at
    handle_request, account = httpx.HTTPTransport.handle_request, load._unaccounted
    requests = itertools.count(1)
    lost_answers: list[str] = []
    accounts: list[list[str]] = []
    lost_audio: list[str] = []

    def lose(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        answer = handle_request(transport, request)
        if next(requests) % 5 == 0:
            answer.close()
            lost_answers.append(request.method)
            raise httpx.ReadTimeout("lost", request=request)
        return answer

    # And that after the account a completed job's audio is lost, and another's is there that never was
    def account_twice(outcomes: list[load.JobOutcome], jobs: int) -> list[str]:
        accounts.append(account(outcomes, jobs))
        s3 = boto3.client("s3")
        lost_audio.append(next(each.id for each in outcomes if each.status == "completed"))
        for item in s3.list_objects_v2(Bucket=BUCKET_NAME, Prefix=f"audio/{lost_audio[0]}/")["Contents"]:
            if not item["Key"].endswith(".cues.json"):
                s3.delete_object(Bucket=BUCKET_NAME, Key=item["Key"])
        s3.put_object(Bucket=BUCKET_NAME, Key="audio/nobody/file.mp3", Body=b"audio")
        return account(outcomes, jobs)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lose)
    monkeypatch.setattr(load, "_unaccounted", account_twice)

    # When
    report = load.run_load(JOBS, 3, seed=1, patience_seconds=90, ended=lambda: None, log_file=tmp_path / "load.log")

    # Then no job is lost, and none is submitted twice
    assert set(lost_answers) == {"GET", "POST"}
    assert report.unanswered == len(lost_answers)
    assert accounts == [[]]
    assert len({outcome.id for outcome in report.outcomes}) == JOBS
    assert report.peak_requests_in_flight > 1
    # And what is missing or left over is told
    missing, left_over = report.unaccounted
    assert missing.startswith(f"{lost_audio[0]} is completed and has ['")
    assert left_over == "['file.mp3'] of nobody belong to no job"
