"""``docs/openapi.json`` matches the service: schemathesis makes requests from it, and checks the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.run import run

if TYPE_CHECKING:
    from pathlib import Path

    from local.stack import LocalStack
    from tests.contract.tokens import Issuer

EXAMPLES = 3
PHASES = ("examples", "fuzzing", "stateful")
"""To save time: ``make contract`` makes thousands of requests, also with the bounds of every field."""

AT_LEAST_CASES = 250


@pytest.mark.timeout(1_800)
def test_the_document_is_true(stack: LocalStack, issuer: Issuer, tmp_path: Path) -> None:
    # When
    outcome = run(stack, issuer, examples=EXAMPLES, phases=PHASES, seed=1, folder=tmp_path)

    # Then
    assert outcome.passed, outcome.output
    report = outcome.report
    assert [report["phases"][phase]["status"] for phase in PHASES] == ["success"] * len(PHASES)
    assert report["operations"]["tested"] == report["operations"]["total"]
    assert outcome.cases >= AT_LEAST_CASES
    # Whether there is a job, or a delivery to send again, when one is asked for is luck: jobs are deleted, too. The
    # stateful phase makes its own.
    missed = set(report["warnings"].pop("missing_test_data"))
    assert all("/jobs/{job_id}" in each or each.endswith("/redeliver") for each in missed), missed
    assert not any(report["warnings"].values())
