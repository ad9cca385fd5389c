"""Contention for one item: what the retries of transactions make up for."""

from __future__ import annotations

import pytest

from benchmarks.hot_item import burst, compete, stream
from castline.dynamodb import CONFLICT_ATTEMPTS, longest_pause_seconds

API_SECONDS = 30
"""The time that API Gateway gives the API."""


@pytest.mark.parametrize("hold_seconds", [0.01, 0.02])
def test_two_hundred_at_once_are_all_written(hold_seconds: float) -> None:
    found = compete(burst(200), hold_seconds=hold_seconds)

    assert found.failed == 0
    assert found.wait_seconds(1) < API_SECONDS / 2


@pytest.mark.parametrize("hold_seconds", [0.01, 0.02])
def test_twenty_a_second_are_all_written(hold_seconds: float) -> None:
    found = compete(stream(20, seconds=300), hold_seconds=hold_seconds)

    assert found.failed == 0
    assert found.wait_seconds(0.5) < 0.1


def test_all_pauses_together_leave_the_api_time_for_its_calls() -> None:
    assert sum(map(longest_pause_seconds, range(1, CONFLICT_ATTEMPTS))) < API_SECONDS / 2
