"""``/jobs/{job_id}/playlist.m3u8``: a playlist for listening to a job while it is made."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from castline import composition
from castline.api import errors
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id
from castline.api.jobs import READING_ERRORS, JobId, note_job
from castline.audio.playlist import CONTENT_TYPE

router = Router()


@router.operation(
    "GET",
    "/jobs/{job_id}/playlist.m3u8",
    tag="Results",
    answers=[
        Answer(
            status=200,
            description=(
                "An HLS media playlist (RFC 8216) of the turns that are spoken so far, up to the first one that is "
                "not. It grows while the job is processed and is closed when the job has ended. Its URLs work for an "
                "hour."
            ),
            headers=("Cache-Control", "Vary"),
            text_types=(CONTENT_TYPE,),
            has_json=False,
        ),
    ],
    errors=[*READING_ERRORS, errors.PLAYLIST_NOT_AVAILABLE],
)
def get_playlist(job_id: JobId) -> Response[str]:
    """Get an HLS playlist, to listen to a job while it is made."""
    note_job(job_id)
    return Response(
        status_code=200,
        content_type=CONTENT_TYPE,
        body=composition.play_job()(noted_user_id(router.current_event), job_id),
        headers={"Cache-Control": "no-store", "Vary": "Authorization"},
    )
