"""The document is valid, fresh and complete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from castline.api import messages
from infra.routes import ROUTES
from local.openapi.document import FILE, as_text, document

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = document()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that has a schema and perhaps examples."""
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from holder.get("content", {}).values()


def test_the_committed_file_is_what_the_code_says() -> None:
    assert FILE.read_text("utf-8") == as_text(), "docs/openapi.json is stale: make openapi"


def test_it_is_valid() -> None:
    validate(json.loads(as_text()), cls=OpenAPIV31SpecValidator)


def test_it_describes_every_route_that_is_deployed() -> None:
    deployed = {f"{route.method} {route.path}" for route in ROUTES} - {"GET /health"}

    assert set(OPERATIONS) == deployed


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_example_fits_its_schema(operation: dict[str, Any]) -> None:
    for content in contents(operation):
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        validator = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER)
        examples = [example["value"] for example in content.get("examples", {}).values()]
        for example in [*examples, *([content["example"]] if "example" in content else [])]:
            validator.validate(example)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_says_what_a_reader_needs(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert all(parameter["description"] for parameter in operation["parameters"])
    assert all("X-Request-ID" in response["headers"] for response in operation["responses"].values())


def test_every_error_code_that_clients_may_meet_is_documented() -> None:
    documented = {
        code
        for operation in OPERATIONS.values()
        for content in contents(operation)
        for code in content.get("examples", {})
    }

    # These are of paths and methods that are not in the document.
    assert documented == set(messages._ERRORS) - {"NOT_FOUND", "METHOD_NOT_ALLOWED"}


def test_a_submitted_job_leads_to_all_that_can_be_done_with_it() -> None:
    links = OPERATIONS["POST /api/v1/jobs"]["responses"]["201"]["links"]

    assert set(links) >= {"get_job", "cancel_job", "download", "resubmit_job"}
    assert {link["parameters"]["job_id"] for link in links.values()} == {"$response.body#/id"}
