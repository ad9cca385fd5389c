"""The API for people to read: ``docs/openapi.json`` as one page of HTML, which needs nothing else to be shown."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from local.openapi import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERENCE = "#/components/schemas/"
_STYLE = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: .4rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
td, th { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top; }
"""


def page() -> str:
    """The page, as the document is now."""
    return "\n".join(_page(json.loads(FILE.read_text("utf-8"))))


def _page(document: dict[str, Any]) -> Iterator[str]:
    title = escape(document["info"]["title"])
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><h1>{title}</h1>'
    for paragraph in document["info"]["description"].strip().split("\n\n"):
        yield f"<p>{_prose(paragraph)}</p>"
    yield '<p>The same for machines: <a href="/openapi.json">openapi.json</a></p>'
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{_prose(tag['description'])}</p>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(method, path, operation)
    yield "<h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"{_schema(schema)}</details>"
    yield "</html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<details id="{escape(operation["operationId"])}"><summary><b>{method.upper()}</b> '
    yield f"<code>{escape(path)}</code> {_prose(operation['summary'])}</summary>"
    if operation["parameters"]:
        yield "<h3>Parameters</h3><table>"
        for each in operation["parameters"]:
            yield f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}"
            yield f"<td>{_prose(each['description'])}<td>{_type(each['schema'])}"
        yield "</table>"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield f"<h3>Body</h3><p>{_type(content['schema'])}</p>{_examples(content)}"
    yield "<h3>Answers</h3><table>"
    for status, response in operation["responses"].items():
        names = " ".join(f"<code>{escape(name)}</code>" for name in response["headers"])
        yield f"<tr><td>{escape(status)}<td>{_prose(response['description'])}<br>Headers: {names}"
        for media_type, content in response.get("content", {}).items():
            yield f"<br><code>{escape(media_type)}</code> {_type(content['schema'])}{_examples(content)}"
    yield "</table></details>"


def _examples(content: dict[str, Any]) -> str:
    examples = [each["value"] for each in content.get("examples", {}).values()]
    if "example" in content:
        examples.append(content["example"])
    return "".join(f"<pre>{escape(json.dumps(each, ensure_ascii=False, indent=2))}</pre>" for each in examples)


def _schema(schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{'required' if name in schema.get('required', ()) else ''}"
        f"<td>{_type(value)}"
        for name, value in schema.get("properties", {}).items()
    )
    return f"<p>{_prose(schema.get('description', ''))}</p>" + (f"<table>{rows}</table>" if rows else _type(schema))


def _type(schema: dict[str, Any]) -> str:
    """What a value may be, in short."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REFERENCE))
        return f'<a href="#{name}">{name}</a>'
    for key in ("anyOf", "allOf"):
        if key in schema:
            return " or ".join(_type(each) for each in schema[key])
    if schema.get("type") == "array":
        return f"array of {_type(schema['items'])}{_limits(schema)}"
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"<code>{escape(json.dumps(value))}</code>" for value in values) + _limits(schema)
    return escape(f"{schema.get('type', 'any')} {schema.get('format', '')}".strip()) + _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    limits = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "default")
    said = [f"{name} {json.dumps(schema[name])}" for name in limits if schema.get(name) is not None]
    return escape(", " + ", ".join(said)) if said else ""


def _prose(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    return "".join(
        f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(escape(text).split("`"))
    )
