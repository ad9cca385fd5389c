"""``/shows``: the named shows of users, each with the fields that its jobs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from castline import composition
from castline.api import documents, errors, examples
from castline.api.contract import Answer, Router, follow
from castline.api.documents import IfMatch, IfNoneMatch, Name
from castline.api.etags import answer_conditionally
from castline.api.identity import noted_user_id
from castline.api.show_schemas import PutShowRequest, ShowDetail, ShowList, ShowSummary
from castline.documents.limits import MAX_BODY_BYTES
from castline.observability import logger
from castline.shows.errors import ShowNotFound

if TYPE_CHECKING:
    from castline.documents.model import DocumentSummary

router = Router()


@router.operation(
    "GET",
    "/shows",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="All shows, ordered by name.",
            example=examples.SHOWS,
            links=follow("get_show", name="$response.body#/items/0/name"),
        ),
    ],
    errors=[errors.SERVICE_UNAVAILABLE],
)
def list_shows() -> ShowList:
    """List your shows."""
    summaries = composition.keep_shows().list(noted_user_id(router.current_event))
    return ShowList(items=list(map(_summary, summaries)), total=len(summaries))


@router.operation(
    "GET",
    "/shows/{name}",
    tag="Writing",
    answers=documents.read_answers("show", examples.SHOW),
    errors=[errors.SHOW_NOT_FOUND, errors.SERVICE_UNAVAILABLE],
    request_headers=["If-None-Match"],
    middlewares=[answer_conditionally],
)
def get_show(name: Name) -> Response[ShowDetail]:
    """Get a show."""
    user_id = noted_user_id(router.current_event)
    documents.demand_possible(name, ShowNotFound)
    found = composition.keep_shows().get(user_id, name)
    return documents.read_answer(ShowDetail.of(name, found.content), found.version)


@router.operation(
    "PUT",
    "/shows/{name}",
    tag="Writing",
    answers=documents.written_answers("show", examples.SHOWS["items"][0], read="get_show"),
    errors=[
        errors.VALIDATION_ERROR,
        errors.SHOW_LIMIT_EXCEEDED,
        errors.PRECONDITION_FAILED,
        errors.REQUEST_TOO_LARGE,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=examples.SHOW_REQUEST,
    max_body_bytes=MAX_BODY_BYTES,
)
def put_show(
    name: Name,
    request: Annotated[PutShowRequest, Body()],
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response[ShowSummary]:
    """Create a show, or replace all its fields."""
    user_id = noted_user_id(router.current_event)
    documents.demand_name(name)
    summary, is_new = composition.keep_shows().put(
        user_id, name, request.to_show(), precondition=documents.precondition(if_match, if_none_match)
    )
    logger.info("show written")
    return documents.written_answer(_summary(summary), summary.version, is_new=is_new)


@router.operation(
    "DELETE",
    "/shows/{name}",
    tag="Writing",
    answers=[Answer(status=204, description="The show is deleted.", has_json=False)],
    errors=[errors.SHOW_NOT_FOUND, errors.PRECONDITION_FAILED, errors.SERVICE_UNAVAILABLE],
)
def delete_show(name: Name, if_match: IfMatch = None) -> Response[None]:
    """Delete a show. Its sounds, and jobs that were submitted with it, are kept."""
    user_id = noted_user_id(router.current_event)
    documents.demand_possible(name, ShowNotFound)
    composition.keep_shows().delete(user_id, name, precondition=documents.precondition(if_match))
    logger.info("show deleted")
    return Response(status_code=204)


def _summary(summary: DocumentSummary) -> ShowSummary:
    return ShowSummary(
        name=summary.name, title=summary.note, updated_at=summary.updated_at, etag=documents.etag(summary.version)
    )
