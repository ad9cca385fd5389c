"""The token bucket: a burst, a steady rate after it, and a rate that changes."""

from __future__ import annotations

from local.token_bucket import TokenBucket
from tests.unit.local.ticking import Ticking


def taken(bucket: TokenBucket, times: int) -> int:
    return sum(bucket.take() for _ in range(times))


def test_a_full_bucket_has_its_burst_and_then_its_rate() -> None:
    # Given a full bucket of five that gets two tokens a second
    clock = Ticking()
    bucket = TokenBucket(2, 5, clock=clock)

    # When ten are wanted at once, and ten more a second later
    at_once = taken(bucket, 10)
    clock.now = 1.0
    later = taken(bucket, 10)

    assert (at_once, later) == (5, 2)


def test_without_a_burst_it_holds_one_second_and_at_least_one_token() -> None:
    assert taken(TokenBucket(3, clock=Ticking()), 10) == 3
    assert taken(TokenBucket(0.5, clock=Ticking()), 10) == 1


def test_it_says_how_long_to_wait_and_how_often_it_refused() -> None:
    # Given an empty bucket that gets four tokens a second
    bucket = TokenBucket(4, 1, clock=Ticking())
    assert bucket.wait_seconds == 0
    assert bucket.take()

    # When two more tokens are wanted
    assert taken(bucket, 2) == 0

    assert (bucket.wait_seconds, bucket.refusals) == (0.25, 2)


def test_a_changed_rate_counts_from_now_on() -> None:
    # Given a bucket of ten a second whose last token has been taken
    clock = Ticking()
    bucket = TokenBucket(10, clock=clock)
    taken(bucket, 10)

    # When half a second passes, the rate falls to one a second, and two seconds pass
    clock.now = 0.5
    bucket.change(1, 1)
    before = taken(bucket, 10)
    clock.now = 2.5
    after = taken(bucket, 10)

    # Then a second's tokens of the new rate are all that it holds
    assert (before, after) == (1, 1)
