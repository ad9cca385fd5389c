"""``/sounds``: the audio clips and cover images that a user uploads."""

from __future__ import annotations

from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from castline import composition
from castline.api import errors, examples, sound_schemas
from castline.api.contract import Answer, Router, follow
from castline.api.identity import noted_user_id
from castline.api.negotiation import Language, preferred_language
from castline.jobs.ids import is_job_id
from castline.observability import logger
from castline.sounds.errors import SoundNotFound
from castline.sounds.model import SoundKind

SoundId = Annotated[str, Path(description="The id of a sound.", json_schema_extra={"format": "uuid"})]
BodyT = TypeVar("BodyT")

router = Router()


@router.operation(
    "POST",
    "/sounds",
    tag="Sounds",
    answers=[
        Answer(
            status=201,
            description="The new sound. Send the request in `upload` to upload its file.",
            example=examples.CREATED_SOUND,
            headers=("Cache-Control",),
            links=follow("get_sound", "delete_sound", sound_id="$response.body#/id"),
        )
    ],
    errors=[
        errors.VALIDATION_ERROR,
        errors.REQUEST_TOO_LARGE,
        errors.SOUND_LIMIT_EXCEEDED,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=examples.SOUND_REQUEST,
    max_body_bytes=sound_schemas.MAX_BODY_BYTES,
)
def create_sound(
    request: Annotated[sound_schemas.CreateSoundRequest, Body()],
) -> Response[sound_schemas.CreatedSound]:
    """Create a sound, and get the request that uploads its file."""
    user_id = noted_user_id(router.current_event)
    sound, upload = composition.keep_sounds().create(
        user_id, name=request.name, size_bytes=request.size_bytes, content_type=request.content_type
    )
    logger.info("sound created", extra={"sound_id": sound.id, "kind": sound.kind, "size_bytes": sound.size_bytes})
    body = sound_schemas.CreatedSound.model_validate(
        {**sound_schemas.sound_fields(sound, _language()), "upload": sound_schemas.upload_request(upload)}
    )
    return _uncached(body, status_code=201)


@router.operation(
    "GET",
    "/sounds",
    tag="Sounds",
    answers=[
        Answer(
            status=200,
            description="All sounds, newest first.",
            example=examples.SOUNDS,
        )
    ],
    errors=[errors.SERVICE_UNAVAILABLE],
)
def list_sounds() -> sound_schemas.SoundList:
    """List your sounds."""
    sounds = composition.keep_sounds().list(noted_user_id(router.current_event))
    items = [
        sound_schemas.SoundDetail.model_validate(sound_schemas.sound_fields(sound, _language())) for sound in sounds
    ]
    return sound_schemas.SoundList(items=items, total=len(items))


@router.operation(
    "GET",
    "/sounds/{sound_id}",
    tag="Sounds",
    answers=[
        Answer(
            status=200,
            description="The sound. Once it is ready, it has a URL that plays the audio or shows the image.",
            headers=("Cache-Control",),
            example=examples.SOUND_LINK,
        )
    ],
    errors=[errors.SOUND_NOT_FOUND, errors.SERVICE_UNAVAILABLE],
)
def get_sound(sound_id: SoundId) -> Response[sound_schemas.SoundLink]:
    """Get a sound, and a URL that plays or shows it."""
    user_id = noted_user_id(router.current_event)
    _demand_possible(sound_id)
    sounds = composition.keep_sounds()
    sound = sounds.get(user_id, sound_id)
    url = sounds.listen_url(sound)
    is_audio = sound.kind is SoundKind.AUDIO
    body = sound_schemas.SoundLink.model_validate(
        {
            **sound_schemas.sound_fields(sound, _language()),
            "audio_url": url if is_audio else None,
            "image_url": None if is_audio else url,
        }
    )
    return _uncached(body, status_code=200)


@router.operation(
    "DELETE",
    "/sounds/{sound_id}",
    tag="Sounds",
    answers=[Answer(status=204, description="The sound is deleted.", has_json=False)],
    errors=[errors.SOUND_NOT_FOUND, errors.SERVICE_UNAVAILABLE],
)
def delete_sound(sound_id: SoundId) -> Response[None]:
    """Delete a sound. Jobs that were already submitted with it still use it."""
    user_id = noted_user_id(router.current_event)
    _demand_possible(sound_id)
    composition.keep_sounds().delete(user_id, sound_id)
    logger.info("sound deleted", extra={"sound_id": sound_id})
    return Response(status_code=204)


def _uncached(body: BodyT, *, status_code: int) -> Response[BodyT]:
    """Return a response that caches may not store, because the URL in it grants access."""
    return Response(
        status_code=status_code,
        content_type=content_types.APPLICATION_JSON,
        body=body,
        headers={"Cache-Control": "no-store"},
    )


def _demand_possible(sound_id: str) -> None:
    if not is_job_id(sound_id):  # ids of sounds have the same form
        raise SoundNotFound


def _language() -> Language:
    return preferred_language(router.current_event.headers.get("accept-language"))
