"""Rehearsal of a deployment: staging, whose data is protected, is deployed to an emulated AWS, used and destroyed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from infra import functions
from local.azure_speech.engines import VoiceEngineName
from local.emulated.rehearsal import Rehearsal
from tests.infra.test_functions import path

if TYPE_CHECKING:
    from pathlib import Path

    from local.emulated.deployment import Stack
    from local.emulated.rehearsal import Report
    from tests.infra.synthesis import Synthesis, Template

pytestmark = pytest.mark.timeout(600)

OBSERVED = {
    "GET /health without a token": "200",
    "GET /jobs without a token, with a forged one": "401, 401",
    "PUT /jobs, GET /nowhere, GET /admin/breaker": "405, 404, 404",
    "GET /admin/usage, PUT /admin/users/{user_id}/limits as an operator": "200, 200",
    "quickstart: submit, poll, download": ".* checked",
    "Idempotency-Key": "submitted twice, one job: .*",
    "GET /jobs": "2 jobs, newest first",
    "presigned URL, and the same without its signature": "200, 403",
    "console by the distribution, and its bucket": "200 with .* files, 403",
    "GET /api/v1/jobs by the distribution, without a token, with one": "401, 200",
    "execution stopped: rule → execution-ended": "failed, INTERRUPTED",
    "events: stream → filter → publish-events → bus, and again": "job.started, job.completed",
    "webhook: API → queue → deliver-webhooks → receiver": "signed, delivered",
    "sound uploaded: rule → sound-uploaded": "ready, 2000 ms",
    "schedule: rule → reconcile": "called within a minute",
    "TTL: stream → filter → expire": "item removed, its audio deleted",
    "cdk destroy castline-staging-service": "stack, functions, API and console are gone",
    "the data stack, with the service gone": "job, audio, secret and users are there",
    "cdk destroy castline-staging-data": "refused: TerminationProtection",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Deploy, use and destroy staging."""
    folder: Path = tmp_path_factory.mktemp("deployment")
    rehearsal = Rehearsal(
        "staging",
        console=Console(width=200),
        out=folder,
        log_file=folder / "functions.log",
        voice_engine=VoiceEngineName.TONE,
    )
    return rehearsal.run(destroy=True)


@pytest.mark.parametrize("subject", OBSERVED)
def test_the_deployment_works(report: Report, subject: str) -> None:
    (seen,) = (each.seen for each in report.observations if each.subject == subject)

    assert re.fullmatch(OBSERVED[subject], seen)


@pytest.mark.parametrize("stack", ["data", "service"])
def test_no_declared_resource_is_left_out(report: Report, synthesis: Synthesis, stack: str) -> None:
    template: Template = getattr(synthesis.deployments["staging"], stack)
    deployed: Stack = getattr(report.deployment, stack)

    declared = Counter(resource["Type"] for resource in template.body["Resources"].values())
    assert Counter(type_ for type_, _ in deployed.resources) == declared


def test_the_functions_have_run_in_processes_of_their_own(report: Report) -> None:
    started = " ".join(report.cold_starts)

    idle = {spec for spec in functions.ALL if path(spec).replace("/", "") not in started}
    assert idle <= {functions.PREVIEW, functions.RECORD_FAILURE}  # which the rehearsal does not need
