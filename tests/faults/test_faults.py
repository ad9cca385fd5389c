"""Fault suite within ``make test``: the catalogue is true, and no kind of fault leaves anything behind.

``make faults`` runs every fault.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.faults.catalogue import CALLS, faults_of_each_kind, parse
from tests.faults.experiment import experiment, undisturbed
from tests.faults.laboratory import Laboratory
from tests.faults.outcomes import folder_for_all_processes
from tests.faults.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.faults import Fault

# It changes nothing: what breaks it breaks nothing else.
READING = "read"


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with Laboratory.opened(undisturbed=folder_for_all_processes(tmp_path_factory)) as laboratory:
        yield laboratory


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_in_which_nothing_breaks_leaves_nothing(laboratory: Laboratory, scenario: str) -> None:
    outcome = undisturbed(laboratory, scenario)

    assert outcome.left_behind == ()
    assert outcome.struck == 0


@pytest.mark.parametrize("scenario", CALLS)
def test_whatever_is_to_be_broken_is_called(laboratory: Laboratory, scenario: str) -> None:
    calls = undisturbed(laboratory, scenario).calls

    made = Counter((call.function, call.operation) for call in calls)
    assert parse(CALLS[scenario]) - made == Counter()


def test_whatever_is_called_is_broken_somewhere(laboratory: Laboratory) -> None:
    calls = {call for scenario in SCENARIOS for call in undisturbed(laboratory, scenario).calls}

    made = {(call.function, call.operation) for call in calls if call.function != READING}
    assert made == {key for text in CALLS.values() for key in parse(text)}


@pytest.mark.parametrize(
    ("scenario", "fault"),
    [pytest.param(scenario, fault, id=f"{scenario}-{fault}") for scenario, fault in faults_of_each_kind()],
)
def test_a_fault_costs_no_more_than_the_job(laboratory: Laboratory, scenario: str, fault: Fault) -> None:
    outcome = experiment(laboratory, scenario, fault)

    assert outcome.struck > 0
    assert outcome.left_behind == ()
