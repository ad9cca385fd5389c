from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from infra import functions
from local.azure_speech.engines import VoiceEngineName
from local.emulated.rehearsal import Rehearsal

if TYPE_CHECKING:
    from pathlib import Path

    from local.emulated.deployment import Stack
    from local.emulated.rehearsal import Report
    from tests.infra.synthesis import Synthesis, Template

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Rehearse the deployment of staging, an environment whose data is protected."""
    folder: Path = tmp_path_factory.mktemp("deployment")
    rehearsal = Rehearsal(
        "staging",
        console=Console(width=200),
        out=folder,
        log_file=folder / "functions.log",
        voice_engine=VoiceEngineName.TONE,
    )
    return rehearsal.run(destroy=True)


@pytest.fixture(scope="module")
def seen(report: Report) -> dict[str, str]:
    return {observation.subject: observation.seen for observation in report.observations}


class TestDeployment:
    def test_both_stacks_are_deployed_with_every_function(self, report: Report) -> None:
        types = [type_ for type_, _ in report.deployment.service.resources]
        assert types.count("AWS::Lambda::Function") == len(functions.ALL) + 1  # which uploads the console's page
        assert "AWS::DynamoDB::Table" in dict(report.deployment.data.resources)

    @pytest.mark.parametrize("stack", ["data", "service"])
    def test_no_declared_resource_is_left_out(self, report: Report, synthesis: Synthesis, stack: str) -> None:
        template: Template = getattr(synthesis.deployments["staging"], stack)
        deployed: Stack = getattr(report.deployment, stack)

        declared = Counter(resource["Type"] for resource in template.body["Resources"].values())
        assert Counter(type_ for type_, _ in deployed.resources) == declared

    def test_the_functions_have_run_in_processes_of_their_own(self, report: Report) -> None:
        stems = (
            *("Api", "Plan", "QueueBatch", "Synthesize", "Assemble"),
            *("ExecutionEnded", "Reconcile", "Expire", "SoundUploaded", "PublishEvents"),
            *("DispatchWebhooks", "DeliverWebhooks"),
        )
        assert all(any(f"Functions{stem}" in name for name in report.cold_starts) for stem in stems)


class TestService:
    def test_health_is_open(self, seen: dict[str, str]) -> None:
        assert seen["GET /health without a token"] == "200"

    def test_jobs_take_a_valid_token_only(self, seen: dict[str, str]) -> None:
        assert seen["GET /jobs without a token, with a forged one"] == "401, 401"

    def test_operators_are_those_of_the_group(self, seen: dict[str, str]) -> None:
        assert seen["GET /admin/usage, PUT /admin/users/{user_id}/limits as an operator"] == "200, 200"

    def test_the_function_answers_what_is_not_served_and_what_is_for_operators(self, seen: dict[str, str]) -> None:
        assert seen["PUT /jobs, GET /nowhere, GET /admin/breaker"] == "405, 404, 404"

    def test_the_quickstart_ends_with_checked_audio(self, seen: dict[str, str]) -> None:
        assert seen["quickstart: submit, poll, download"].endswith("checked")

    def test_the_console_is_reached_by_the_distribution_only(self, seen: dict[str, str]) -> None:
        page, bucket = seen["console by the distribution, and its bucket"].split(", ")
        assert page.startswith("200 with ")
        assert bucket == "403"

    def test_the_console_calls_the_api_by_the_same_name_with_its_token(self, seen: dict[str, str]) -> None:
        assert seen["GET /api/v1/jobs by the distribution, without a token, with one"] == "401, 200"

    def test_the_presigned_url_is_the_only_way_to_the_audio(self, seen: dict[str, str]) -> None:
        assert seen["presigned URL, and the same without its signature"] == "200, 403"

    def test_a_stopped_execution_fails_its_job_through_the_rule(self, seen: dict[str, str]) -> None:
        assert seen["execution stopped: rule → execution-ended"] == "failed, INTERRUPTED"

    def test_events_are_published_through_the_stream_and_again_by_an_operator(self, seen: dict[str, str]) -> None:
        subject = "events: stream → filter → publish-events → bus, and again"
        assert seen[subject] == "job.started, job.completed"

    def test_a_webhook_is_delivered_through_the_queue(self, seen: dict[str, str]) -> None:
        assert seen["webhook: API → queue → deliver-webhooks → receiver"] == "signed, delivered"

    def test_an_uploaded_sound_is_read_through_the_rule(self, seen: dict[str, str]) -> None:
        assert seen["sound uploaded: rule → sound-uploaded"] == "ready, 2000 ms"

    def test_the_schedule_runs_the_reconciler(self, seen: dict[str, str]) -> None:
        assert seen["schedule: rule → reconcile"] == "called within a minute"

    def test_an_expired_job_loses_its_audio_through_the_stream(self, seen: dict[str, str]) -> None:
        assert seen["TTL: stream → filter → expire"] == "item removed, its audio deleted"


class TestTeardown:
    def test_the_service_goes_and_the_data_stays(self, seen: dict[str, str]) -> None:
        assert seen["cdk destroy castline-staging-service"] == "stack, functions, API and console are gone"
        assert seen["the data stack, with the service gone"] == "job, audio, secret and users are there"

    def test_the_data_refuses_to_be_deleted(self, seen: dict[str, str]) -> None:
        assert seen["cdk destroy castline-staging-data"] == "refused: TerminationProtection"
