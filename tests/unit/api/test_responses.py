"""Answers of the API: they agree with the requests."""

from __future__ import annotations

import pytest

from castline.api import requests, responses


@pytest.mark.parametrize(
    ("request_model", "params"),
    [
        (requests.CreateJobRequest, responses.InputParams),
        (requests.CreateSingleVoiceJobRequest, responses.SingleVoiceInputParams),
    ],
)
def test_what_a_job_was_made_from_can_be_submitted_again(request_model: type, params: type) -> None:
    assert params.model_fields.keys() == request_model.model_fields.keys()
