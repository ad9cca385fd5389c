"""Catalogue of the calls that can be broken: it is correct and complete."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.faults.catalogue import CALLS, parse
from tests.faults.experiment import Outcome, experiment
from tests.faults.laboratory import Laboratory
from tests.faults.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

# It changes nothing: what breaks it breaks nothing else.
READING = "read"


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, Outcome]]:
    """Yield every scenario with nothing broken."""
    with Laboratory.opened() as laboratory:
        yield {name: experiment(laboratory, name, fault=None) for name in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_in_which_nothing_breaks_leaves_nothing(outcomes: dict[str, Outcome], scenario: str) -> None:
    assert outcomes[scenario].left_behind == ()
    assert outcomes[scenario].struck == 0


@pytest.mark.parametrize("scenario", CALLS)
def test_whatever_is_to_be_broken_is_called(outcomes: dict[str, Outcome], scenario: str) -> None:
    made = Counter((call.function, call.operation) for call in outcomes[scenario].calls)

    assert parse(CALLS[scenario]) - made == Counter()


def test_whatever_is_called_is_broken_somewhere(outcomes: dict[str, Outcome]) -> None:
    made = {
        (call.function, call.operation)
        for outcome in outcomes.values()
        for call in outcome.calls
        if call.function != READING
    }

    assert made == {key for text in CALLS.values() for key in parse(text)}
