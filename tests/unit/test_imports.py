"""Imports of a function at its start, in a process of its own, as on Lambda."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

from infra import functions

if TYPE_CHECKING:
    from collections.abc import Collection

AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
SPEECH = {"av", "azure", "lameenc", "numpy", "pydub"}
HTTP = {"aws_lambda_powertools.event_handler", "pydantic"}
NEVER_DEPLOYED = {"infra", "local", "moto", "werkzeug"}
AT_NEED = {"icu4py", "idna", "wcwidth"}
"""Packages imported only by the few invocations that need them."""
ALLOWED = {"botocore"}
"""Powertools imports the package itself, which costs little, but none of its modules."""
NEEDS_BOTO3_AT_ONCE = {functions.EXPIRE.name, functions.PUBLISH_EVENTS.name}
"""Functions that write the table's keys with helpers of boto3."""


@cache
def modules_of(handler: str, **environment: str) -> frozenset[str]:
    """Return all modules that are loaded when a handler can be called."""
    module, _, name = handler.rpartition(".")
    program = (
        f"import importlib, json, sys; getattr(importlib.import_module('{module}'), '{name}'); "
        "print(json.dumps(list(sys.modules)))"
    )
    child = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-W", "ignore", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return frozenset(json.loads(child.stdout))


def loaded(spec: functions.FunctionSpec, packages: Collection[str]) -> list[str]:
    """Return the modules of ``packages`` that a function loads."""
    return sorted(
        name
        for name in modules_of(spec.handler) - ALLOWED
        if any(f"{name}.".startswith(f"{package}.") for package in packages)
    )


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_a_function_loads_nothing_that_only_others_need(spec: functions.FunctionSpec) -> None:
    needless = SPEECH | NEVER_DEPLOYED | AT_NEED
    if spec.name not in NEEDS_BOTO3_AT_ONCE:
        needless |= AWS
    if spec != functions.API:
        needless |= HTTP

    assert loaded(spec, needless) == []


def test_what_is_looked_for_can_be_found() -> None:
    """The names above are names of real modules: a search for misspelt ones would always succeed."""
    assert loaded(functions.API, HTTP) != []
    assert {name.partition(".")[0] for name in loaded(functions.EXPIRE, AWS)} == AWS


def test_a_snapshot_has_what_a_request_needs_and_nothing_of_other_functions() -> None:
    modules = modules_of(
        functions.API.handler,
        AWS_LAMBDA_INITIALIZATION_TYPE="snap-start",
        AWS_REGION="eu-west-1",
        AWS_DEFAULT_REGION="eu-west-1",
        SPEECH_PROVIDERS="{}",
        BUCKET_NAME="bucket",
        STATE_MACHINE_ARN="arn",
        TABLE_NAME="table",
    )

    assert {"boto3", "castline.usecases.submit_job", "castline.audio.storage"} <= modules
    assert not {name.partition(".")[0] for name in modules} & (SPEECH | NEVER_DEPLOYED)
