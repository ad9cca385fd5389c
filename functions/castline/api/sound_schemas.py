"""JSON schemas of sounds, for requests and responses."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from castline.api.fields import CHARACTER_BYTES, NOT_BLANK_PATTERN, OBJECT_BYTES, Request, not_blank, speakable
from castline.api.messages import upload_problem_message
from castline.api.negotiation import Language
from castline.api.responses import Time
from castline.api.rules import whole
from castline.audio.upload_limits import UploadProblem
from castline.sounds import limits
from castline.sounds.model import Sound, SoundKind, SoundStatus
from castline.usecases.keep_sounds import Upload

MAX_BODY_BYTES = limits.MAX_NAME_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES


def _known_content_type(value: str) -> str:
    if value not in limits.CONTENT_TYPES:
        raise PydanticCustomError(
            "sound_content_type",
            "not a media type of sounds",
            {"content_types": ", ".join(limits.CONTENT_TYPES)},
        )
    return value


class CreateSoundRequest(Request):
    """A new sound, whose file is uploaded with a second request."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=limits.MAX_NAME_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
        AfterValidator(not_blank),
        AfterValidator(speakable),
    ]
    """A name for the sound."""
    size_bytes: Annotated[int, Field(ge=1, le=max(limits.MAX_BYTES.values())), BeforeValidator(whole)]
    """The exact size of the file: at most 5 MB for an image and 50 MB for an audio file."""
    content_type: Annotated[
        str,
        Field(json_schema_extra={"enum": sorted(limits.CONTENT_TYPES)}),
        AfterValidator(_known_content_type),
    ]
    """The media type of the file."""

    @model_validator(mode="after")
    def _demand_a_size_that_fits(self) -> Self:
        max_bytes = limits.MAX_BYTES[limits.CONTENT_TYPES[self.content_type]]
        if self.size_bytes > max_bytes:
            kind = PydanticCustomError("sound_too_large", "the file is too large", {"max_mb": max_bytes // 2**20})
            problem = InitErrorDetails(type=kind, loc=("size_bytes",), input=None)
            raise ValidationError.from_exception_data("sound", [problem])
        return self


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")


class SoundError(_Answer):
    """The reason why a file cannot be used."""

    code: UploadProblem
    """The code of the reason."""
    message: str
    """The reason as a sentence, in the language of the response."""


class UploadRequest(_Answer):
    """The request that uploads the file. It works once.

    Its body is the file. Its `Content-Length`, which every HTTP client sets, must be the sound's `size_bytes`.
    """

    method: Literal["PUT"]
    """The method of the request."""
    url: str
    """The URL to which the file is uploaded. It works without a token."""
    headers: dict[str, str]
    """The headers that must be sent unchanged."""
    expires_at: Time
    """The time until which the URL works."""


class SoundDetail(_Answer):
    """An audio clip or a cover image."""

    id: str
    """The id of the sound."""
    name: str
    """The name of the sound."""
    kind: SoundKind
    """`audio`, or `image` for a cover."""
    status: SoundStatus
    """`waiting` until the file is uploaded and checked, then `ready`, or `failed` if the file cannot be used."""
    content_type: str
    """The media type of the file."""
    size_bytes: int
    """The size of the file in bytes."""
    created_at: Time
    """The time at which the sound was created."""
    expires_at: Time | None
    """The time at which the sound is deleted; null if a job has used the sound."""
    duration_ms: int | None
    """The duration in milliseconds; null unless audio is ready."""
    channels: int | None
    """The number of channels; null unless audio is ready."""
    sample_rate_hz: int | None
    """The sample rate in Hz; null unless audio is ready."""
    loudness_lufs: float | None
    """The integrated loudness in LUFS (ITU-R BS.1770); null for silence, and unless audio is ready."""
    error: SoundError | None
    """The reason why the status is `failed`; otherwise null."""


class SoundLink(SoundDetail):
    """A sound, and a URL that plays or shows it."""

    audio_url: str | None
    """The URL of the audio as MP3, which works for an hour; null unless audio is ready."""
    image_url: str | None
    """The URL of the image, which works for an hour; null unless an image is ready."""


class CreatedSound(SoundDetail):
    """A new sound, and the request that uploads its file."""

    upload: UploadRequest
    """The request that uploads the file."""


class SoundList(_Answer):
    """All sounds of the user, newest first."""

    items: list[SoundDetail]
    """The sounds."""
    total: int
    """The number of sounds."""


def sound_fields(sound: Sound, language: Language) -> dict[str, object]:
    """Return the values for the fields of ``SoundDetail``."""
    facts = sound.facts
    return {
        "id": sound.id,
        "name": sound.name,
        "kind": sound.kind,
        "status": sound.status,
        "content_type": sound.content_type,
        "size_bytes": sound.size_bytes,
        "created_at": sound.created_at,
        "expires_at": sound.expires_at,
        "duration_ms": facts and facts.duration_ms,
        "channels": facts and facts.channels,
        "sample_rate_hz": facts and facts.sample_rate_hz,
        "loudness_lufs": facts and facts.loudness_lufs,
        "error": sound.problem
        and SoundError(code=sound.problem, message=upload_problem_message(sound.problem, language)),
    }


def upload_request(upload: Upload) -> UploadRequest:
    """Return the schema of an upload."""
    return UploadRequest(method="PUT", url=upload.url, headers=dict(upload.headers), expires_at=upload.expires_at)
