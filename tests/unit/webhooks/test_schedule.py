"""Pauses between the attempts of a delivery."""

from __future__ import annotations

from datetime import timedelta

from castline.webhooks.schedule import RETRY_DELAYS, delay_after


def test_pauses_grow_from_seconds_to_hours_and_end() -> None:
    pauses = [delay_after(attempts, uniform=lambda low, high: (low + high) / 2) for attempts in range(1, 8)]

    assert pauses == [*RETRY_DELAYS, None]


def test_pauses_differ_at_random_within_a_fifth() -> None:
    pauses = [pause for _ in range(200) if (pause := delay_after(2)) is not None]

    assert len(set(pauses)) > 100
    assert min(pauses) >= timedelta(minutes=4)
    assert max(pauses) <= timedelta(minutes=6)
