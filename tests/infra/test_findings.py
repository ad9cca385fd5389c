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

from infra.environments import ENVIRONMENTS
from tests.infra.examples import EVERYTHING

if TYPE_CHECKING:
    from constructs import IConstruct

    from tests.infra.synthesis import Deployment

ENVIRONMENTS_TO_CHECK = [*ENVIRONMENTS.values(), EVERYTHING]
# CDK says again that a function depends on its role.
OF_CDKS_MAKING = ["W3005"]


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    path: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    rule: str
    path: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return finding.rule == self.rule and f"{finding.path}/".startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Nag:
    """The findings of cdk-nag with no acknowledgement in force, and the acknowledgements."""

    findings: set[Finding]
    acknowledgements: list[Acknowledgement]


@pytest.fixture(scope="module")
def nag(tmp_path_factory: pytest.TempPathFactory) -> Nag:
    """Have cdk-nag look at all environments."""
    import aws_cdk as cdk
    from cdk_nag import AwsSolutionsChecks

    from infra import acknowledgements
    from tests.infra.synthesis import synthesize

    made: list[Acknowledgement] = []

    class Recorder:
        def __init__(self, construct: IConstruct) -> None:
            self.construct = construct

        def acknowledge(self, acknowledgement: Any) -> None:
            made.append(Acknowledgement(acknowledgement.id, self.construct.node.path, acknowledgement.reason))

    recording = SimpleNamespace(
        Acknowledgment=cdk.Acknowledgment, Stack=cdk.Stack, Validations=SimpleNamespace(of=Recorder)
    )
    folder = tmp_path_factory.mktemp("nag")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acknowledgements, "cdk", recording)
        with pytest.raises(RuntimeError, match="ValidationFailed"):
            synthesize(
                ENVIRONMENTS_TO_CHECK,
                into=folder,
                validate=False,
                prepare=lambda app: cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app)),
            )
    report = json.loads((folder / "out" / "validation-report.json").read_text("utf-8"))
    findings = {
        Finding(violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }
    return Nag(findings, made)


def test_cdk_nag_finds_nothing_that_is_not_acknowledged(nag: Nag) -> None:
    unacknowledged = [
        finding for finding in nag.findings if not any(each.covers(finding) for each in nag.acknowledgements)
    ]

    assert nag.findings
    assert unacknowledged == []


def test_whatever_is_acknowledged_is_found(nag: Nag) -> None:
    needless = [each for each in nag.acknowledgements if not any(map(each.covers, nag.findings))]

    assert nag.acknowledgements
    assert needless == []


def test_every_acknowledgement_gives_a_reason(nag: Nag) -> None:
    for acknowledgement in nag.acknowledgements:
        assert len(acknowledgement.reason.split()) >= 5, acknowledgement
        assert acknowledgement.reason.endswith(".")


@pytest.mark.timeout(900)
def test_cfn_lint_finds_nothing(dev: Deployment, everything: Deployment) -> None:
    found = [
        f"{template.name}: {match.rule.id} {match.message}"
        for deployment in (dev, everything)
        for template in deployment.templates
        for match in lint_file(template.file, config={"ignore_checks": OF_CDKS_MAKING})
    ]

    assert found == []
