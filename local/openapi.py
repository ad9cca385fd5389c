"""Generator of ``docs/openapi.json``: ``python -m local.openapi`` writes it from the declarations of the routes.

It also writes the types of the Python client from the document (``local/client_types.py``).
Powertools describes parameters, bodies and schemas; this module adds the declared answers, errors and headers.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from castline.api import errors
from castline.api.app import app
from castline.api.messages import error_message
from castline.api.negotiation import Language
from castline.api.operations import OPERATIONS
from castline.api.responses import ErrorBody, FieldProblem
from local import client_types
from local.field_descriptions import described as with_descriptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from castline.api.contract import Answer, Operation
    from castline.api.errors import ApiError

FILE: Final = Path(__file__).parent.parent / "docs" / "openapi.json"

_SCHEMAS: Final = "#/components/schemas/"
_TEXT: Final[dict[str, Any]] = {"type": "string"}


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": _TEXT | schema}


_RESPONSE_HEADERS: Final = {
    "Cache-Control": _header("Whether and how long the response may be cached."),
    "Content-Language": _header("The language of the messages.", enum=[language.value for language in Language]),
    "ETag": _header("Changes whenever the body changes.", pattern='^"[0-9a-f]+"$'),
    "Link": _header('The next page, if others follow (`rel="next"`, RFC 8288).'),
    "Location": _header("A presigned URL that works for 15 minutes.", format="uri"),
    "Retry-After": _header(
        "The number of seconds to wait before the next request. A job has it until the job ends.", pattern="^[0-9]+$"
    ),
    "Vary": _header("The request headers that the response depends on."),
    "WWW-Authenticate": _header("`Bearer`, set by API Gateway, with a reason if there is one."),
    "X-Content-Type-Options": _header("Keeps browsers from guessing the content type.", const="nosniff"),
    "X-Request-ID": _header("The id of the request. Please include it when you report a problem."),
}
_REQUEST_HEADERS: Final = {
    "Accept": _header(
        "For files, application/json requests the URL as JSON, and anything else requests a redirect. For usage, "
        "text/csv requests CSV, and anything else requests JSON."
    )
    | {"example": "application/json"},
    "Accept-Language": _header("The language of messages: zh-TW (default) or en.") | {"example": "en"},
    "If-None-Match": _header("The ETags of earlier responses, or `*`."),
}
_DESCRIPTION: Final = """\
Castline turns a scripted dialogue into one audio file, with a voice of its own for every speaker.

Submit a dialogue to get a job, poll the job until it has ended, and download the audio. All errors have the same
form. Their messages are in Traditional Chinese, or in English with `Accept-Language: en`. Jobs of other users return
404, like jobs that do not exist.

Every path that supports `GET` also supports `HEAD`, which returns no body. A method that a path does not support
returns 405, `METHOD_NOT_ALLOWED`, with an `Allow` header. A path that does not exist returns 404, `NOT_FOUND`. The
operations for operators also return that 404 to other users.

API Gateway itself responds, with `{"message": …}`, when a token is missing or no longer valid (401), when a body is
larger than 10 MB (413), when requests come too fast (429) and when the service is down (500, 503). It also responds
with 404 outside `/api/v1` and `/health`, and to unusual methods such as `TRACE`.
"""
_ABOUT: Final[dict[str, Any]] = {
    "info": {
        "title": "Castline",
        "version": "1",
        "description": _DESCRIPTION,
        "license": {"name": "MIT", "identifier": "MIT"},
    },
    "servers": [{"url": "/", "description": "Where this document was found"}],
    "security": [{"token": []}],
    "tags": [
        {"name": "Jobs", "description": "Jobs, which turn dialogues into audio."},
        {"name": "Results", "description": "The audio, subtitles, timings and playlist of a job."},
        {
            "name": "Writing",
            "description": "Scripts, casts, voices, pronunciations, shows and previews: tools to write a dialogue.",
        },
        {"name": "Sounds", "description": "Music, sound effects and cover images that you upload for your jobs."},
        {"name": "Webhooks", "description": "URLs that receive the events of your jobs, and the deliveries to them."},
        {"name": "Usage", "description": "Your usage and your limits."},
        {
            "name": "Operators",
            "description": "Operations for operators of the deployment. They return 404 to other users.",
        },
        {"name": "Service", "description": "The health of the service."},
    ],
}
_TOKEN: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A JWT whose `sub` claim identifies the user. The local stack uses the header X-User-Id instead.",
}
_GATEWAY_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "description": "The response of API Gateway to a request without a valid token.",
    "required": ["message"],
    "properties": {"message": {"description": "The reason, in English.", **_TEXT}},
    "additionalProperties": False,
}
_ERROR_DETAILS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Details of the error. For `VALIDATION_ERROR`: every invalid field.",
    "properties": {"errors": {"type": "array", "items": {"$ref": f"{_SCHEMAS}FieldProblem"}}},
}


def as_text() -> str:
    """Return the text of ``docs/openapi.json``."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    described = _tidied(json.loads(app.get_openapi_json_schema()))
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted((each for each in OPERATIONS if each.answers), key=lambda each: each.path):
        method = operation.method.lower()
        paths.setdefault(operation.path, {})[method] = _completed(
            described["paths"][operation.path][method], operation
        )
    error_models = {model.__name__: _tidied(model.model_json_schema()) for model in (ErrorBody, FieldProblem)}
    error_models["ErrorBody"]["properties"]["details"] = _ERROR_DETAILS
    schemas = {**described["components"]["schemas"], **error_models, "GatewayError": _GATEWAY_ERROR}
    return {
        "openapi": "3.1.0",
        **_ABOUT,
        "paths": paths,
        "components": {
            "schemas": with_descriptions(
                {name: schemas[name] for name in sorted(schemas) if not name.endswith("ValidationError")}
            ),
            "headers": _RESPONSE_HEADERS,
            "securitySchemes": {"token": _TOKEN},
        },
    }


def _completed(described: dict[str, Any], operation: Operation) -> dict[str, Any]:
    result = {key: described[key] for key in ("operationId", "tags", "summary")}
    result["parameters"] = [
        *map(_parameter, described.get("parameters", ())),
        *(
            {"name": name, "in": "header", "required": False, **_REQUEST_HEADERS[name]}
            for name in operation.request_headers
        ),
    ]
    if operation.is_open:
        result["security"] = []
    if "requestBody" in described:
        described["requestBody"]["content"]["application/json"]["example"] = operation.request_example
        result["requestBody"] = described["requestBody"]
    returned = described["responses"][str(operation.answers[0].status)]["content"]["application/json"]["schema"]
    by_status = sorted(operation.errors, key=lambda error: error.status)
    result["responses"] = {
        **{str(answer.status): _answer(answer, returned) for answer in operation.answers},
        **{
            str(status): _error(status, list(group))
            for status, group in groupby(by_status, lambda error: error.status)
        },
    }
    return result


def _parameter(described: dict[str, Any]) -> dict[str, Any]:
    schema = described["schema"]
    schema.pop("description", None)
    # A parameter can be left out, but it cannot be null.
    choices = [choice for choice in schema.pop("anyOf", ()) if choice != {"type": "null"}]
    name = described["name"].title() if described["in"] == "header" else described["name"]
    return {**described, "name": name, "schema": schema | (choices[0] if choices else {})}


def _answer(answer: Answer, returned: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"description": answer.description, "headers": _headers(answer.headers)}
    content: dict[str, Any] = {media_type: {"schema": _TEXT} for media_type in answer.text_types}
    if answer.has_json:
        # ``text_types`` above describe responses that are text.
        (schema,) = (each for each in returned.get("anyOf", [returned]) if each != _TEXT)
        content["application/json"] = {"schema": schema} | ({"example": answer.example} if answer.example else {})
    return result | ({"content": content} if content else {}) | ({"links": answer.links} if answer.links else {})


def _error(status: int, those: list[ApiError]) -> dict[str, Any]:
    names = ["Cache-Control", "Content-Language", *(["Retry-After"] if those[0].retry_after_seconds else [])]
    schema: dict[str, Any] = {
        "allOf": [{"$ref": f"{_SCHEMAS}ErrorBody"}],
        "properties": {"error": {"enum": [error.code for error in those]}},
    }
    if status == errors.UNAUTHORIZED.status:
        names.append("WWW-Authenticate")
        schema = {"anyOf": [schema, {"$ref": f"{_SCHEMAS}GatewayError"}]}
    examples = {
        error.code: {
            "value": {
                "error": error.code,
                "message": error_message(error.code, Language.CHINESE),
                "details": error.example,
            }
        }
        for error in those
    }
    return {
        "description": " or ".join(f"`{error.code}`" for error in those),
        "headers": _headers(names),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {
        name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-ID", "X-Content-Type-Options", *names)
    }


def _tidied(schema: Any) -> Any:
    """Return ``schema`` without the titles that pydantic generates, and with whole floats as integers."""
    if isinstance(schema, dict):
        return {
            key: _tidied(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))
        }
    if isinstance(schema, list):
        return [_tidied(each) for each in schema]
    return int(schema) if isinstance(schema, float) and schema.is_integer() else schema


if __name__ == "__main__":
    FILE.write_text(as_text(), "utf-8")
    client_types.FILE.write_text(client_types.source(document()), "utf-8")
