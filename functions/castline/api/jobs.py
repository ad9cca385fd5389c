"""``/jobs``: submit, list, poll, download and cancel jobs."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query
from pydantic import ValidationError

from castline import composition
from castline.api import errors, examples, requests, responses
from castline.api.contract import IS_HEAD, Answer, Router, follow
from castline.api.etags import answer_conditionally
from castline.api.identity import noted_user_id
from castline.api.negotiation import Language, preferred_language, prefers_json
from castline.api.refusals import fields_as_sent
from castline.api.validation import MAX_PROBLEMS, InvalidRequest
from castline.audio.content_disposition import content_disposition
from castline.audio.keys import audio_key
from castline.audio.subtitles import SubtitleFormat, render
from castline.jobs import cursor as cursors
from castline.jobs.download_names import download_name
from castline.jobs.ids import is_job_id
from castline.jobs.model import Job, JobRecord, JobStatus, JobType
from castline.jobs.time_left import seconds_left
from castline.metrics import Metric
from castline.observability import logger, measure, note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

    from castline.batch_queue.model import Place
    from castline.usecases.prepare_dialogue import TurnWarning
    from castline.usecases.submit_job import Submission

MAX_OFFSET = 10_000
"""Number of jobs that an offset can skip. Every skipped job is read, whereas a cursor starts at its job."""

DOWNLOAD_SECONDS = 15 * 60
"""Seconds for which a presigned URL works."""
POLL_AFTER_SECONDS = 2
MAX_BODY_BYTES = 5 * 1024 * 1024
"""Maximum bytes of a response body, as escaped JSON: Lambda allows 6 MB for the response with its headers."""
_FILE_HEADERS: Final = {"Cache-Control": "no-store", "Vary": "Accept, Authorization"}
_UNDETERMINED = "und"
"""Language tag of content whose language is unknown (ISO 639-2)."""

JobId = Annotated[str, Path(description="The id of a job.", json_schema_extra={"format": "uuid"})]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description=(
            "For 24 hours, the same key with the same body returns the same job. The same key with another body is "
            "refused with 422."
        ),
    ),
]

SUBMITTED: Final = Answer(
    status=201,
    description="The submitted job.",
    example=examples.PENDING_JOB,
    links=follow(
        "get_job",
        "cancel_job",
        "stop_job",
        "download",
        "resubmit_job",
        "render_job",
        "get_playlist",
        "get_subtitles",
        "get_timings",
    ),
)
SUBMISSION_ERRORS: Final = (
    errors.VALIDATION_ERROR,
    errors.IDEMPOTENCY_KEY_REUSED,
    errors.JOB_LIMIT_EXCEEDED,
    errors.QUOTA_EXCEEDED,
    errors.SUBMISSIONS_STOPPED,
    errors.SERVICE_UNAVAILABLE,
    errors.PROVIDER_UNAVAILABLE,
)
READING_ERRORS: Final = (errors.JOB_NOT_FOUND, errors.SERVICE_UNAVAILABLE)
_JOB_HEADERS: Final = ("ETag", "Cache-Control", "Vary", "Content-Language", "Retry-After")

router = Router()


@router.operation(
    "POST",
    "/jobs",
    tag="Jobs",
    answers=[SUBMITTED],
    errors=[errors.REQUEST_TOO_LARGE, *SUBMISSION_ERRORS],
    request_example=examples.DIALOGUE,
    max_body_bytes=requests.CreateJobRequest.MAX_BYTES,
)
def create_job(
    request: Annotated[requests.CreateJobRequest, Body()],
    idempotency_key: IdempotencyKey = None,
) -> responses.SubmittedJob:
    """Submit a dialogue as a job. For 24 hours, the same Idempotency-Key returns the same job."""
    return _submit(request, idempotency_key)


@router.operation(
    "POST",
    "/jobs/tts",
    tag="Jobs",
    answers=[SUBMITTED],
    errors=[errors.REQUEST_TOO_LARGE, *SUBMISSION_ERRORS],
    request_example=examples.SINGLE_VOICE,
    max_body_bytes=requests.CreateSingleVoiceJobRequest.MAX_BYTES,
)
def create_single_voice_job(
    request: Annotated[requests.CreateSingleVoiceJobRequest, Body()],
    idempotency_key: IdempotencyKey = None,
) -> responses.SubmittedJob:
    """Submit a text to be spoken in one voice."""
    return _submit(request, idempotency_key)


@router.operation(
    "GET",
    "/jobs",
    tag="Jobs",
    answers=[
        Answer(
            status=200,
            description="One page of jobs, newest first.",
            example=examples.JOB_LIST,
            links={
                "next_page": follow("list_jobs", cursor="$response.body#/next_cursor")["list_jobs"],
                **follow("get_job", job_id="$response.body#/items/0/id"),
            },
        ),
    ],
    errors=[errors.VALIDATION_ERROR, errors.SERVICE_UNAVAILABLE],
)
def list_jobs(
    status: Annotated[JobStatus | None, Query(description="Return only jobs with this status.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="The maximum number of jobs per page.")] = 20,
    offset: Annotated[
        int,
        Query(
            ge=0,
            description=f"The number of jobs to skip, up to {MAX_OFFSET:,}. Use a cursor to go further.",
            json_schema_extra={"maximum": MAX_OFFSET},
        ),
    ] = 0,
    cursor: Annotated[
        str | None,
        Query(
            description="The next_cursor of the previous page. An offset other than 0 beside it is refused with 400.",
            json_schema_extra={"pattern": cursors.PATTERN},
        ),
    ] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            description=(
                "Words that occur in the title, author or album. A request searches at most 1,000 jobs, newest "
                "first. If there are more, total is null and next_cursor continues the search, even after an empty "
                "page."
            ),
        ),
    ] = None,
) -> responses.JobList:
    """List jobs, newest first."""
    if cursor is not None and offset:
        raise InvalidRequest("offset", "conflicting_position")
    if offset > MAX_OFFSET:
        raise InvalidRequest("offset", "offset_too_large", max=MAX_OFFSET)
    page = composition.view_jobs().page(_user_id(), limit=limit, status=status, offset=offset, cursor=cursor, words=q)
    return responses.JobList(
        items=[summary(job) for job in page.jobs],
        total=page.total,
        limit=limit,
        offset=offset,
        next_cursor=cursors.encode(page.next_after) if page.next_after else None,
    )


@router.operation(
    "GET",
    "/jobs/{job_id}",
    tag="Jobs",
    answers=[
        Answer(
            status=200,
            description="The job.",
            headers=_JOB_HEADERS,
            example=examples.COMPLETED_JOB,
            links=follow("download", "resubmit_job", "render_job", "get_subtitles", "get_timings"),
        ),
        Answer(
            status=304,
            description="The job has not changed: If-None-Match names its current ETag.",
            headers=_JOB_HEADERS,
            has_json=False,
        ),
    ],
    errors=READING_ERRORS,
    request_headers=["If-None-Match"],
    middlewares=[answer_conditionally],
)
def get_job(job_id: JobId) -> Response[responses.JobDetail]:
    """Get a job."""
    note_job(job_id)
    record = composition.view_jobs().record(_user_id(), job_id)
    language = preferred_language(router.current_event.headers.get("accept-language"))
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Language": language.value,
        "Vary": "Accept-Language, Authorization",
    }
    if record.job.completed_at is None:
        headers["Retry-After"] = str(POLL_AFTER_SECONDS)
    return Response(
        status_code=200,
        content_type=content_types.APPLICATION_JSON,
        body=detail(record, language, composition.view_jobs().place(record.job)),
        headers=headers,
    )


@router.operation(
    "PATCH",
    "/jobs/{job_id}",
    tag="Jobs",
    answers=[Answer(status=200, description="The job with its new titles.", example=examples.RENAMED_JOB)],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE, *READING_ERRORS],
    request_example=examples.TITLES,
    max_body_bytes=requests.RenameJobRequest.MAX_BYTES,
)
def rename_job(job_id: JobId, request: Annotated[requests.RenameJobRequest, Body()]) -> responses.JobSummary:
    """Change the title, author or album of a job. The name of a finished file changes; its tags do not."""
    note_job(job_id)
    return summary(composition.rename_job()(_user_id(), job_id, request.to_changes()))


def _redirect_unless_json_is_preferred(
    app: APIGatewayHttpResolver, next_middleware: Callable[[APIGatewayHttpResolver], Response[Any]]
) -> Response[Any]:
    """Redirect to the file whose URL is in a handler's response, unless the client prefers the response as JSON."""
    answer = next_middleware(app)
    answer.headers |= _FILE_HEADERS
    if not isinstance(answer.body, dict) or prefers_json(app.current_event.headers.get("accept")):
        return answer
    return Response(status_code=302, body="", headers={**_FILE_HEADERS, "Location": answer.body["download_url"]})


@router.operation(
    "GET",
    "/jobs/{job_id}/download",
    tag="Results",
    answers=[
        Answer(
            status=200,
            description="The URL of the audio, for clients that ask for application/json.",
            headers=tuple(_FILE_HEADERS),
            example=examples.DOWNLOAD,
        ),
        Answer(
            status=302, description="A redirect to the audio.", headers=("Location", *_FILE_HEADERS), has_json=False
        ),
    ],
    errors=[
        errors.VALIDATION_ERROR,
        *READING_ERRORS,
        errors.JOB_NOT_COMPLETED,
        errors.AUDIO_NOT_AVAILABLE,
    ],
    request_headers=["Accept"],
    middlewares=[_redirect_unless_json_is_preferred],
)
def download(
    job_id: JobId,
    disposition: Annotated[
        Literal["attachment", "inline"],
        Query(description="`attachment` makes browsers save the file, `inline` lets them play it."),
    ] = "attachment",
) -> responses.Download:
    """Download the audio (302 redirect), or get its URL as JSON with ``Accept: application/json``."""
    note_job(job_id)
    job, audio_file_id = composition.view_jobs().completed(_user_id(), job_id)
    output_format = job.output_format
    key = audio_key(job.id, audio_file_id, output_format.extension)
    return stored_file(
        key,
        filename=download_name(job, output_format.extension),
        content_type=output_format.content_type,
        size_bytes=composition.published_audio().audio_size_bytes(key),
        disposition=disposition,
    )


@router.operation(
    "GET",
    "/jobs/{job_id}/subtitles",
    tag="Results",
    answers=[
        Answer(
            status=200,
            description=(
                "The subtitles, with the speakers' names. If they are too large for a response and the client asks "
                "for application/json: their URL."
            ),
            headers=tuple(_FILE_HEADERS),
            text_types=tuple(each.content_type for each in SubtitleFormat),
        ),
        Answer(
            status=302,
            description="A redirect to the subtitles, if they are too large for a response.",
            headers=("Location", *_FILE_HEADERS),
            has_json=False,
        ),
    ],
    errors=[
        errors.VALIDATION_ERROR,
        *READING_ERRORS,
        errors.JOB_NOT_COMPLETED,
        errors.SUBTITLES_NOT_AVAILABLE,
    ],
    request_headers=["Accept"],
    middlewares=[_redirect_unless_json_is_preferred],
)
def get_subtitles(
    job_id: JobId,
    subtitle_format: Annotated[
        SubtitleFormat, Query(alias="format", description="The format of the subtitles.")
    ] = SubtitleFormat.VTT,
    words: Annotated[
        Literal["true", "false"],
        Query(
            description=(
                "Whether to include the time of each word, in `vtt` as timestamps inside the cues. `ass` always "
                "includes the times. `srt` cannot: with it, `true` is refused with 400."
            )
        ),
    ] = "false",
) -> Response[responses.Download | str]:
    """Download the subtitles. Large ones come as a redirect, or as a URL with ``Accept: application/json``."""
    if words == "true" and subtitle_format is SubtitleFormat.SRT:
        raise InvalidRequest("words", "words_in_srt")
    note_job(job_id)
    with_words = words == "true" or subtitle_format is SubtitleFormat.ASS
    job, audio_file_id, cues = composition.view_timings().cues(_user_id(), job_id, with_words=with_words)
    filename = download_name(job, subtitle_format.extension)
    text = render(subtitle_format, cues, title=job.titles.title or filename.removesuffix(".ass"))
    content_type = f"{subtitle_format.content_type}; charset=utf-8"
    if len(json.dumps(text)) > MAX_BODY_BYTES:
        with_words_only = "words." if with_words and subtitle_format is SubtitleFormat.VTT else ""
        key = audio_key(job.id, audio_file_id, f"{with_words_only}{subtitle_format.extension}")
        composition.published_audio().put_text(key, text, content_type)
        file = stored_file(
            key,
            filename=filename,
            content_type=content_type,
            size_bytes=len(text.encode("utf-8")),
            disposition="attachment",
        )
        return Response(status_code=200, content_type=content_types.APPLICATION_JSON, body=file)
    return Response(
        status_code=200,
        content_type=content_type,
        body=text,
        headers={"Content-Disposition": content_disposition("inline", filename)},
    )


@router.operation(
    "DELETE",
    "/jobs/{job_id}",
    tag="Jobs",
    answers=[
        Answer(
            status=200,
            description="The cancelled job.",
            example=examples.CANCELLED_JOB,
            links=follow("get_job", "resubmit_job"),
        ),
    ],
    errors=[*READING_ERRORS, errors.JOB_CANNOT_CANCEL],
)
def cancel_job(job_id: JobId) -> responses.JobSummary:
    """Cancel a pending job."""
    note_job(job_id)
    job = composition.cancel_job()(_user_id(), job_id)
    measure({Metric.JOBS_CANCELLED: 1})
    logger.info("cancelled")
    return summary(job)


def _submit(
    request: requests.CreateJobRequest | requests.CreateSingleVoiceJobRequest, idempotency_key: str | None
) -> responses.SubmittedJob:
    dialogue = request.to_dialogue()
    with fields_as_sent(request):
        submission = composition.submit_job()(
            _user_id(),
            dialogue,
            titles=request.to_titles(),
            pronunciation_sets=request.pronunciation_sets,
            webhook_url=request.webhook_url,
            idempotency_key=idempotency_key,
        )
    note(job_id=submission.job.id)
    logger.info("submitted", extra={"turns": len(dialogue.turns)})
    return submitted(submission, router.current_event.headers.get("accept-language"))


def submitted(submission: Submission, accept_language: str | None) -> responses.SubmittedJob:
    """Return the answer to a submission."""
    return responses.SubmittedJob(
        **summary(submission.job).model_dump(exclude_none=True),
        warnings=turn_warnings(submission.warnings, accept_language),
    )


def turn_warnings(warnings: Sequence[TurnWarning], accept_language: str | None) -> list[responses.Warning]:
    """Return at most ``MAX_PROBLEMS`` warnings about turns, in the language that the client prefers."""
    language = preferred_language(accept_language)
    return [
        responses.Warning.of(each.warning, language, turn_index=each.turn_index) for each in warnings[:MAX_PROBLEMS]
    ]


def _user_id() -> str:
    return noted_user_id(router.current_event)


def note_job(job_id: str) -> None:
    """Add the id to all further log lines, unless it is no job id: the path may hold any text."""
    if is_job_id(job_id):
        note(job_id=job_id)


def stored_file(
    key: str, *, filename: str, content_type: str, size_bytes: int, disposition: Literal["attachment", "inline"]
) -> responses.Download:
    """Return a presigned URL of a stored file, with the facts about the file."""
    # Computed before the URL is signed, so that the URL works at least until then.
    expires_at = datetime.now(UTC) + timedelta(seconds=DOWNLOAD_SECONDS)
    download_url = composition.published_audio().download_url(
        key,
        filename=filename,
        content_type=content_type,
        disposition=disposition,
        expires_in_seconds=DOWNLOAD_SECONDS,
        # A presigned URL works for one method only, and clients follow a redirect with their original method.
        method="HEAD" if router.context.get(IS_HEAD) else "GET",
    )
    return responses.Download(
        download_url=download_url,
        expires_at=expires_at,
        filename=filename,
        content_type=content_type,
        size_bytes=size_bytes,
    )


def summary(job: Job) -> responses.JobSummary:
    """Return a job as lists and submissions show it."""
    return responses.JobSummary(
        id=job.id,
        status=job.status,
        job_type=job.job_type,
        provider=job.provider,
        **asdict(job.titles),
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        rendition_of=job.rendition_of,
    )


def detail(
    record: JobRecord, language: Language, place: tuple[Place, datetime | None] | None = None
) -> responses.JobDetail:
    """Return a job with its input, progress, result or failure, and its place in the queue if it waits."""
    job = record.job
    return responses.JobDetail(
        **dict(summary(job)),
        input_params=_input_params(record),
        progress=responses.Progress(
            completed_segments=record.completed_segments,
            total_segments=job.total_segments,
            seconds_left=seconds_left(record, now=composition.clock()()),
        ),
        queue=responses.QueuePlace(ahead=place[0].ahead, estimated_start_at=place[1]) if place else None,
        retry_count=record.retry_count,
        billed_characters=None if job.status is JobStatus.COMPLETED else job.billed_characters,
        result_metadata=_result_metadata(record),
        audio_file_id=job.audio_file_id,
        error_code=job.failure.code if job.failure else None,
        error_message=job.failure.sentence(language) if job.failure else None,
        error_details=responses.FailureDetails.model_validate(job.failure.details)
        if job.failure and job.failure.details
        else None,
    )


def _input_params(record: JobRecord) -> responses.InputParams | responses.SingleVoiceInputParams:
    job, dialogue = record.job, record.dialogue
    try:
        if dialogue is not None and dialogue.job_type is JobType.SINGLE_TTS:
            return responses.SingleVoiceInputParams.of(dialogue, job)
        if dialogue is not None:
            return responses.InputParams.of(dialogue, job)
    except ValidationError as error:
        logger.warning("the input breaks a rule of today", extra={"rules": [each["type"] for each in error.errors()]})
    return responses.InputParams(
        provider=job.provider,
        turns=[],
        voice_assignments=[],
        language=_UNDETERMINED,
        output_format=job.output_format,
        quality=dialogue.quality if dialogue else None,
        loudness=dialogue.loudness if dialogue else None,
        gap_ms=0,
        crossfade_ms=0,
    )


def _result_metadata(record: JobRecord) -> responses.ResultMetadata | None:
    job, result = record.job, record.result
    if result is None or job.latency_ms is None:
        return None
    described = {each.name: getattr(result, each.name) for each in fields(result)}
    return responses.ResultMetadata(latency_ms=job.latency_ms, **described)
