"""``/jobs/{id}/timings``: the times of words, sentences, turns and chapters in a finished file."""

from __future__ import annotations

import json
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict

from castline import composition
from castline.api import errors, examples
from castline.api.answer_fields import left_out_when_false, left_out_when_none
from castline.api.contract import Answer, Router, to_json
from castline.api.identity import noted_user_id
from castline.api.jobs import MAX_BODY_BYTES, READING_ERRORS, JobId, note_job, stored_file
from castline.audio.keys import audio_key
from castline.jobs.download_names import download_name
from castline.usecases.view_timings import TimingLevel

_HEADERS: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}

router = Router()


class Timing(BaseModel):
    """A part of the audio and its time. Fields that do not apply are left out."""

    model_config = ConfigDict(from_attributes=True)

    start_ms: int
    """The start in milliseconds, from the start of the audio."""
    end_ms: int
    """The end in milliseconds, from the start of the audio."""
    text: str | None = left_out_when_none()
    """The text of a word or sentence. A word includes the punctuation around it and a space after it, so that the
    joined words of a turn are the turn's text."""
    speaker: str | None = left_out_when_none()
    """The speaker; left out for chapters and in a single-voice job."""
    turn_index: int | None = left_out_when_none()
    """The `index` of the turn; left out for chapters."""
    title: str | None = left_out_when_none()
    """The title of a chapter."""
    estimated: bool = left_out_when_false()
    """Whether the time is estimated; left out when the provider has reported it."""


class Timings(BaseModel):
    """The parts of a finished file, ordered by start time."""

    model_config = ConfigDict(revalidate_instances="always")

    level: TimingLevel
    """The parts that are listed, as requested."""
    duration_ms: int
    """The duration of the audio in milliseconds."""
    estimated: bool
    """Whether the time of at least one item is estimated."""
    items: list[Timing]
    """The parts of the audio."""


@router.operation(
    "GET",
    "/jobs/{job_id}/timings",
    tag="Results",
    answers=[
        Answer(
            status=200,
            description="The times, in milliseconds from the start of the audio.",
            headers=tuple(_HEADERS),
            example=examples.TIMINGS,
        ),
        Answer(
            status=302,
            description="A redirect to the same JSON as a file, if it is too large for a response.",
            headers=("Location", *_HEADERS),
            has_json=False,
        ),
    ],
    errors=[errors.VALIDATION_ERROR, *READING_ERRORS, errors.JOB_NOT_COMPLETED, errors.TIMINGS_NOT_AVAILABLE],
)
def get_timings(
    job_id: JobId,
    level: Annotated[TimingLevel, Query(description="The parts of the audio to list.")] = TimingLevel.TURN,
) -> Response[Timings | str]:
    """Get the times of the words, sentences, turns or chapters in the audio."""
    note_job(job_id)
    found = composition.view_timings().timings(noted_user_id(router.current_event), job_id, level)
    timings = Timings(
        level=level,
        duration_ms=found.duration_ms,
        estimated=any(each.estimated for each in found.items),
        items=[Timing.model_validate(each) for each in found.items],
    )
    text = to_json(timings.model_dump(mode="json"))
    if len(json.dumps(text)) <= MAX_BODY_BYTES:
        return Response(
            status_code=200, content_type=content_types.APPLICATION_JSON, body=timings, headers=dict(_HEADERS)
        )
    extension = f"{level}.json"
    key = audio_key(found.job.id, found.audio_file_id, extension)
    composition.published_audio().put_text(key, text, content_types.APPLICATION_JSON)
    file = stored_file(
        key,
        filename=download_name(found.job, extension),
        content_type=content_types.APPLICATION_JSON,
        size_bytes=len(text.encode("utf-8")),
        disposition="inline",
    )
    return Response(status_code=302, body="", headers={**_HEADERS, "Location": file.download_url})
