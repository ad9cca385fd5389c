"""Validators: they find nothing but acknowledged findings, and every acknowledged finding still exists.

CDK's own validation, which runs while ``synthesis`` is made, finds what CloudFormation itself would refuse.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]

from infra import acknowledgements
from infra.environments import ENVIRONMENTS
from tests.infra.examples import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import IConstruct

    from tests.infra.synthesis import Synthesis

ENVIRONMENTS_TO_CHECK = [*ENVIRONMENTS.values(), EVERYTHING]
# CDK says again that a function depends on its role.
OF_CDKS_MAKING = ["W3005"]


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    path: str


def findings_of_nag(into: Path) -> set[Finding]:
    import aws_cdk as cdk
    from cdk_nag import AwsSolutionsChecks

    from tests.infra.synthesis import synthesize

    try:
        synthesize(
            ENVIRONMENTS_TO_CHECK,
            into=into,
            prepare=lambda app: cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app)),
        )
    except RuntimeError as error:
        assert "ValidationFailed" in str(error)  # noqa: PT017 (it may fail, but for no other reason)
    report = json.loads((into / "out" / "validation-report.json").read_text("utf-8"))
    return {
        Finding(violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    rule: str
    path: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return finding.rule == self.rule and f"{finding.path}/".startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """The findings of cdk-nag without acknowledgements, and the acknowledged ones."""

    findings: set[Finding]
    acknowledgements: list[Acknowledgement]


@pytest.fixture(scope="module")
def unacknowledged(tmp_path_factory: pytest.TempPathFactory) -> Unacknowledged:
    made: list[Acknowledgement] = []

    class Recorder:
        def __init__(self, construct: IConstruct) -> None:
            self.construct = construct

        def acknowledge(self, acknowledgement: Any) -> None:
            made.append(Acknowledgement(acknowledgement.id, self.construct.node.path, acknowledgement.reason))

    import aws_cdk as cdk

    recording = SimpleNamespace(
        Acknowledgment=cdk.Acknowledgment, Stack=cdk.Stack, Validations=SimpleNamespace(of=Recorder)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acknowledgements, "cdk", recording)
        findings = findings_of_nag(tmp_path_factory.mktemp("unacknowledged"))
    return Unacknowledged(findings, made)


def test_cdk_nag_finds_nothing_that_is_not_acknowledged(tmp_path: Path) -> None:
    assert findings_of_nag(tmp_path) == set()


def test_cdk_nag_looks(unacknowledged: Unacknowledged) -> None:
    assert {"AwsSolutions-APIG4", "AwsSolutions-L1", "AwsSolutions-S1", "AwsSolutions-SQS3"} <= {
        finding.rule for finding in unacknowledged.findings
    }


def test_whatever_is_acknowledged_is_found(unacknowledged: Unacknowledged) -> None:
    needless = [
        acknowledgement
        for acknowledgement in unacknowledged.acknowledgements
        if not any(acknowledgement.covers(finding) for finding in unacknowledged.findings)
    ]

    assert unacknowledged.acknowledgements
    assert needless == []


def test_every_acknowledgement_gives_a_reason(unacknowledged: Unacknowledged) -> None:
    for acknowledgement in unacknowledged.acknowledgements:
        assert len(acknowledgement.reason.split()) >= 5, acknowledgement
        assert acknowledgement.reason.endswith(".")


def test_cfn_lint_finds_nothing(synthesis: Synthesis) -> None:
    found = [
        f"{template.name}: {match.rule.id} {match.message}"
        for environment in ENVIRONMENTS_TO_CHECK
        for template in synthesis.deployments[environment.name].templates
        for match in lint_file(template.file, config={"ignore_checks": OF_CDKS_MAKING})
    ]

    assert found == []
