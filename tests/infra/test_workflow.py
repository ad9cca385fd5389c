"""Workflow: AWS runs the same file as the local stack."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from moto import mock_aws

from infra import functions
from local import resources

if TYPE_CHECKING:
    import pytest

    from tests.infra.synthesis import Deployment

TEXT = resources.WORKFLOW_FILE.read_text("utf-8")
WITH_NODE = Path(__file__).parent.parent.parent / "scripts" / "with-node"


def state_machine(deployment: Deployment) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.service.the("AWS::StepFunctions::StateMachine")["Properties"]
    return properties


def substituted(arns: dict[str, str]) -> Any:
    """Return the file with the functions' ARNs in place of its placeholders."""
    text = TEXT
    for placeholder, spec in functions.WORKFLOW_SUBSTITUTIONS.items():
        text = text.replace(f"${{{placeholder}}}", arns[spec.name])
    return json.loads(text)


def test_the_validator_of_the_states_language_finds_nothing() -> None:
    finished = subprocess.run(  # noqa: S603 (our own arguments)
        [WITH_NODE, "asl-validator", "--json-path", resources.WORKFLOW_FILE], check=False, capture_output=True
    )

    assert finished.returncode == 0, finished.stdout


def test_what_is_deployed_is_the_file_to_the_letter(deployment: Deployment) -> None:
    assert state_machine(deployment)["DefinitionString"] == TEXT


def test_each_placeholder_stands_for_the_function_of_that_name(deployment: Deployment) -> None:
    substitutions = state_machine(deployment)["DefinitionSubstitutions"]
    by_logical_id = {
        logical_id: function["Properties"]["Handler"]
        for logical_id, function in deployment.service.of_type("AWS::Lambda::Function").items()
    }

    assert {name: by_logical_id[value["Fn::GetAtt"][0]] for name, value in substitutions.items()} == {
        name: spec.handler for name, spec in functions.WORKFLOW_SUBSTITUTIONS.items()
    }
    assert {value["Fn::GetAtt"][1] for value in substitutions.values()} == {"Arn"}
    assert set(substitutions) == set(re.findall(r"\$\{(\w+)\}", TEXT))


def test_what_runs_here_is_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    arns = {
        spec.name: f"arn:aws:lambda:eu-west-1:123456789012:function:{spec.name}"
        for spec in functions.WORKFLOW_SUBSTITUTIONS.values()
    }

    with mock_aws():
        arn = resources.create_state_machine(arns)
        definition = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"]

    assert json.loads(definition) == substituted(arns)


def test_what_happens_is_logged_and_traced_without_what_it_is_about(deployment: Deployment) -> None:
    properties = state_machine(deployment)

    logging = properties["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert properties.get("StateMachineType", "STANDARD") == "STANDARD"
