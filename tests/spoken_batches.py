"""Batches of jobs, spoken without the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.synthesis.segments import BatchRange
from castline.workflow.task_errors import reported_to_step_functions

if TYPE_CHECKING:
    from collections.abc import Mapping


def speak_batch(job_id: str, batch: Mapping[str, Any]) -> None:
    """Speak a batch of ``castline.workflow.plan``, and raise what the state machine would be told."""
    with reported_to_step_functions():
        composition.synthesize_batch()(
            job_id, BatchRange(**batch), give_up_at=datetime.now(UTC) + timedelta(minutes=5)
        )
