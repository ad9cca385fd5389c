"""``castline jobs stop`` and ``delete``, and the time that a job has left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from castline_cli import shown
from castline_cli.errors import Refused
from tests.cli.test_terminal import shown_by
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


class TestStop:
    def test_ends_a_job_that_is_active(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())

            assert castline.done("jobs", "stop", "last") == f"{job_id}\n"

        assert client.job(job_id)["status"] == "cancelled"
        assert "status\tcancelled\n" in castline.done("jobs", "show", job_id)

    def test_says_what_was_billed(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())

            assert shown_by(castline, "jobs", "stop", job_id).strip() == f"stopped {job_id}; 0 characters billed"

    def test_is_refused_when_it_has_ended(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        outcome = castline("jobs", "stop", job_id)

        assert (outcome.exit_code, outcome.complaint) == (
            4,
            ("castline: The job has already ended. (status: completed)"),
        )


class TestDelete:
    def test_removes_a_job_that_has_ended(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        assert castline.done("jobs", "delete", job_id) == f"{job_id}\n"

        assert castline.done("jobs", "list") == ""
        assert castline("jobs", "show", job_id).exit_code == 6

    def test_is_refused_while_it_is_active(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())

            outcome = castline("jobs", "delete", job_id)

        assert outcome.exit_code == 4
        assert outcome.complaint.startswith("castline: ")
        client.wait_for(job_id, "completed")


class TestTheTimeLeft:
    @pytest.mark.parametrize(
        ("progress", "told"),
        [
            ({"completed_segments": 3, "total_segments": 40}, "3/40 segments"),
            ({"completed_segments": 3, "total_segments": 40, "seconds_left": 12}, "3/40 segments, about 12.0 s left"),
            ({"completed_segments": 3, "total_segments": 40, "seconds_left": 125}, "3/40 segments, about 2:05 left"),
            ({"completed_segments": 0, "total_segments": 0}, ""),
        ],
    )
    def test_follows_how_far_the_job_has_come(self, progress: dict[str, Any], told: str) -> None:
        assert shown.progress({"progress": progress}) == told


def test_previews_that_are_too_many_say_when_to_go_on() -> None:
    refusal = Refused("Too many.", code="RATE_LIMITED", details={"resets_at": "2026-11-24T03:31:00Z"})

    assert re.fullmatch(r"Too many\.\n  try again after 2026-11-24 \d\d:31:00", str(refusal))
