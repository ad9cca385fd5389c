"""docs/scaling.md: its tables are those of the model, and the model can be compared with a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from benchmarks.scale import HEADROOM, loads, suited, to_raise
from benchmarks.scaling import document, documented, simulate_load, tables
from infra.environments import PROD

_ANEW = "run .venv/bin/python -m benchmarks.scaling --write"


def test_the_documentation_says_what_the_model_computes() -> None:
    assert documented() == document(tables()), _ANEW


def test_a_suited_setup_has_headroom_everywhere() -> None:
    for users in [40, 4_000, 40_000, 100_000]:
        setup = suited(users)

        raised = {need.quota.code for need in to_raise(setup)}
        for load in loads(setup):
            assert load.share <= HEADROOM or any(code in load.name for code in raised), load


def test_a_suited_setup_is_the_smallest() -> None:
    assert suited(40).cells == suited(4_000).cells == 1
    assert suited(40).environment.synthesize_concurrency == PROD.synthesize_concurrency

    setup = suited(40_000)
    fewer = replace(setup, cells=setup.cells - 1)
    assert any(load.share > HEADROOM for load in loads(fewer) if load.is_fixed)


def test_a_run_of_the_load_test_is_simulated_with_its_own_jobs() -> None:
    # Given a run of 60 jobs of 12 users, one submitted every half second
    started_ms = 1_800_000_000_000
    outcomes = [
        {
            "id": str(UUID(int=((started_ms + 500 * number) << 80) | (7 << 76))),
            "user": f"user-{number % 12}",
            "status": "completed" if number else "failed",
            "seconds": 1.0 + number,
        }
        for number in range(60)
    ]
    report: dict[str, Any] = {"outcomes": outcomes, "seconds": 60.0}

    # When
    measured, simulated = simulate_load(report, seed=1)

    # Then it has the same jobs, and lasts as long
    assert len(measured.until_end) == 59
    assert len(simulated.until_end) == 60
    assert 1 < simulated.until_end[30] < simulated.until_end[-1] < 60
