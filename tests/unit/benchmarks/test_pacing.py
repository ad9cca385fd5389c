"""The simulation of paced requests shows what the decision record claims."""

from __future__ import annotations

from benchmarks.pacing import CROWDS, PROVIDERS, simulate


def test_a_job_alone_loses_less_than_a_tenth_of_a_second() -> None:
    for requests, tasks in CROWDS[:2]:
        paced, unpaced = (
            simulate(requests=requests, tasks=tasks, throttling=None, paced=paced) for paced in (True, False)
        )

        assert paced.seconds <= unpaced.seconds + 0.1
        assert paced.refused == unpaced.refused == 0


def test_a_crowd_is_refused_less_and_no_slower() -> None:
    for name in ("120 a second", "200 a second, growing"):
        for requests, tasks in CROWDS[2:]:
            paced, unpaced = (
                simulate(requests=requests, tasks=tasks, throttling=PROVIDERS[name], paced=paced)
                for paced in (True, False)
            )

            assert paced.refused_share < unpaced.refused_share / 2
            assert paced.seconds <= 1.1 * unpaced.seconds


def test_every_request_is_answered() -> None:
    outcome = simulate(requests=1_000, tasks=10, throttling=PROVIDERS["200 a second, growing"], paced=True)

    assert outcome.sent - outcome.refused == 1_000
    assert outcome.reservations <= outcome.sent
