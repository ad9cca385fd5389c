"""Rules of the pace: bursts, growth, refusals, and the quota, which is never exceeded."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.pacing.model import BURST_SECONDS, CAUTION_SECONDS, FLOOR, WINDOW_SECONDS, Limit, Pace

NOW = 1_800_000_000.0
S0 = Limit(requests_per_second=200)
PAUSES = st.floats(0, 20)
COUNTS = st.integers(1, 16)


class Sender:
    """Somebody who sends what it may send, as soon as it may."""

    def __init__(self, limit: Limit = S0) -> None:
        self.limit = limit
        self.now = NOW
        self.pace = Pace.initial(limit, NOW)
        self.times: list[float] = []

    def reserve(self, count: int) -> list[float]:
        """Reserve times now, and return them."""
        pace = self.pace.at(self.limit, self.now)
        first = pace.earliest(self.limit, self.now)
        times = [max(self.now, first + position / pace.rate) for position in range(count)]
        self.pace = pace.reserve(self.limit, count, self.now)
        self.times += times
        return times

    def keep_sending(self, seconds: float, *, refused: float = 0.0) -> None:
        """Send without a pause. A part of the requests is refused."""
        end, owed = self.now + seconds, 0.0
        while self.now < end:
            self.now = max(self.now, self.reserve(8)[-1])
            owed += 8 * refused
            self.pace, owed = self.pace.refuse(int(owed)), owed % 1

    def sent_at(self, rate: float) -> Sender:
        """Begin a window with that rate."""
        self.pace = Pace(rate=rate, next_at=self.now, since=self.now)
        return self


def test_the_first_requests_after_idleness_need_not_wait() -> None:
    sender = Sender()

    times = sender.reserve(int(BURST_SECONDS * FLOOR))

    assert set(times) == {NOW}


def test_two_requests_need_not_wait_whatever_the_quota() -> None:
    for quota in [4, 8, 80, 200, 1000]:
        assert set(Sender(Limit(requests_per_second=quota)).reserve(2)) == {NOW}


def test_a_hundred_requests_wait_less_than_a_tenth_of_a_second_for_the_pace() -> None:
    """Without a pace, 56 would be sent at once and the others 0.3 s later, when those have been answered."""
    sender = Sender()

    first_wave = sender.reserve(56)
    sender.now += 0.3
    second_wave = sender.reserve(44)

    assert max(first_wave) <= NOW + 0.1
    assert max(second_wave) <= NOW + 0.4


def test_the_rate_doubles_in_use_until_it_reaches_the_quota() -> None:
    sender = Sender(Limit(requests_per_second=1000))

    rates = []
    for _ in range(5):
        sender.keep_sending(WINDOW_SECONDS)
        rates.append(sender.pace.at(sender.limit, sender.now).rate)

    assert rates == sorted(rates)
    assert all(
        after <= 2.1 * before for before, after in zip([FLOOR * (1 + BURST_SECONDS), *rates], rates, strict=False)
    )
    assert rates[-1] == 1000


def test_the_rate_falls_back_to_the_floor_where_it_is_not_used() -> None:
    sender = Sender()
    sender.keep_sending(10)
    assert sender.pace.rate == 200

    sender.now += 60

    assert sender.pace.at(S0, sender.now).rate == FLOOR


def test_refusals_lower_the_rate_to_what_is_accepted() -> None:
    sender = Sender().sent_at(200)

    sender.keep_sending(WINDOW_SECONDS, refused=0.25)

    assert sender.pace.at(S0, sender.now).rate == pytest.approx(150, abs=5)


def test_the_rate_is_halved_at_most_once_a_window() -> None:
    sender = Sender().sent_at(200)

    sender.keep_sending(WINDOW_SECONDS, refused=1)

    assert sender.pace.at(S0, sender.now).rate == 100


def test_a_resource_that_refuses_everything_is_asked_now_and_then() -> None:
    sender = Sender()

    sender.keep_sending(60, refused=1)

    assert sender.pace.rate == S0.lowest == 4


def test_a_few_refusals_slow_nobody_down() -> None:
    sender = Sender()
    sender.keep_sending(10)

    sender.keep_sending(30, refused=0.05)

    assert sender.pace.rate == 200


def test_the_rate_grows_slowly_after_refusals_and_then_freely() -> None:
    sender = Sender()
    sender.keep_sending(20, refused=1)
    lowest = sender.pace.rate

    sender.keep_sending(5)
    assert lowest < sender.pace.rate < 3 * lowest

    sender.keep_sending(CAUTION_SECONDS)
    assert sender.pace.rate > FLOOR / 2


def test_after_idleness_the_rate_recovers_without_being_used() -> None:
    sender = Sender()
    sender.keep_sending(20, refused=1)

    sender.now += 2 * CAUTION_SECONDS

    assert sender.pace.at(S0, sender.now).rate == FLOOR


@given(
    quota=st.sampled_from([0.3, 1, 8, 80, 200, 1000]),
    steps=st.lists(st.tuples(PAUSES, COUNTS, st.floats(0, 1)), min_size=1, max_size=30),
)
def test_no_period_has_more_requests_than_the_quota_and_one_burst(
    quota: float, steps: list[tuple[float, int, float]]
) -> None:
    # Given any course of requests, some of which are refused
    sender = Sender(Limit(requests_per_second=quota))
    for pause, count, refused in steps:
        sender.now += pause
        sender.reserve(count)
        sender.pace = sender.pace.refuse(int(count * refused))

    # Then
    burst = quota * BURST_SECONDS / (1 + BURST_SECONDS)  # where burst and rate together are the quota
    ahead = [number - quota * (time - NOW) for number, time in enumerate(sorted(sender.times))]
    assert all(now - before <= burst + 1e-3 for now, before in zip(ahead, accumulate(ahead, min), strict=True))


@given(
    quota=st.sampled_from([0.3, 8, 200, 1000]),
    steps=st.lists(st.tuples(PAUSES, COUNTS, st.integers(0, 20)), min_size=1, max_size=30),
)
def test_the_rate_stays_between_the_lowest_and_the_quota(quota: float, steps: list[tuple[float, int, int]]) -> None:
    sender = Sender(Limit(requests_per_second=quota))
    for pause, count, refused in steps:
        sender.now += pause
        times = sender.reserve(count)
        sender.pace = sender.pace.refuse(refused)

        assert sender.limit.lowest <= sender.pace.rate <= quota
        assert times == sorted(times)
        assert times[0] >= sender.now
