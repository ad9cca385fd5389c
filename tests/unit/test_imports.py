"""Imports of a function at its start, in a process of its own, as on Lambda."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from infra import functions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

API = functions.API.handler
AWS = {"boto3", "botocore", "s3transfer", "urllib3"}
SPEECH = {"av", "azure", "lameenc", "numpy", "pydub"}
HTTP = {"aws_lambda_powertools.event_handler", "pydantic"}
NEVER_DEPLOYED = {"infra", "local", "moto", "werkzeug"}
AT_NEED = {"gcld3", "icu4py", "idna", "wcwidth"}
"""Packages imported only by the few invocations that need them."""
ALLOWED = {"botocore"}
"""Powertools imports the package itself, which costs little, but none of its modules."""
OF_THE_API = (functions.API, functions.PREVIEW)
WITH_BOTO3 = (functions.EXPIRE, functions.PUBLISH_EVENTS)
"""Functions that write the table's keys with helpers of boto3."""
OTHERS = tuple(spec for spec in functions.ALL if spec not in (*OF_THE_API, *WITH_BOTO3))

ONLY_SUBMISSIONS = {
    "castline.casting.deal", "castline.casting.languages", "castline.scripts.parser", "castline.scripts.reader",
    "castline.speech.segmentation", "castline.synthesis", "castline.usecases.submit_job",
}  # fmt: skip
OTHER_ROUTES = {
    "castline.api.dialogues", "castline.api.operators", "castline.api.previews", "castline.api.pronunciations",
    "castline.api.shows", "castline.api.sounds", "castline.api.usage", "castline.api.voices", "castline.api.webhooks",
}  # fmt: skip
ON_LAMBDA = {
    "AWS_ACCESS_KEY_ID": "local", "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # nothing listens there
    "AWS_REGION": "eu-west-1", "AWS_SECRET_ACCESS_KEY": "local", "BUCKET_NAME": "bucket", "SPEECH_PROVIDERS": "{}",
    "STATE_MACHINE_ARN": "arn", "TABLE_NAME": "table",
}  # fmt: skip
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
def modules_of(*handlers: str, event: str = "", **environment: str) -> frozenset[str]:
    """Return the modules that are loaded when handlers can be called, or once the last has handled an event."""
    program = f"""
import importlib, json, sys, types
for name in {handlers!r}:
    module, _, attribute = name.rpartition(".")
    handler = getattr(importlib.import_module(module), attribute)
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


def loaded(specs: Iterable[functions.FunctionSpec], packages: Collection[str]) -> list[str]:
    """Return the modules of ``packages`` that functions load, all of them in one process."""
    return sorted(
        name
        for name in modules_of(*(spec.handler for spec in specs)) - ALLOWED
        if any(f"{name}.".startswith(f"{package}.") for package in packages)
    )


def test_a_function_loads_nothing_that_only_others_need() -> None:
    assert loaded(OF_THE_API, SPEECH | NEVER_DEPLOYED | AT_NEED | AWS) == []
    assert loaded(WITH_BOTO3, SPEECH | NEVER_DEPLOYED | AT_NEED | HTTP) == []
    assert loaded(OTHERS, SPEECH | NEVER_DEPLOYED | AT_NEED | HTTP | AWS) == []
    # The names above are names of real modules: a search for misspelt ones would always succeed.
    assert loaded(OF_THE_API, HTTP) != []
    assert {name.partition(".")[0] for name in loaded(WITH_BOTO3, AWS)} == AWS


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
