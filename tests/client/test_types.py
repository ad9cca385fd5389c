"""The client's types are those of the document."""

from __future__ import annotations

import json
import typing
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest

from castline_client import types
from local import client_types
from local.openapi import FILE

DOCUMENT = json.loads(FILE.read_text("utf-8"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OBJECTS = {name: schema for name, schema in SCHEMAS.items() if "properties" in schema}
ENUMERATIONS = {name: schema["enum"] for name, schema in SCHEMAS.items() if "enum" in schema}


def test_the_committed_file_is_what_the_document_says() -> None:
    stale = "cli/castline_client/types.py is stale: make openapi"
    assert client_types.FILE.read_text("utf-8") == client_types.source(DOCUMENT), stale


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_has_the_fields_of_its_schema(name: str) -> None:
    # Given
    schema = OBJECTS[name]

    # When
    hints = get_type_hints(getattr(types, name), include_extras=True)

    # Then
    assert set(hints) == set(schema["properties"])
    required = {field for field, hint in hints.items() if get_origin(hint) is not NotRequired}
    assert required == set(schema.get("required", ()))


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_enumeration_has_the_values_of_its_schema(name: str) -> None:
    assert list(typing.get_args(getattr(types, name))) == ENUMERATIONS[name]
