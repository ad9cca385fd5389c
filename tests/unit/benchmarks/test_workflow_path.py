from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.workflow_path import successful_path
from local.resources import WORKFLOW_FILE

DEFINITION: dict[str, Any] = json.loads(WORKFLOW_FILE.read_text("utf-8"))


def test_a_job_enters_three_states_and_one_more_for_every_batch() -> None:
    assert successful_path(DEFINITION, items=1).transitions == 3 + 1
    assert successful_path(DEFINITION, items=63).transitions == 3 + 63


def test_a_job_invokes_each_task_once_and_queues_every_batch() -> None:
    assert successful_path(DEFINITION, items=7).invocations == {"plan": 1, "queue-batch": 7, "assemble": 1}


def test_a_way_that_depends_on_data_is_refused() -> None:
    # Given
    definition = {"StartAt": "Which", "States": {"Which": {"Type": "Choice", "Choices": []}}}

    # Then
    with pytest.raises(ValueError, match="Which is a Choice"):
        successful_path(definition, items=1)
