"""Parts of the routes for documents that users keep by name: names, preconditions and entity tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from castline.api.contract import Answer, follow
from castline.api.etags import may_change
from castline.api.validation import InvalidRequest
from castline.documents import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.documents.errors import DocumentNotFound

BodyT = TypeVar("BodyT")

Name = Annotated[
    str,
    Path(
        description="The name that you chose.",
        json_schema_extra={"pattern": limits.NAME_PATTERN, "maxLength": limits.MAX_NAME_CHARACTERS},
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        description="One or more ETags, one of which must be the current one; or `*`, if any version may be changed. "
        "Otherwise the response is 412."
    ),
]
IfNoneMatch = Annotated[
    Literal["*"] | None,
    Header(description="`*` allows only creation. If the name is taken, the response is 412."),
]

_READ_HEADERS = ("ETag", "Cache-Control", "Vary")


def read_answers(noun: str, example: Any) -> list[Answer]:
    """Return the declared answers of an operation that reads a document; ``noun`` names the kind of document."""
    return [
        Answer(status=200, description=f"The {noun}.", headers=_READ_HEADERS, example=example),
        Answer(
            status=304,
            description=f"The {noun} has not changed: If-None-Match names its current ETag.",
            headers=_READ_HEADERS,
            has_json=False,
        ),
    ]


def written_answers(noun: str, example: Any, *, read: str) -> list[Answer]:
    """Return the declared answers of an operation that writes a document.

    Args:
        noun: the kind of document, as the descriptions name it.
        example: an example of a body.
        read: the id of the operation that reads the document.
    """
    return [
        Answer(
            status=200,
            description=f"The {noun}, whose content has been replaced.",
            headers=("ETag",),
            example=example,
        ),
        Answer(
            status=201,
            description=f"The new {noun}.",
            headers=("ETag",),
            example=example,
            links=follow(read, name="$response.body#/name"),
        ),
    ]


def demand_possible(name: str, not_found: type[DocumentNotFound]) -> None:
    """Raise ``not_found`` if ``name`` is not a valid name of a document."""
    if not limits.is_name(name):
        raise not_found


def demand_name(name: str) -> None:
    """Refuse a name that is not valid for a document."""
    if not limits.is_name(name):
        raise InvalidRequest("name", "document_name")


def precondition(if_match: str | None, if_none_match: str | None = None) -> Callable[[str | None], bool]:
    """Return a function that takes a document's version and tells whether the headers allow a change."""
    return lambda version: may_change(
        None if version is None else etag(version), if_match=if_match, if_none_match=if_none_match
    )


def read_answer(body: BodyT, version: str) -> Response[BodyT]:
    """Return the answer to reading a document."""
    headers = {"ETag": etag(version), "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    return Response(status_code=200, content_type=content_types.APPLICATION_JSON, body=body, headers=headers)


def written_answer(body: BodyT, version: str, *, is_new: bool) -> Response[BodyT]:
    """Return the answer to writing a document."""
    return Response(
        status_code=201 if is_new else 200,
        content_type=content_types.APPLICATION_JSON,
        body=body,
        headers={"ETag": etag(version)},
    )


def etag(version: str) -> str:
    """Return the entity tag of a version of a document."""
    return f'"{version}"'
