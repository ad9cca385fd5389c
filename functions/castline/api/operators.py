"""``/admin``: the operations for operators. Other users get 404 for them (see ``castline.api.app``)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from castline import composition
from castline.api import errors, operator_examples, operator_schemas, periods, usage_schemas
from castline.api.contract import PREFIX, Answer, Router
from castline.api.identity import demand_operator
from castline.api.jobs import MAX_BODY_BYTES, JobId, note_job
from castline.api.negotiation import CSV, prefers_csv
from castline.api.usage_csv import to_csv
from castline.api.user_ids import CURSOR_PATTERN, UserId, decode_cursor, encode_cursor
from castline.jobs import cursor as job_cursors
from castline.jobs.model import JobStatus
from castline.observability import logger, note

MAX_USERS: Final = 500
"""Users per page. With 31 days each and the longest ids, they take about 4.5 MB of the 6 MB that Lambda allows."""
_USAGE_HEADERS: Final = ("Cache-Control", "Link", "Vary")

router = Router()


@router.operation(
    "GET",
    "/admin/usage",
    tag="Operators",
    for_operators=True,
    answers=[
        Answer(
            status=200,
            description=(
                "The usage of one page of users, and of all users together. With `Accept: text/csv`, one line per "
                "user and day. The `Link` header names the next page."
            ),
            headers=_USAGE_HEADERS,
            text_types=(CSV,),
            example=operator_examples.OPERATOR_USAGE,
        )
    ],
    errors=[errors.VALIDATION_ERROR, errors.SERVICE_UNAVAILABLE],
    request_headers=["Accept"],
)
def get_operator_usage(
    month: periods.Month = None,
    limit: Annotated[int, Query(ge=1, le=MAX_USERS, description="The maximum number of users per page.")] = MAX_USERS,
    cursor: Annotated[
        str | None,
        Query(description="The next_cursor of the previous page.", json_schema_extra={"pattern": CURSOR_PATTERN}),
    ] = None,
) -> Response[usage_schemas.OperatorUsage | str]:
    """Get the usage of all users in a month, by user and by day."""
    demand_operator(router.current_event)
    after = None if cursor is None else decode_cursor(cursor)
    usage = composition.view_usage().everybody(month, limit=limit, after=after)
    currency = composition.settings().currency
    next_after, headers = usage.next_after, {"Cache-Control": "no-store", "Vary": "Accept, Authorization"}
    as_csv = None
    if prefers_csv(router.current_event.headers.get("accept")):
        # Each CSV line repeats the user id, so with very long ids fewer users fit.
        as_csv, cut_after = to_csv(usage.users, currency, max_bytes=MAX_BODY_BYTES)
        next_after = cut_after or next_after
        headers["Content-Disposition"] = f'attachment; filename="castline-usage-{usage.month.month}.csv"'
    next_cursor = None if next_after is None else encode_cursor(next_after)
    if next_cursor is not None:
        target = f"{PREFIX}/admin/usage?month={usage.month.month}&limit={limit}&cursor={next_cursor}"
        headers["Link"] = f'<{target}>; rel="next"'
    if as_csv is not None:
        return Response(status_code=200, content_type=f"{CSV}; charset=utf-8", body=as_csv, headers=headers)
    body = usage_schemas.OperatorUsage.of(usage, currency, next_cursor=next_cursor)
    return Response(status_code=200, content_type=content_types.APPLICATION_JSON, body=body, headers=headers)


@router.operation(
    "GET",
    "/admin/users/{user_id}/limits",
    tag="Operators",
    for_operators=True,
    answers=[
        Answer(status=200, description="The limits of the user.", example=operator_examples.OPERATED_USER_LIMITS)
    ],
    errors=[errors.VALIDATION_ERROR, errors.SERVICE_UNAVAILABLE],
)
def get_user_limits(user_id: UserId) -> operator_schemas.OperatedUserLimits:
    """Get the limits of a user."""
    demand_operator(router.current_event)
    return operator_schemas.OperatedUserLimits.of(user_id, composition.operate_limits().of_user(user_id))


@router.operation(
    "PUT",
    "/admin/users/{user_id}/limits",
    tag="Operators",
    for_operators=True,
    answers=[
        Answer(status=200, description="The limits of the user.", example=operator_examples.OPERATED_USER_LIMITS)
    ],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE, errors.SERVICE_UNAVAILABLE],
    request_example=operator_examples.USER_LIMITS,
    max_body_bytes=operator_schemas.MAX_BODY_BYTES,
)
def put_user_limits(
    user_id: UserId, request: Annotated[operator_schemas.PutUserLimitsRequest, Body()]
) -> operator_schemas.OperatedUserLimits:
    """Set the limits of a user. They apply from the next submission."""
    operator = demand_operator(router.current_event)
    limits = composition.operate_limits().set_of_user(user_id, request.to_changes(), operator=operator)
    answer = operator_schemas.OperatedUserLimits.of(user_id, limits)
    _audit("set_user_limits", operator, target=user_id, limits=answer.changed.model_dump())
    return answer


@router.operation(
    "GET",
    "/admin/limits",
    tag="Operators",
    for_operators=True,
    answers=[
        Answer(
            status=200,
            description="The limits of the deployment.",
            example=operator_examples.OPERATED_DEPLOYMENT_LIMITS,
        )
    ],
    errors=[errors.SERVICE_UNAVAILABLE],
)
def get_deployment_limits() -> operator_schemas.OperatedDeploymentLimits:
    """Get the number of characters that all users together may bill per day."""
    demand_operator(router.current_event)
    return operator_schemas.OperatedDeploymentLimits.of(composition.operate_limits().ceiling())


@router.operation(
    "PUT",
    "/admin/limits",
    tag="Operators",
    for_operators=True,
    answers=[
        Answer(
            status=200,
            description="The limits of the deployment.",
            example=operator_examples.OPERATED_DEPLOYMENT_LIMITS,
        )
    ],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE, errors.SERVICE_UNAVAILABLE],
    request_example=operator_examples.DEPLOYMENT_LIMITS,
    max_body_bytes=operator_schemas.MAX_BODY_BYTES,
)
def put_deployment_limits(
    request: Annotated[operator_schemas.PutDeploymentLimitsRequest, Body()],
) -> operator_schemas.OperatedDeploymentLimits:
    """Set the number of characters that all users together may bill per day. It applies from the next submission."""
    operator = demand_operator(router.current_event)
    ceiling = composition.operate_limits().set_ceiling(request.to_ceiling(), operator=operator)
    answer = operator_schemas.OperatedDeploymentLimits.of(ceiling)
    _audit("set_deployment_limits", operator, target="deployment", limits=answer.changed.model_dump())
    return answer


@router.operation(
    "GET",
    "/admin/breaker",
    tag="Operators",
    for_operators=True,
    answers=[Answer(status=200, description="The state of the breaker.", example=operator_examples.CLOSED_BREAKER)],
    errors=[errors.SERVICE_UNAVAILABLE],
)
def get_breaker() -> operator_schemas.OperatedBreaker:
    """Get the state of the breaker. While the breaker is open, all submissions are refused."""
    demand_operator(router.current_event)
    return operator_schemas.OperatedBreaker.of(composition.operate_limits().breaker())


@router.operation(
    "PUT",
    "/admin/breaker",
    tag="Operators",
    for_operators=True,
    answers=[Answer(status=200, description="The state of the breaker.", example=operator_examples.OPEN_BREAKER)],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE, errors.SERVICE_UNAVAILABLE],
    request_example=operator_examples.OPENING,
    max_body_bytes=operator_schemas.MAX_BODY_BYTES,
)
def put_breaker(
    request: Annotated[operator_schemas.PutBreakerRequest, Body()],
) -> operator_schemas.OperatedBreaker:
    """Open the breaker to refuse all submissions, or close it. Jobs that were already submitted continue."""
    operator = demand_operator(router.current_event)
    breaker = composition.operate_limits().set_breaker(
        is_open=request.state == "open", reason=request.reason, operator=operator
    )
    _audit("set_breaker", operator, target="deployment", state=request.state, reason=request.reason)
    return operator_schemas.OperatedBreaker.of(breaker)


@router.operation(
    "GET",
    "/admin/jobs",
    tag="Operators",
    for_operators=True,
    answers=[
        Answer(status=200, description="One page of jobs, newest first.", example=operator_examples.OPERATED_JOBS)
    ],
    errors=[errors.VALIDATION_ERROR, errors.SERVICE_UNAVAILABLE],
)
def list_all_jobs(
    day: periods.Day = None,
    status: Annotated[JobStatus | None, Query(description="Return only jobs with this status.")] = None,
    user_id: Annotated[
        str | None, Query(min_length=1, max_length=1_000, description="Return only jobs of this user.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="The maximum number of jobs per page.")] = 20,
    cursor: Annotated[
        str | None,
        Query(
            description="The next_cursor of the previous page.", json_schema_extra={"pattern": job_cursors.PATTERN}
        ),
    ] = None,
) -> operator_schemas.OperatedJobList:
    """List the jobs that all users submitted on a day, newest first, without texts and titles."""
    demand_operator(router.current_event)
    now = composition.clock()()
    page = composition.daily_jobs().page(
        date.fromisoformat(day) if day else now.date(),
        now=now,
        limit=limit,
        status=status,
        user_id=user_id,
        after=job_cursors.decode(cursor) if cursor is not None else None,
    )
    return operator_schemas.OperatedJobList(
        items=[operator_schemas.OperatedJob.of(job) for job in page.jobs],
        next_cursor=job_cursors.encode(page.next_after) if page.next_after else None,
    )


@router.operation(
    "POST",
    "/admin/jobs/{job_id}/fail",
    tag="Operators",
    for_operators=True,
    answers=[Answer(status=200, description="The failed job.", example=operator_examples.STOPPED_JOB)],
    errors=[
        errors.VALIDATION_ERROR,
        errors.JOB_NOT_FOUND,
        errors.JOB_HAS_ENDED,
        errors.REQUEST_TOO_LARGE,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=operator_examples.STOPPING,
    max_body_bytes=operator_schemas.MAX_BODY_BYTES,
)
def fail_job(
    job_id: JobId, request: Annotated[operator_schemas.FailJobRequest, Body()]
) -> operator_schemas.OperatedJob:
    """Fail a pending or processing job of any user, and stop its workflow."""
    operator = demand_operator(router.current_event)
    note_job(job_id)
    job = composition.fail_any_job()(job_id)
    note(user_id=job.user_id)
    _audit("fail_job", operator, target=job_id, reason=request.reason)
    return operator_schemas.OperatedJob.of(job)


def _audit(action: str, operator: str, *, target: str, **what: Any) -> None:
    """Log a change by an operator. CloudWatch keeps every change; the table keeps only the latest one."""
    logger.info("audit", extra={"action": action, "operator": operator, "target": target, **what})
