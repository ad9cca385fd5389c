"""``/pronunciations``: the pronunciation sets that users keep by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from castline import composition
from castline.api import documents, errors, examples, pronunciation_responses
from castline.api.contract import Answer, Router, follow
from castline.api.documents import IfMatch, IfNoneMatch, Name
from castline.api.etags import answer_conditionally
from castline.api.identity import noted_user_id
from castline.api.pronunciation_schemas import PronunciationSchema, PutPronunciationSetRequest
from castline.documents.limits import MAX_BODY_BYTES
from castline.observability import logger
from castline.pronunciation_sets.errors import PronunciationSetNotFound

if TYPE_CHECKING:
    from castline.documents.model import DocumentSummary

router = Router()


@router.operation(
    "GET",
    "/pronunciations",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="All sets, ordered by name.",
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
    answers=documents.read_answers("set", examples.PRONUNCIATION_SET),
    errors=[errors.PRONUNCIATION_SET_NOT_FOUND, errors.SERVICE_UNAVAILABLE],
    request_headers=["If-None-Match"],
    middlewares=[answer_conditionally],
)
def get_pronunciation_set(name: Name) -> Response[pronunciation_responses.PronunciationSetDetail]:
    """Get a pronunciation set."""
    user_id = noted_user_id(router.current_event)
    documents.demand_possible(name, PronunciationSetNotFound)
    found = composition.keep_pronunciations().get(user_id, name)
    body = pronunciation_responses.PronunciationSetDetail(
        name=name, entries=list(map(PronunciationSchema.of, found.content))
    )
    return documents.read_answer(body, found.version)


@router.operation(
    "PUT",
    "/pronunciations/{name}",
    tag="Writing",
    answers=documents.written_answers("set", examples.PRONUNCIATION_SETS["items"][0], read="get_pronunciation_set"),
    errors=[
        errors.VALIDATION_ERROR,
        errors.PRONUNCIATION_SET_LIMIT_EXCEEDED,
        errors.PRECONDITION_FAILED,
        errors.REQUEST_TOO_LARGE,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=examples.PRONUNCIATIONS,
    max_body_bytes=MAX_BODY_BYTES,
)
def put_pronunciation_set(
    name: Name,
    request: Annotated[PutPronunciationSetRequest, Body()],
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response[pronunciation_responses.PronunciationSetSummary]:
    """Create a pronunciation set, or replace all its entries."""
    user_id = noted_user_id(router.current_event)
    documents.demand_name(name)
    summary, is_new = composition.keep_pronunciations().put(
        user_id,
        name,
        tuple(entry.to_pronunciation() for entry in request.entries),
        precondition=documents.precondition(if_match, if_none_match),
    )
    logger.info("pronunciation set written", extra={"entries": summary.note})
    return documents.written_answer(_summary(summary), summary.version, is_new=is_new)


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
    documents.demand_possible(name, PronunciationSetNotFound)
    composition.keep_pronunciations().delete(user_id, name, precondition=documents.precondition(if_match))
    logger.info("pronunciation set deleted")
    return Response(status_code=204)


def _summary(summary: DocumentSummary) -> pronunciation_responses.PronunciationSetSummary:
    return pronunciation_responses.PronunciationSetSummary(
        name=summary.name,
        entry_count=summary.note,
        updated_at=summary.updated_at,
        etag=documents.etag(summary.version),
    )
