"""Imports of a function at its start, in a process of its own, as on Lambda."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from infra import functions

if TYPE_CHECKING:
    from collections.abc import Collection

API = functions.API.handler
AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
SPEECH = {"av", "azure", "lameenc", "numpy", "pydub"}
HTTP = {"aws_lambda_powertools.event_handler", "pydantic"}
NEVER_DEPLOYED = {"infra", "local", "moto", "werkzeug"}
AT_NEED = {"gcld3", "icu4py", "idna", "wcwidth"}
"""Packages imported only by the few invocations that need them."""
ALLOWED = {"botocore"}
"""Powertools imports the package itself, which costs little, but none of its modules."""
NEEDS_BOTO3_AT_ONCE = {functions.EXPIRE.name, functions.PUBLISH_EVENTS.name}
"""Functions that write the table's keys with helpers of boto3."""


ONLY_SUBMISSIONS = {
    "castline.casting.deal",
    "castline.casting.languages",
    "castline.scripts.parser",
    "castline.scripts.reader",
    "castline.speech.segmentation",
    "castline.synthesis",
    "castline.usecases.submit_job",
}
OTHER_ROUTES = {
    "castline.api.dialogues",
    "castline.api.operators",
    "castline.api.previews",
    "castline.api.pronunciations",
    "castline.api.shows",
    "castline.api.sounds",
    "castline.api.usage",
    "castline.api.voices",
    "castline.api.webhooks",
}
ON_LAMBDA = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # nothing listens there
    "AWS_REGION": "eu-west-1",
    "AWS_SECRET_ACCESS_KEY": "local",
    "BUCKET_NAME": "bucket",
    "SPEECH_PROVIDERS": "{}",
    "STATE_MACHINE_ARN": "arn",
    "TABLE_NAME": "table",
}
POLL = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/api/v1/jobs/01900000-0000-7000-8000-000000000000",
    "rawQueryString": "",
    "headers": {},
    "requestContext": {
        "authorizer": {"jwt": {"claims": {"sub": "user"}, "scopes": None}},
        "http": {"method": "GET", "path": "/api/v1/jobs/01900000-0000-7000-8000-000000000000"},
        "requestId": "request",
        "stage": "$default",
    },
    "isBase64Encoded": False,
}


@cache
def modules_of(handler: str, *, event: str = "", **environment: str) -> frozenset[str]:
    """Return all modules that are loaded when a handler can be called; with ``event``, once it has handled that."""
    module, _, name = handler.rpartition(".")
    program = f"""
import importlib, json, sys, types
handler = getattr(importlib.import_module({module!r}), {name!r})
if {bool(event)}:
    handler(json.loads({event!r}), types.SimpleNamespace(function_name="function", aws_request_id="request"))
print(json.dumps(list(sys.modules)))
"""
    child = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-W", "ignore", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    return frozenset(json.loads(child.stdout.splitlines()[-1]))


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
    if spec not in (functions.API, functions.PREVIEW):
        needless |= HTTP

    assert loaded(spec, needless) == []


def test_what_is_looked_for_can_be_found() -> None:
    """The names above are names of real modules: a search for misspelt ones would always succeed."""
    assert loaded(functions.API, HTTP) != []
    assert {name.partition(".")[0] for name in loaded(functions.EXPIRE, AWS)} == AWS


def test_a_poll_loads_nothing_that_only_submissions_and_other_routes_need() -> None:
    modules = modules_of(API, event=json.dumps(POLL), **ON_LAMBDA)

    assert {"boto3", "castline.api.jobs", "castline.usecases.view_jobs"} <= modules
    assert sorted(modules & (ONLY_SUBMISSIONS | OTHER_ROUTES)) == []
    assert None not in map(find_spec, ONLY_SUBMISSIONS | OTHER_ROUTES)


def test_the_api_makes_what_every_request_needs_while_it_is_loaded_on_lambda() -> None:
    """A function has a whole CPU while it is loaded, and only a share of one for its first request."""
    modules = modules_of(API, AWS_LAMBDA_INITIALIZATION_TYPE="on-demand", **ON_LAMBDA)

    assert {"boto3", "castline.usecases.view_jobs"} <= modules
    assert "castline.api.jobs" not in modules


def test_a_snapshot_has_what_a_request_needs_and_nothing_of_other_functions() -> None:
    modules = modules_of(API, AWS_LAMBDA_INITIALIZATION_TYPE="snap-start", **ON_LAMBDA)

    assert {"boto3", "castline.usecases.submit_job", "castline.audio.storage"} | OTHER_ROUTES <= modules
    assert not {name.partition(".")[0] for name in modules} & (SPEECH | NEVER_DEPLOYED)
