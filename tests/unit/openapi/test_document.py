"""The document is valid, fresh and complete."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from castline.api import errors
from castline.api.operations import OPERATIONS as DECLARED
from local.openapi import FILE, as_text, document

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = document()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every object that has a schema and perhaps examples."""
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from holder.get("content", {}).values()


def test_the_committed_file_is_what_the_code_says() -> None:
    assert FILE.read_text("utf-8") == as_text(), "docs/openapi.json is stale: make openapi"


def test_it_is_valid() -> None:
    validate(json.loads(as_text()), cls=OpenAPIV31SpecValidator)


def test_it_describes_every_route_that_is_deployed() -> None:
    deployed = {f"{each.method} {each.path}" for each in DECLARED} - {"GET /health"}

    assert set(OPERATIONS) == deployed


def test_every_example_fits_its_schema() -> None:
    for operation in OPERATIONS.values():
        for content in contents(operation):
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            validator = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER)
            examples = [example["value"] for example in content.get("examples", {}).values()]
            for example in [*examples, *([content["example"]] if "example" in content else [])]:
                validator.validate(example)


def test_every_operation_says_what_a_reader_needs() -> None:
    for name, operation in OPERATIONS.items():
        assert operation["summary"], name
        assert all(parameter["description"] for parameter in operation["parameters"]), name
        assert all("X-Request-ID" in response["headers"] for response in operation["responses"].values()), name


def test_nearly_every_field_has_a_description() -> None:
    fields = {
        f"{name}.{field}": schema
        for name, described in DOCUMENT["components"]["schemas"].items()
        for field, schema in described.get("properties", {}).items()
    }

    missing = [field for field, schema in fields.items() if not schema.get("description")]
    assert len(missing) <= 0.05 * len(fields), missing


def test_no_field_is_described_by_the_code_behind_it() -> None:
    modules = re.compile(r"``|\bcastline\.|\b\w+\.py\b|\bDynamoDB\b|\bdomain's\b")
    described = {
        f"{name}.{field}": schema.get("description", "")
        for name, schemas in DOCUMENT["components"]["schemas"].items()
        for field, schema in schemas.get("properties", {}).items()
    }

    assert [field for field, text in described.items() if modules.search(text)] == []


def test_every_error_code_that_clients_may_meet_is_documented() -> None:
    documented = {
        code
        for operation in OPERATIONS.values()
        for content in contents(operation)
        for code in content.get("examples", {})
    }

    # This is of methods that are not in the document.
    undocumented = {errors.METHOD_NOT_ALLOWED.code}
    assert documented == {error.code for error in errors.ALL} - undocumented


def test_what_reads_a_body_has_an_example_and_a_limit() -> None:
    reading = {key for key, operation in OPERATIONS.items() if "requestBody" in operation}

    assert reading == {f"{each.method} {each.path}" for each in DECLARED if each.max_body_bytes}
    assert all(OPERATIONS[key]["requestBody"]["content"]["application/json"]["example"] for key in reading)


def test_every_link_leads_to_an_operation_by_its_own_parameters() -> None:
    parameters = {
        operation["operationId"]: {parameter["name"] for parameter in operation["parameters"]}
        for operation in OPERATIONS.values()
    }
    links = [
        link
        for operation in OPERATIONS.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]

    assert links
    assert all(set(link["parameters"]) <= parameters[link["operationId"]] for link in links)


def test_a_submitted_job_leads_to_all_that_can_be_done_with_it() -> None:
    links = OPERATIONS["POST /api/v1/jobs"]["responses"]["201"]["links"]

    assert set(links) >= {"get_job", "cancel_job", "download", "resubmit_job", "render_job"}
    assert {link["parameters"]["job_id"] for link in links.values()} == {"$response.body#/id"}
