"""Environments differ only in their configuration."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING

import pytest

from infra.environments import DEV, ENVIRONMENTS, PROD, STAGING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infra.synthesis import Deployment, Synthesis, Template

# CDK makes logical ids unique by hashing where things are, and some are named by their stack.
HASH = re.compile(r"(?<=[A-Za-z*])[0-9A-F]{8}(?![0-9A-Za-z])")
HASH_WITHIN = re.compile(r"(?<=[a-z])[0-9A-F]{8}(?=[A-Z]|[0-9A-F]{8}|castline)")
HASH_OF_VERSION = re.compile(r"(?<=CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")
"""At the end of the logical id of a function's version: of all its settings."""


def without(name: str, template: Template) -> str:
    text = json.dumps(template.body, indent=1, sort_keys=True)
    for spelt in (f"castline-{name}", f"castline{name}", f"Castline {name}", f'"{name}"', f'\\"{name}\\"'):
        text = text.replace(spelt, spelt.replace(name, "ENVIRONMENT"))
    text = HASH_OF_VERSION.sub("HASH", text)
    return HASH.sub("HASH", HASH_WITHIN.sub("HASH", HASH.sub("HASH", text)))


def test_two_environments_that_are_configured_alike_differ_in_their_names_only(synthesis: Synthesis) -> None:
    one, two = synthesis.deployments["one"], synthesis.deployments["two"]

    assert one.service.body != two.service.body
    assert without("one", one.data) == without("two", two.data)
    assert without("one", one.service) == without("two", two.service)


def test_what_is_configured_otherwise_is_deployed_otherwise(synthesis: Synthesis) -> None:
    one, everything = synthesis.deployments["one"], synthesis.deployments["everything"]

    assert without("one", one.service) != without("everything", everything.service)


def test_only_dev_gives_its_data_away() -> None:
    assert not DEV.retain_data
    assert all(environment.retain_data and environment.point_in_time_recovery for environment in (STAGING, PROD))


def test_prod_is_not_made_unless_somebody_hears_its_alarms_or_that_is_meant(tmp_path: Path) -> None:
    from tests.infra.synthesis import synthesize

    deaf = dataclasses.replace(PROD, alarm_email=None, alarms_without_email=False)

    with pytest.raises(ValueError, match="prod has no alarm_email"):
        synthesize([deaf], into=tmp_path)


def test_stacks_belong_to_no_account_and_look_nothing_up(synthesis: Synthesis) -> None:
    manifest = json.loads((synthesis.folder / "manifest.json").read_text("utf-8"))

    stacks = {
        name: each for name, each in manifest["artifacts"].items() if each["type"] == "aws:cloudformation:stack"
    }
    assert "missing" not in manifest
    assert {each["environment"] for each in stacks.values()} == {"aws://unknown-account/unknown-region"}
    assert {f"castline-{name}-{part}" for name in ENVIRONMENTS for part in ("data", "service")} <= set(stacks)


def test_every_resource_that_can_be_says_whose_it_is(deployment: Deployment) -> None:
    for template in deployment.templates:
        functions_and_stores = [
            properties
            for kind in ("AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue")
            for properties in template.properties_of(kind)
        ]
        assert functions_and_stores
        for properties in functions_and_stores:
            tags = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
            assert tags == {"project": "castline", "environment": template.name.split("-")[1]}


def test_the_service_can_go_without_the_data(deployment: Deployment) -> None:
    kept = ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool")

    assert all(deployment.data.of_type(kind) for kind in (*kept, "AWS::S3::Bucket"))
    assert not any(deployment.service.of_type(kind) for kind in kept)
    assert set(deployment.service.by_path("AWS::S3::Bucket")) == {"Console/Bucket"}
    assert "Fn::ImportValue" not in json.dumps(deployment.data.body)
    assert {each.get("DeletionPolicy") for each in deployment.service.body["Resources"].values()} <= {None, "Delete"}
