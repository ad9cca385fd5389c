"""Limits of the Azure Speech emulator: its ramp, its quota, and those of single voices."""

from __future__ import annotations

from typing import Any

import pytest

from local.azure_speech.options import throttling_from_options
from local.azure_speech.throttling import Refusal, Throttle, Throttling
from tests.unit.local.ticking import Ticking

HSIAO_YU, YUN_JHE = "zh-TW-HsiaoYuNeural", "zh-TW-YunJheNeural"


class Load:
    """Requests at an even pace, one second after another."""

    def __init__(self, throttling: Throttling | None = None) -> None:
        self.clock = Ticking()
        self.throttle = Throttle(throttling or Throttling(), clock=self.clock)

    def second_of(self, requests: int) -> list[Refusal]:
        """Send the requests over one second, and return why some were refused."""
        refusals = []
        for _ in range(requests):
            refusals.append(self.throttle.refusal_of_request())
            self.clock.now += 1 / requests
        return [refusal for refusal in refusals if refusal is not None]


def ramp() -> list[int]:
    """Return the requests of each second of a load that begins with 10 and doubles in 5 s, up to 200."""
    return [10] * 5 + [min(200, round(10 * 2 ** (second / 5))) for second in range(25)]


def test_four_times_the_load_within_a_second_is_refused_in_part() -> None:
    # Given a load of 5 requests a second
    load = Load()
    assert not any(load.second_of(5) for _ in range(30))

    # When the next second has 20
    refused = load.second_of(20)

    # Then some are refused, as Microsoft says
    assert 0 < len(refused) < 15
    assert set(refused) == {Refusal.RAMP}


def test_a_load_that_doubles_every_five_seconds_reaches_the_quota_unrefused() -> None:
    load = Load()

    refused = [load.second_of(rate) for rate in ramp()]

    assert ramp()[-1] == 200
    assert not any(refused)


def test_a_steady_overload_is_admitted_more_and_more() -> None:
    # Given 200 requests a second from nothing
    load = Load()

    # When they keep coming
    admitted = [200 - len(load.second_of(200)) for _ in range(25)]

    # Then a floor is admitted at first, all at last, and never much more than twice the seconds before
    assert 10 <= admitted[0] <= 16
    assert admitted[-1] == 200
    assert all(later <= 2.1 * max(admitted[max(0, at - 2) : at + 1]) for at, later in enumerate(admitted[1:]))


def test_after_idleness_the_ramp_begins_anew() -> None:
    # Given a load of 200 requests a second, admitted whole
    load = Load()
    for rate in ramp():
        load.second_of(rate)

    # When it pauses for half a minute, and returns
    load.clock.now += 30
    refused = load.second_of(200)

    assert len(refused) > 150


def test_more_than_the_quota_is_refused() -> None:
    load = Load(Throttling(growth=None))

    # Given two seconds at twice the quota, the first after a pause
    first, second = load.second_of(400), load.second_of(400)

    assert 90 <= len(first) <= 110
    assert 190 <= len(second) <= 210
    assert set(first + second) == {Refusal.QUOTA}


def test_a_connection_is_refused_only_where_a_request_would_be() -> None:
    load = Load()

    assert [load.throttle.refusal_of_connection() for _ in range(100)] == [None] * 100
    for _ in range(5):
        load.throttle.refusal_of_request()
    assert load.throttle.refusal_of_connection() is Refusal.RAMP


def test_a_voice_has_a_limit_of_its_own() -> None:
    throttle = Throttle(Throttling(voices={HSIAO_YU: 4}), clock=Ticking())

    def refusals_of(*voices: str) -> list[Refusal | None]:
        return [throttle.refusal_of_voices(voices) for _ in range(4)]

    assert refusals_of(YUN_JHE) == [None] * 4
    assert refusals_of(YUN_JHE, HSIAO_YU) == [None, None, Refusal.VOICE, Refusal.VOICE]


def test_limits_that_cannot_be_are_refused() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"requests_per_second": 0}, "more than 0"),
        ({"growth": -1}, "more than 0"),
        ({"voices": {HSIAO_YU: 0}}, "more than 0"),
        ({"voices": {"nobody": 1}}, "no voice nobody"),
    ]

    for limits, message in cases:
        with pytest.raises(ValueError, match=message):
            Throttling(**limits)


def test_options_of_the_command_line() -> None:
    for options, expected in [
        ((False, None, ()), None),
        ((True, None, ()), Throttling()),
        ((True, 50.0, ()), Throttling(requests_per_second=50)),
        ((False, 50.0, ()), Throttling(requests_per_second=50, growth=None)),
        ((False, None, (f"{HSIAO_YU}=2.5",)), Throttling(growth=None, voices={HSIAO_YU: 2.5})),
    ]:
        assert throttling_from_options(*options) == expected
