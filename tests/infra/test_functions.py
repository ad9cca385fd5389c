"""Functions: they are deployed as their list says, and are independent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline.api.previews import WAITING
from castline.audio.upload_limits import MAX_AUDIO_MS
from castline.jobs.limits import MAX_SOUND_TURNS_MS, MAX_SOUNDS
from castline.settings import Settings
from castline.usecases.settle_previews import OVER
from infra import functions
from infra.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment, Synthesis


CA_BUNDLE = "/opt/python/certifi/cacert.pem"
"""The certificates in the layer, for the SDK of a provider that looks for them elsewhere."""
UPLOAD = "Console/Files/Upload"
"""The function that CloudFormation calls at a deployment; it is not part of the service."""


def path(spec: functions.FunctionSpec) -> str:
    return "Functions/" + "".join(word.capitalize() for word in spec.name.split("-"))


def deployed(deployment: Deployment, spec: functions.FunctionSpec) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.service.by_path("AWS::Lambda::Function")[path(spec)]
    return properties


def test_those_in_the_list_are_deployed_and_no_others(deployment: Deployment) -> None:
    assert set(deployment.service.by_path("AWS::Lambda::Function")) == {
        UPLOAD,
        *(path(spec) for spec in functions.ALL),
    }


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_a_function_is_deployed_as_specified(deployment: Deployment, spec: functions.FunctionSpec) -> None:
    function = deployed(deployment, spec)

    assert function["Handler"] == spec.handler
    assert function["Timeout"] == spec.timeout_seconds
    assert function["MemorySize"] == spec.memory_mb
    assert function["EphemeralStorage"] == {"Size": spec.storage_mb}
    assert function["Runtime"] == "python3.13"
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert len(function["Layers"]) == (2 if spec.needs_speech else 1)


def test_the_assembly_has_disk_for_the_longest_file_and_all_its_clips() -> None:
    bytes_a_second = 48_000 * 2 * 2  # of FLAC that cannot be compressed, and of clips
    sounds_seconds = MAX_SOUND_TURNS_MS / 1000
    longest_seconds = 7.4 * 3600 + sounds_seconds
    clips_seconds = MAX_SOUNDS * MAX_AUDIO_MS / 1000 + sounds_seconds  # of the sounds, the ends are written once more

    needed = bytes_a_second * (longest_seconds + clips_seconds)

    assert needed < functions.ASSEMBLE.storage_mb * 1024**2


def test_a_preview_has_time_to_wait_to_be_spoken_and_to_be_settled(prod: Deployment) -> None:
    settings = Settings(deployed(prod, functions.PREVIEW)["Environment"]["Variables"])

    waiting_ms = functions.PREVIEW.timeout_seconds * 1000 * WAITING
    assert settings.speech_first_chunk_timeout_ms < settings.speech_all_chunks_timeout_ms
    assert waiting_ms + settings.speech_all_chunks_timeout_ms + 5_000 <= functions.PREVIEW.timeout_seconds * 1000
    # API Gateway gives up after 30 s, and nobody settles a preview before its function is over.
    assert functions.PREVIEW.timeout_seconds < 30
    assert OVER.total_seconds() > 2 * functions.PREVIEW.timeout_seconds


def test_layers_and_functions_are_of_the_configured_architecture(everything: Deployment, prod: Deployment) -> None:
    for deployment, architecture in ((everything, "arm64"), (prod, "x86_64")):
        for kind, name in (
            ("AWS::Lambda::Function", "Architectures"),
            ("AWS::Lambda::LayerVersion", "CompatibleArchitectures"),
        ):
            assert {tuple(each[name]) for each in deployment.service.properties_of(kind)} == {(architecture,)}


def test_every_function_has_a_role_of_its_own(deployment: Deployment) -> None:
    roles = [
        function["Role"]["Fn::GetAtt"][0] for function in deployment.service.properties_of("AWS::Lambda::Function")
    ]

    assert len(set(roles)) == len(functions.ALL) + 1
    assert all("ManagedPolicyArns" not in role for role in deployment.service.properties_of("AWS::IAM::Role"))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_log_is_kept_as_long_as_configured_and_no_longer(synthesis: Synthesis, name: str) -> None:
    service = synthesis.deployments[name].service
    groups = service.of_type("AWS::Logs::LogGroup")

    written = [
        function["LoggingConfig"]["LogGroup"]["Ref"] for function in service.properties_of("AWS::Lambda::Function")
    ]
    assert len(set(written)) == len(functions.ALL) + 1
    assert set(written) < set(groups)
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {
        ENVIRONMENTS[name].log_retention_days
    }


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_a_function_is_told_what_it_asks_for(prod: Deployment, spec: functions.FunctionSpec) -> None:
    variables = {name: prod.flat(value) for name, value in deployed(prod, spec)["Environment"]["Variables"].items()}
    settings = Settings(variables)

    assert settings.table_name == "AWS::DynamoDB::Table"
    assert settings.bucket_name == "AWS::S3::Bucket"
    assert settings.speech_providers == {"azure": {"secret_id": "AWS::SecretsManager::Secret", "concurrency": 8}}
    assert settings.max_active_jobs == ENVIRONMENTS["prod"].max_active_jobs
    assert settings.user_characters_per_day == ENVIRONMENTS["prod"].user_characters_per_day
    assert settings.user_characters_per_month == ENVIRONMENTS["prod"].user_characters_per_month
    assert settings.deployment_characters_per_day == ENVIRONMENTS["prod"].characters_per_day
    assert settings.currency == ENVIRONMENTS["prod"].currency
    assert variables["POWERTOOLS_SERVICE_NAME"] == "castline-prod"
    assert settings.download_endpoint_url is None
    assert settings.settle_after_seconds > max(each.timeout_seconds for each in functions.ALL)
    assert variables.get("SSL_CERT_FILE") == (CA_BUNDLE if spec.needs_speech else None)
    if spec in (functions.API, functions.RECONCILE):
        assert settings.state_machine_arn == "AWS::StepFunctions::StateMachine"
    else:
        assert "STATE_MACHINE_ARN" not in variables
