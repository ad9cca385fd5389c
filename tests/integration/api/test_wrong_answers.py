"""A handler that builds a wrong body is answered 500 and logged as unexpected: never a wrong 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline.api import jobs, responses
from castline.jobs.model import JobStatus
from castline.observability import logger
from local.quickstart import DIALOGUE
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.jobs.model import Job

pytestmark = pytest.mark.usefixtures("service")


def right(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": JobStatus.PENDING,
        "job_type": job.job_type,
        "provider": job.provider,
        "created_at": job.created_at,
    }


WRONG: dict[str, Callable[[Job], Any]] = {
    "a model made without validation": lambda job: responses.SubmittedJob.model_construct(
        **right(job) | {"status": "odd"}
    ),
    "a model of another answer": lambda _job: responses.Health(),
    "a field too few": lambda job: {name: value for name, value in right(job).items() if name != "status"},
    "no body": lambda _job: None,
    "text": lambda _job: "submitted",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_body_is_an_internal_error_that_is_logged(
    user: str, wrong: Callable[[Job], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a handler that builds a body which does not fit what it declares
    caplog.set_level("ERROR", logger=logger.name)
    monkeypatch.setattr(jobs, "submitted", lambda submission, _language: wrong(submission.job))

    # When
    answer = call("POST", "/jobs", user=user, json=DIALOGUE)

    # Then
    assert (answer.status, answer.json()["error"]) == (500, "INTERNAL_ERROR")
    errors = {record.getMessage(): vars(record) for record in caplog.records if record.levelname == "ERROR"}
    assert errors["unexpected error"]["error"] == "ResponseValidationError"
    assert all(each.startswith("response") for each in errors["an answer does not fit its schema"]["fields"])
