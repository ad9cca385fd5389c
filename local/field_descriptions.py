"""Descriptions of the fields of requests and responses, for ``docs/openapi.json``.

They are the docstrings below the fields of the models. Pydantic does not read these docstrings by itself, and reading
them takes the source, so the generator of the document does it, and not the functions.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PACKAGE = "castline.api."


def described(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``schemas`` with a description of every property whose field has a docstring."""
    models = {model.__name__: model for model in _subclasses(BaseModel) if model.__module__.startswith(_PACKAGE)}
    return {name: _described(schema, models[name]) if name in models else schema for name, schema in schemas.items()}


def _described(schema: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    docstrings = _docstrings(model)
    properties = {
        name: {"description": docstrings[name], **field} if name in docstrings else field
        for name, field in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings of the model's fields. A field that has none has that of the base class."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each.__module__.startswith(_PACKAGE):
            found |= _own_docstrings(each)
    return found


def _own_docstrings(model: type[BaseModel]) -> dict[str, str]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        field.target.id: " ".join(inspect.cleandoc(text.value.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _subclasses(each)
