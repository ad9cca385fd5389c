"""The client's operations and the routes of the document: each route has one, with parameters that there are."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from castline_client.operations import Operations
from castline_client.operations.requests import path_to
from castline_client.steps import Request
from local.openapi import FILE

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = json.loads(FILE.read_text("utf-8"))
NO_ROUTE_OF_THEIR_OWN = {"request", "request_file", "send_file"}
FOR_OPERATORS = "/api/v1/admin/"
"""``request`` reaches them."""


def first_request(name: str, folder: Path) -> Request[Any]:
    """Return the first request of an operation, which is given something for each parameter."""
    operation = vars(Operations)[name]._operation
    file = folder / "a.wav"
    file.write_bytes(b"RIFF")
    examples: dict[str, Any] = {"path": file, "size_bytes": 1, "changes": {}, "request": {}, "entries": []}
    given = {
        each.name: examples.get(each.name, f"a-{each.name}")
        for each in inspect.signature(operation).parameters.values()
        if each.default is inspect.Parameter.empty
    }
    optional = {
        each.name: f"a-{each.name}"
        for each in inspect.signature(operation).parameters.values()
        if each.name in {"provider", "language", "gender", "search", "status", "format", "level", "month"}
    }
    step = next(operation(**{**optional, **given}))
    assert isinstance(step, Request)
    return step


def template_of(request: Request[Any]) -> tuple[str, str]:
    """Return the method and the path of the document that a request goes to."""
    exact = [
        path
        for path in DOCUMENT["paths"]
        if request.method.lower() in DOCUMENT["paths"][path]
        and re.fullmatch(re.sub(r"\{\w+\}", "a-[^/]+", path), f"/api/v1{request.path}")
    ]
    [path] = [each for each in exact if "{" not in each] or exact
    return request.method.lower(), path


OPERATIONS = sorted(set(vars(Operations)) - NO_ROUTE_OF_THEIR_OWN - {n for n in vars(Operations) if n[0] == "_"})


@pytest.mark.parametrize("name", OPERATIONS)
def test_asks_for_what_there_is(name: str, tmp_path: Path) -> None:
    # Given
    request = first_request(name, tmp_path)

    # When
    method, path = template_of(request)

    # Then
    parameters = DOCUMENT["paths"][path][method]["parameters"]
    assert set(request.query) <= {each["name"] for each in parameters if each["in"] == "query"}
    assert set(request.headers) <= {each["name"] for each in parameters if each["in"] == "header"}


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("../sounds", "/jobs/..%2Fsounds"),
        ("..%2Fsounds", "/jobs/..%252Fsounds"),
        ("?limit=1", "/jobs/%3Flimit%3D1"),
        ("#", "/jobs/%23"),
    ],
)
def test_whatever_is_in_an_id_stays_in_its_part_of_the_path(written: str, path: str) -> None:
    assert path_to("jobs", written) == path


def test_every_route_has_an_operation(tmp_path: Path) -> None:
    routes = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    asked = {template_of(first_request(name, tmp_path)) for name in OPERATIONS}

    assert {route for route in routes - asked if not route[1].startswith(FOR_OPERATORS)} == set()
