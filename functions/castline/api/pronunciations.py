"""``/pronunciations``: the named sets of pronunciations that a user keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path

from castline import composition
from castline.api import errors, examples, pronunciation_responses
from castline.api.contract import Answer, Router, follow
from castline.api.etags import answer_conditionally, may_change
from castline.api.identity import noted_user_id
from castline.api.pronunciation_schemas import PutPronunciationSetRequest
from castline.api.validation import InvalidRequest
from castline.observability import logger
from castline.pronunciation_sets import limits
from castline.pronunciation_sets.errors import PronunciationSetNotFound

if TYPE_CHECKING:
    from castline.pronunciation_sets.model import SetSummary

Name = Annotated[
    str,
    Path(
        description="The name of a set.",
        json_schema_extra={"pattern": limits.NAME_PATTERN, "maxLength": limits.MAX_NAME_CHARACTERS},
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        description="The ETag that the set must have, several of them, or `*` for any. Otherwise the answer is 412."
    ),
]

router = Router()


@router.operation(
    "GET",
    "/pronunciations",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="All sets, by name.",
            example=examples.PRONUNCIATION_SETS,
            links=follow("get_pronunciation_set", name="$response.body#/items/0/name"),
        ),
    ],
    errors=[errors.SERVICE_UNAVAILABLE],
)
def list_pronunciation_sets() -> pronunciation_responses.PronunciationSetList:
    """List your pronunciation sets."""
    summaries = composition.keep_pronunciations().list(noted_user_id(router.current_event))
    return pronunciation_responses.PronunciationSetList(items=list(map(_summary, summaries)), total=len(summaries))


@router.operation(
    "GET",
    "/pronunciations/{name}",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="The set.",
            headers=("ETag", "Cache-Control", "Vary"),
            example=examples.PRONUNCIATION_SET,
        ),
        Answer(
            status=304,
            description="The set has an ETag that If-None-Match names.",
            headers=("ETag", "Cache-Control", "Vary"),
            has_json=False,
        ),
    ],
    errors=[errors.PRONUNCIATION_SET_NOT_FOUND, errors.SERVICE_UNAVAILABLE],
    request_headers=["If-None-Match"],
    middlewares=[answer_conditionally],
)
def get_pronunciation_set(name: Name) -> Response[pronunciation_responses.PronunciationSetDetail]:
    """Read a pronunciation set."""
    user_id = noted_user_id(router.current_event)
    _demand_possible(name)
    found = composition.keep_pronunciations().get(user_id, name)
    return Response(
        status_code=200,
        content_type=content_types.APPLICATION_JSON,
        body=pronunciation_responses.PronunciationSetDetail.model_validate(found, from_attributes=True),
        headers={
            "ETag": _etag(found.version),
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization",
        },
    )


@router.operation(
    "PUT",
    "/pronunciations/{name}",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="The set, with these entries in place of the earlier ones.",
            headers=("ETag",),
            example=examples.PRONUNCIATION_SETS["items"][0],
        ),
        Answer(
            status=201,
            description="The new set.",
            headers=("ETag",),
            example=examples.PRONUNCIATION_SETS["items"][0],
            links=follow("get_pronunciation_set", name="$response.body#/name"),
        ),
    ],
    errors=[
        errors.VALIDATION_ERROR,
        errors.PRONUNCIATION_SET_LIMIT_EXCEEDED,
        errors.PRECONDITION_FAILED,
        errors.REQUEST_TOO_LARGE,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=examples.PRONUNCIATIONS,
    max_body_bytes=limits.MAX_BODY_BYTES,
)
def put_pronunciation_set(
    name: Name,
    request: Annotated[PutPronunciationSetRequest, Body()],
    if_match: IfMatch = None,
    if_none_match: Annotated[
        Literal["*"] | None, Header(description="`*` creates a set. If the set exists already, the answer is 412.")
    ] = None,
) -> Response[pronunciation_responses.PronunciationSetSummary]:
    """Create a pronunciation set, or replace all its entries."""
    user_id = noted_user_id(router.current_event)
    if not limits.is_set_name(name):
        raise InvalidRequest("name", "pronunciation_set_name")
    summary, is_new = composition.keep_pronunciations().put(
        user_id,
        name,
        tuple(entry.to_pronunciation() for entry in request.entries),
        precondition=lambda version: may_change(_tag_of(version), if_match=if_match, if_none_match=if_none_match),
    )
    logger.info("pronunciation set written", extra={"entries": summary.entry_count})
    return Response(
        status_code=201 if is_new else 200,
        content_type=content_types.APPLICATION_JSON,
        body=_summary(summary),
        headers={"ETag": _etag(summary.version)},
    )


@router.operation(
    "DELETE",
    "/pronunciations/{name}",
    tag="Writing",
    answers=[Answer(status=204, description="The set is deleted.", has_json=False)],
    errors=[errors.PRONUNCIATION_SET_NOT_FOUND, errors.PRECONDITION_FAILED, errors.SERVICE_UNAVAILABLE],
)
def delete_pronunciation_set(name: Name, if_match: IfMatch = None) -> Response[None]:
    """Delete a pronunciation set. Jobs that were submitted with it keep its pronunciations."""
    user_id = noted_user_id(router.current_event)
    _demand_possible(name)
    composition.keep_pronunciations().delete(
        user_id, name, precondition=lambda version: may_change(_tag_of(version), if_match=if_match)
    )
    logger.info("pronunciation set deleted")
    return Response(status_code=204)


def _demand_possible(name: str) -> None:
    if not limits.is_set_name(name):
        raise PronunciationSetNotFound


def _etag(version: str) -> str:
    return f'"{version}"'


def _tag_of(version: str | None) -> str | None:
    return None if version is None else _etag(version)


def _summary(summary: SetSummary) -> pronunciation_responses.PronunciationSetSummary:
    return pronunciation_responses.PronunciationSetSummary(
        name=summary.name,
        entry_count=summary.entry_count,
        updated_at=summary.updated_at,
        etag=_etag(summary.version),
    )
