"""Costs in docs/operations.md: they follow from the recorded usage, which is still current.

``tests/infra/test_costs.py`` compares the recorded deployment with its templates.
"""

from __future__ import annotations

from benchmarks.costs import SIZES, document, documented, load_record
from benchmarks.usage import measure
from tests.quiet import quiet

_ANEW = "run .venv/bin/python -m benchmarks.costs --measure --write"


def test_the_documentation_says_what_the_model_computes() -> None:
    assert documented() == document(load_record()), _ANEW


def test_a_job_still_makes_the_calls_that_are_recorded() -> None:
    # When
    with quiet():
        now = measure(SIZES[:1], today="today")

    # Then
    recorded = load_record().measurement
    (job,), was = now.jobs, recorded.jobs[0]
    for part in ("submit", "work", "poll", "download"):
        assert getattr(job, part).operations == getattr(was, part).operations, f"{part}: {_ANEW}"
        assert getattr(job, part).invocations == getattr(was, part).invocations, f"{part}: {_ANEW}"
        assert getattr(job, part).write_units == getattr(was, part).write_units, f"{part}: {_ANEW}"
    assert now.reconcile.operations == recorded.reconcile.operations, _ANEW
