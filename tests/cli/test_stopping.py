"""``castline jobs stop`` and ``delete``, and the time that a job has left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from castline_cli import shown
from castline_cli.errors import Refused
from tests.cli.terminal import shown_by
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


class TestStop:
    def test_ends_a_job_that_is_active_and_says_what_was_billed(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id, other_id = client.submit(dialogue()), client.submit(dialogue())

            assert castline.done("jobs", "stop", job_id) == f"{job_id}\n"
            assert shown_by(castline, "jobs", "stop", other_id).strip() == f"stopped {other_id}; 0 characters billed"

        assert client.job(job_id)["status"] == "cancelled"
        assert "status\tcancelled\n" in castline.done("jobs", "show", job_id)


class TestDelete:
    def test_removes_a_job_that_has_ended(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        assert castline.done("jobs", "delete", job_id) == f"{job_id}\n"

        assert castline.done("jobs", "list") == ""
        assert castline("jobs", "show", job_id).exit_code == 6


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
