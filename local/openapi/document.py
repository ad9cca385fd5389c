"""The OpenAPI document: operations, parameters and bodies from the resolver, the rest from ``answers``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from castline.api import errors, schemas
from castline.api.app import PREFIX, app
from castline.api.languages import Language
from castline.api.messages import error_message
from local.openapi import examples
from local.openapi.answers import Answer, Operation, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = Path(__file__).parent.parent.parent / "docs" / "openapi.json"

_SCHEMAS: Final = "#/components/schemas/"
_STATUS: Final = {error.code: error.status for error in errors.ALL}
_RETRY_LATER: Final = frozenset({429, 503})
_UNAUTHORIZED: Final = _STATUS["UNAUTHORIZED"]

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_RESPONSE_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Cache-Control": {"description": "How long the answer may be used without asking again.", "schema": _TEXT},
    "Content-Language": {
        "description": "The language of the messages.",
        "schema": {"type": "string", "enum": [language.value for language in Language]},
    },
    "ETag": {
        "description": "Another as soon as the job, or the language it is told in, is another.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]+"$'},
    },
    "Location": {
        "description": "A presigned URL that works for 15 minutes.",
        "schema": {"type": "string", "format": "uri"},
    },
    "Retry-After": {
        "description": "In how many seconds to ask again; with a job, while it has not ended.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Vary": {"description": "Which request headers the answer depends on.", "schema": _TEXT},
    "WWW-Authenticate": {"description": "Bearer, from API Gateway, with a reason if it has one.", "schema": _TEXT},
    "X-Content-Type-Options": {
        "description": "Browsers do not guess at the type.",
        "schema": {"type": "string", "const": "nosniff"},
    },
    "X-Request-ID": {"description": "What to name when something went wrong.", "schema": _TEXT},
}
_REQUEST_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Accept": {
        "description": "application/json asks where the file is; anything else, to be sent there.",
        "schema": _TEXT,
        "example": "application/json",
    },
    "Accept-Language": {
        "description": "zh-TW, the default, or en: the language of messages.",
        "schema": _TEXT,
        "example": "en",
    },
    "If-None-Match": {
        "description": "The ETag of an earlier answer, several of them, or *.",
        "schema": _TEXT,
    },
}
_GATEWAY_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "description": "API Gateway refuses by itself a request without a token that it accepts.",
    "required": ["message"],
    "properties": {"message": _TEXT},
    "additionalProperties": False,
}
_PARAMETERS: Final = {
    "cursor": "The next_cursor of an earlier page. With an offset other than 0 it is refused with 400.",
    "disposition": "Whether browsers save the file or play it.",
    "gender": "How the voice is meant to sound.",
    "idempotency-key": "The same key and body give the same job for 24 hours; another body is refused with 422.",
    "job_id": "The id of a job.",
    "language": "A language (zh) or one as it is spoken somewhere (zh-TW).",
    "limit": "How many jobs a page holds.",
    "offset": "How many jobs to pass over.",
    "provider": "The speech provider: one that GET /providers lists. Others are refused with 400.",
    "q": "Words that occur in the voice's names.",
    "status": "Only jobs of this status.",
}
_DESCRIPTION: Final = """\
A scripted dialogue in, one audio file out, every speaker in a voice of their own.

Submit a dialogue, get a job, ask for it until it has ended, download the audio. Errors all have the same shape; their
messages are in Traditional Chinese, or in English with `Accept-Language: en`. Somebody else's job does not exist.

`HEAD` is answered wherever `GET` is, without a body. The service answers a method that a path does not take with 405,
`METHOD_NOT_ALLOWED`, and an `Allow` header, and a path that does not exist with 404, `NOT_FOUND`; where API Gateway
stands before it, API Gateway answers both with 404.

API Gateway answers by itself, with `{"message": …}`, when a token is missing or no longer valid (401), when a body
is larger than 10 MB (413), when requests come too fast (429), and when the service is down (500, 503); and 404 at
a path, or for a method, that it has no route for.
"""


def as_text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def document() -> dict[str, Any]:
    """The document."""
    # The resolver keeps what it has made: a copy.
    described = json.loads(app.get_openapi_json_schema(title="Castline", version="1.0.0"))
    components = described["components"]["schemas"]
    paths: dict[str, dict[str, Any]] = {}
    for path, method, described_operation in _operations(described["paths"]):
        known = operation(method.upper(), path)
        paths.setdefault(path, {})[method] = _operation(described_operation, known)
    ids = {each["operationId"] for methods in paths.values() for each in methods.values()}
    for methods in paths.values():
        for each in methods.values():
            _drop_links_to_nowhere(each["responses"], ids)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Castline",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "Where this document was found"}],
        "security": [{"token": []}],
        "tags": [
            {"name": "Jobs", "description": "Dialogues on their way to audio."},
            {"name": "Results", "description": "What a completed job made."},
            {"name": "Writing", "description": "What a dialogue is written with."},
            {"name": "Service", "description": "The service itself."},
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _component_schemas(components, paths),
            "headers": _RESPONSE_HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Its `sub` is the user. The local stack takes X-User-Id in its place.",
                }
            },
        },
    }


def _operations(paths: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each, but for the health check outside the prefix: that is for probes."""
    for path, methods in paths.items():
        if path.startswith(PREFIX):
            for method, described in methods.items():
                yield path, method, described


def _operation(described: dict[str, Any], known: Operation) -> dict[str, Any]:
    name = described["operationId"].partition("_api_v1_")[0]
    result: dict[str, Any] = {
        "operationId": name,
        "tags": [known.tag],
        "summary": _summary(name),
        "parameters": [*map(_parameter, described.get("parameters", ())), *map(_header, _request_headers(known))],
    }
    if known.is_open:
        result["security"] = []
    if (body := described.get("requestBody")) is not None:
        media = body["content"]["application/json"]
        content: dict[str, Any] = {"schema": _without_titles(media["schema"])}
        if known.request_example is not None:
            content["example"] = known.request_example
        result["requestBody"] = {"required": True, "content": {"application/json": content}}
    codes = [*known.errors, "INTERNAL_ERROR"] + ([] if known.is_open else ["UNAUTHORIZED"])
    responses = {str(answer.status): _answer(answer) for answer in known.answers}
    for status in sorted({_STATUS[code] for code in codes}):
        responses[str(status)] = _error(status, [code for code in codes if _STATUS[code] == status])
    result["responses"] = responses
    return result


def _summary(name: str) -> str:
    """The first line of the handler's docstring."""
    for route in [*app._static_routes, *app._dynamic_routes]:  # noqa: SLF001 (there is no other way to the handlers)
        if route.func.__name__ == name:
            return str(route.func.__doc__).splitlines()[0].rstrip(".").replace("``", "")
    raise LookupError(name)


def _request_headers(known: Operation) -> tuple[str, ...]:
    return known.request_headers if known.is_open else (*known.request_headers, "Accept-Language")


def _parameter(described: dict[str, Any]) -> dict[str, Any]:
    schema = _without_titles(described["schema"])
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        schema = {**{key: value for key, value in schema.items() if key != "anyOf"}, **choices[0]}
    if described["name"] == "job_id":
        schema["format"] = "uuid"
    name = described["name"]
    return {
        "name": "Idempotency-Key" if name == "idempotency-key" else name,
        "in": described["in"],
        "required": described["required"],
        "description": _PARAMETERS.get(name, name),
        "schema": schema,
    }


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, **_REQUEST_HEADERS[name]}


def _answer(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = {"description": answer.description, "headers": _headers(answer.headers)}
    content: dict[str, Any] = {media_type: {"schema": _TEXT} for media_type in answer.media_types}
    if answer.model is not None:
        content["application/json"] = {"schema": {"$ref": _SCHEMAS + answer.model.__name__}}
        if answer.example is not None:
            content["application/json"]["example"] = answer.example
    if content:
        result["content"] = content
    if answer.links:
        result["links"] = dict(answer.links)
    return result


def _error(status: int, codes: list[str]) -> dict[str, Any]:
    names = ["Cache-Control", "Content-Language", *(["Retry-After"] if status in _RETRY_LATER else [])]
    schema: dict[str, Any] = {
        "allOf": [{"$ref": f"{_SCHEMAS}ErrorBody"}],
        "properties": {"error": {"enum": codes}},
    }
    if status == _UNAUTHORIZED:
        names.append("WWW-Authenticate")
        schema = {"anyOf": [schema, {"$ref": f"{_SCHEMAS}GatewayError"}]}
    return {
        "description": " or ".join(f"`{code}`" for code in codes),
        "headers": _headers(names),
        "content": {
            "application/json": {
                "schema": schema,
                "examples": {
                    code: {
                        "value": {
                            "error": code,
                            "message": error_message(code, Language.CHINESE),
                            "details": examples.DETAILS.get(code, {}),
                        }
                    }
                    for code in codes
                },
            }
        },
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {
        name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", "X-Content-Type-Options", *names)
    }


def _drop_links_to_nowhere(responses: dict[str, Any], operation_ids: set[str]) -> None:
    for response in responses.values():
        if "links" in response:
            response["links"] = {
                name: link for name, link in response["links"].items() if link["operationId"] in operation_ids
            }


def _component_schemas(described: dict[str, Any], paths: dict[str, Any]) -> dict[str, Any]:
    """All that the paths refer to: requests as they are validated, answers as they are written."""
    used = set(_references({"paths": paths}))
    requests = {
        ref
        for methods in paths.values()
        for each in methods.values()
        for ref in _references(each.get("requestBody", {}))
    }
    models = {name: getattr(schemas, name, None) for name in used}
    _, generated = models_json_schema(
        [
            (model, "validation" if name in requests else "serialization")
            for name, model in sorted(models.items())
            if model is not None and hasattr(model, "model_json_schema")
        ],
        ref_template=_SCHEMAS + "{model}",
    )
    found = {**generated["$defs"], "GatewayError": _GATEWAY_ERROR}
    for name in used - found.keys():
        found[name] = described[name]
    found["ErrorBody"]["properties"]["details"] = {
        "type": "object",
        "description": "What the error is about; of a VALIDATION_ERROR, every broken field.",
        "properties": {"errors": {"type": "array", "items": {"$ref": f"{_SCHEMAS}FieldProblem"}}},
    }
    found["FieldProblem"] = schemas.FieldProblem.model_json_schema()
    # Requests may hold null for what is left out, in the objects within them, too.
    within_requests = requests | set(_references([found[name] for name in requests]))
    return {
        name: _without_titles(schema if name in within_requests else _absent_for_null(schema))
        for name, schema in sorted(found.items())
    }


def _absent_for_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What is left out when it is None is never written as null."""
    properties = {}
    for name, value in schema.get("properties", {}).items():
        if "default" in value and value["default"] is None:
            choices = [choice for choice in value.get("anyOf", ()) if choice != {"type": "null"}]
            properties[name] = choices[0]
        else:
            properties[name] = value
    return {**schema, "properties": properties} if properties else schema


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(reference := part.get("$ref"), str) and reference.startswith(_SCHEMAS):
            yield reference.removeprefix(_SCHEMAS)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _references(each)


def _without_titles(schema: Any) -> Any:
    """Return ``schema`` without what pydantic derives from names and defaults of null; whole numbers as such."""
    if isinstance(schema, dict):
        return {
            key: _without_titles(value)
            for key, value in schema.items()
            if not ((key == "title" and isinstance(value, str)) or (key == "default" and value is None))
        }
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    return int(schema) if isinstance(schema, float) and schema.is_integer() else schema
