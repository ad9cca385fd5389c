"""Every fault: each job ends, its slot is freed, and nothing is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.catalogue import CALLS, faults_in
from tests.faults.experiment import experiment
from tests.faults.laboratory import Laboratory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.faults import Fault


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    with Laboratory.opened() as laboratory:
        yield laboratory


@pytest.mark.parametrize(
    ("scenario", "fault"),
    [pytest.param(scenario, fault, id=f"{scenario}-{fault}") for scenario in CALLS for fault in faults_in(scenario)],
)
def test_a_fault_costs_no_more_than_the_job(laboratory: Laboratory, scenario: str, fault: Fault) -> None:
    outcome = experiment(laboratory, scenario, fault)

    assert outcome.struck > 0
    assert outcome.left_behind == ()
