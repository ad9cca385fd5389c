"""Answers of the API: they agree with the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.api import requests, responses

if TYPE_CHECKING:
    from pydantic import BaseModel


@pytest.mark.parametrize(
    ("request_model", "params"),
    [
        (requests.CreateJobRequest, responses.InputParams),
        (requests.CreateSingleVoiceJobRequest, responses.SingleVoiceInputParams),
    ],
)
def test_what_a_job_was_made_from_can_be_submitted_again(
    request_model: type[BaseModel], params: type[BaseModel]
) -> None:
    # The pronunciations of the sets are among those of the job.
    assert params.model_fields.keys() == request_model.model_fields.keys() - {"pronunciation_sets"}
