"""``docs/openapi.json`` matches the service: schemathesis makes requests from it, and checks the answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local.gateway import OPERATOR
from local.openapi import document
from tests.contract.run import run

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from local.stack import LocalStack
    from tests.contract.tokens import Issuer

EXAMPLES = 2
PHASES = ("fuzzing", "stateful")
"""To save time: ``make contract`` makes thousands of requests, also with the bounds of every field."""

AT_LEAST_CASES = 160

NO_ID = "01900000-0000-7000-8000-000000000000"
EXAMPLES_OF_BODIES = [
    (method, path, operation["requestBody"]["content"]["application/json"]["example"])
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if "requestBody" in operation
]


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
    # Whether there is a job, a sound or a webhook when one is asked for is luck: they are deleted, too. The stateful
    # phase makes its own.
    missed = set(report["warnings"].pop("missing_test_data"))
    assert all("_id}" in each for each in missed), missed
    # Nearly no text is a script. The example is one.
    assert set(report["warnings"].pop("validation_mismatch", ())) <= {"POST /api/v1/dialogues/parse"}
    assert not any(report["warnings"].values())


def test_every_example_of_a_body_is_taken(http: httpx.Client, issuer: Issuer) -> None:
    operator, user = issuer.token(OPERATOR, **{"cognito:groups": ["operators"]}), issuer.token("user-with-examples")
    answers = {}
    # Operators come last, because their example stops submissions.
    for method, path, body in sorted(EXAMPLES_OF_BODIES, key=lambda each: "/admin/" in each[1]):
        token = operator if "/admin/" in path else user
        answer = http.request(
            method, re.sub(r"\{\w+\}", NO_ID, path), json=body, headers={"Authorization": f"Bearer {token}"}
        )
        answers[method, path] = answer.status_code

    # Where a path names a job or a webhook, there is none.
    without_ids = {status for (_, path), status in answers.items() if "_id}" not in path}
    assert without_ids <= {200, 201}, answers
    assert set(answers.values()) <= {200, 201, 404}, answers
