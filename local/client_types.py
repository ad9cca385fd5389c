"""The answers' and requests' types of the Python client, derived from ``docs/openapi.json``.

``python -m local.openapi`` writes both.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE: Final = Path(__file__).parent.parent / "cli" / "castline_client" / "types.py"

_HEAD: Final = '''"""Types of what the API takes and gives: written by ``make openapi`` from ``docs/openapi.json``.

A field that is ``NotRequired`` may be left out of a request, and is left out of an answer that it does not apply to.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict
'''
_WIDTH: Final = 114
_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def source(document: Mapping[str, Any]) -> str:
    """Return the module's text for an OpenAPI document."""
    schemas = document["components"]["schemas"]
    aliases = [_alias(name, schema) for name, schema in schemas.items() if "enum" in schema]
    classes = [_class(name, schema) for name, schema in schemas.items() if "properties" in schema]
    return "\n\n\n".join([f"{_HEAD}\n" + "\n".join(aliases), *classes]) + "\n"


def _alias(name: str, schema: Mapping[str, Any]) -> str:
    """Return the alias of an enumeration."""
    values = "".join(f'    "{value}",\n' for value in schema["enum"])
    return f"{name}: TypeAlias = Literal[\n{values}]"


def _class(name: str, schema: Mapping[str, Any]) -> str:
    """Return the TypedDict of an object."""
    required = set(schema.get("required", ()))
    fields = {each: _type(field) for each, field in schema["properties"].items()}
    written = {each: kind if each in required else f"NotRequired[{kind}]" for each, kind in fields.items()}
    if any(keyword.iskeyword(each) or not each.isidentifier() for each in fields):
        entries = "".join(f'        "{each}": "{kind}",\n' for each, kind in written.items())
        return f'{name} = TypedDict(\n    "{name}",\n    {{\n{entries}    }},\n)'
    lines = [f"class {name}(TypedDict):", *_docstring(schema), ""]
    for each, kind in written.items():
        lines += [*_comment(schema["properties"][each]), _field(each, kind)]
    return "\n".join(lines)


def _field(name: str, kind: str) -> str:
    """Return the line of a field; several lines for an enumeration that is too long for one."""
    line = f"    {name}: {kind}"
    if len(line) <= _WIDTH + 4:
        return line
    return re.sub(r"Literal\[(.*?)\]", lambda found: _one_a_line(found[1]), line)


def _one_a_line(values: str) -> str:
    entries = "".join(f"        {value},\n" for value in values.split(", "))
    return f"Literal[\n{entries}    ]"


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type of a value."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_type(each) for each in schema[several]))
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if "enum" in schema:
        return f"Literal[{', '.join(_literal(value) for value in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{_literal(schema['const'])}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values) if isinstance(values, dict) else 'Any'}]"
    return _SCALARS.get(kind, "Any") if isinstance(kind, str) else "Any"


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _docstring(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a class's docstring: the first sentence of its description."""
    sentence = _sentence(schema)
    if sentence and len(sentence) <= _WIDTH - 6:
        yield f'    """{sentence}"""'
    else:
        yield '    """Fields as the API names them."""'


def _comment(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the description of a field, as comments."""
    text = " ".join(str(schema.get("description", "")).split())
    yield from (f"    # {line}" for line in textwrap.wrap(text, _WIDTH - 6, break_on_hyphens=False))


def _sentence(schema: Mapping[str, Any]) -> str:
    """Return the first sentence of a description."""
    text = " ".join(str(schema.get("description", "")).split()).replace("\\", "\\\\").replace('"', "'")
    return re.split(r"(?<=[.?!]) ", text)[0] if text else ""
