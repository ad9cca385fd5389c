"""Load test: it accounts for every job, and notices missing and left-over data."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest

from benchmarks import load
from local.resources import BUCKET_NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JOBS = 24


@pytest.fixture
def run(tmp_path: Path) -> Callable[[], load.LoadReport]:
    return lambda: load.run_load(
        JOBS, 6, seed=1, patience_seconds=90, ended=lambda: None, log_file=tmp_path / "load.log"
    )


def test_every_job_is_accounted_for(run: Callable[[], load.LoadReport]) -> None:
    report = run()

    assert report.unaccounted == []
    outcomes = Counter(outcome.status for outcome in report.outcomes)
    assert outcomes.total() == JOBS
    assert outcomes["completed"] > JOBS / 2
    assert report.refusals > 0
    assert report.peak_requests_in_flight > 1


def test_a_request_without_an_answer_is_sent_again(
    run: Callable[[], load.LoadReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given that every fifth answer is lost, whether a job was submitted or looked at
    handle_request = httpx.HTTPTransport.handle_request
    requests = itertools.count(1)
    lost: list[str] = []

    def lose(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        answer = handle_request(transport, request)
        if next(requests) % 5 == 0:
            answer.close()
            lost.append(request.method)
            raise httpx.ReadTimeout("lost", request=request)
        return answer

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lose)

    # When
    report = run()

    # Then no job is lost, and none is submitted twice
    assert set(lost) == {"GET", "POST"}
    assert report.unanswered == len(lost)
    assert report.unaccounted == []
    assert len({outcome.id for outcome in report.outcomes}) == JOBS


def test_what_is_missing_or_left_over_is_told(
    run: Callable[[], load.LoadReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given that a completed job's audio is lost before the account, and another's is there that never was
    account = load._unaccounted
    lost: list[str] = []

    def lose_and_account(outcomes: list[load.JobOutcome], jobs: int) -> list[str]:
        s3 = boto3.client("s3")
        lost.append(next(each.id for each in outcomes if each.status == "completed"))
        for item in s3.list_objects_v2(Bucket=BUCKET_NAME, Prefix=f"audio/{lost[0]}/")["Contents"]:
            if not item["Key"].endswith(".cues.json"):
                s3.delete_object(Bucket=BUCKET_NAME, Key=item["Key"])
        s3.put_object(Bucket=BUCKET_NAME, Key="audio/nobody/file.mp3", Body=b"audio")
        return account(outcomes, jobs)

    monkeypatch.setattr(load, "_unaccounted", lose_and_account)

    first, second = run().unaccounted

    assert first.startswith(f"{lost[0]} is completed and has ['")
    assert second == "['file.mp3'] of nobody belong to no job"
