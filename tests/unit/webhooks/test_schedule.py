"""Pauses between the attempts of a delivery."""

from __future__ import annotations

from datetime import timedelta

from castline.webhooks.schedule import JITTER, RETRY_DELAYS, delay_after


def test_pauses_grow_from_seconds_to_hours_and_end() -> None:
    pauses = [delay_after(attempts, uniform=lambda low, high: (low + high) / 2) for attempts in range(1, 8)]

    assert pauses == [*RETRY_DELAYS, None]


def test_no_pause_is_more_than_a_fifth_longer() -> None:
    longest = [delay_after(attempts, uniform=lambda _low, high: high) for attempts in range(1, 7)]

    assert longest == [delay * (1 + JITTER) for delay in RETRY_DELAYS]


def test_pauses_differ_at_random_within_a_fifth() -> None:
    pauses = [pause for _ in range(200) if (pause := delay_after(2)) is not None]

    assert len(set(pauses)) > 100
    assert min(pauses) >= timedelta(minutes=4)
    assert max(pauses) <= timedelta(minutes=6)
