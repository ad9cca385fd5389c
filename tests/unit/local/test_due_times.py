from __future__ import annotations

from local.cloud.due_times import DueTimes


def test_what_is_due_is_taken_once_and_in_order() -> None:
    # Given three keys, scheduled out of order
    times: DueTimes[str] = DueTimes()
    times.schedule("third", 30)
    times.schedule("first", 10)
    times.schedule("second", 20)

    # When time passes
    # Then each is taken once, after its time
    assert times.take(10) == []
    assert times.take(25) == ["first", "second"]
    assert times.take(25) == []
    assert times.take(31) == ["third"]


def test_the_latest_time_of_a_key_counts() -> None:
    times: DueTimes[str] = DueTimes()
    for due in (10, 50, 20):
        times.schedule("a", due)

    assert times.take(15) == []
    assert times.take(21) == ["a"]
    assert times.take(99) == []


def test_a_forgotten_key_is_never_due() -> None:
    times: DueTimes[str] = DueTimes()
    times.schedule("a", 10)
    times.forget("a")
    times.forget("never there")

    assert times.take(99) == []
