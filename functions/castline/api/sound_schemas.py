"""Sounds as JSON, in requests and in answers."""

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
    """A sound whose file is then uploaded."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=limits.MAX_NAME_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
        AfterValidator(not_blank),
        AfterValidator(speakable),
    ]
    size_bytes: Annotated[int, Field(ge=1, le=max(limits.MAX_BYTES.values())), BeforeValidator(whole)]
    """Exactly the size of the file. An image may have 5 MB, an audio file 50 MB."""
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
    message: str
    """In the language of the answer."""


class UploadRequest(_Answer):
    """The request by which the file is uploaded, once.

    Its body is the file. Its `Content-Length` must be the sound's `size_bytes`; every HTTP client sends it by itself.
    """

    method: Literal["PUT"]
    url: str
    headers: dict[str, str]
    """Headers that must be sent as they are."""
    expires_at: Time


class SoundDetail(_Answer):
    """An audio clip or a cover image."""

    id: str
    name: str
    kind: SoundKind
    status: SoundStatus
    """`waiting` for its file, or for being read; `ready`; or `failed`, if the file cannot be used."""
    content_type: str
    size_bytes: int
    created_at: Time
    expires_at: Time | None
    """The time at which the sound is removed; null for one that a job has used."""
    duration_ms: int | None
    """This and what follows is measured, of audio that is ready."""
    channels: int | None
    sample_rate_hz: int | None
    loudness_lufs: float | None
    """Integrated loudness by ITU-R BS.1770; null also for silence."""
    error: SoundError | None
    """Of a sound that has failed."""


class SoundLink(SoundDetail):
    """A sound, and where it can be heard or seen."""

    audio_url: str | None
    """Plays the audio that is ready, as MP3, for an hour."""
    image_url: str | None
    """Shows the image that is ready, for an hour."""


class CreatedSound(SoundDetail):
    """A new sound, and how to upload its file."""

    upload: UploadRequest


class SoundList(_Answer):
    """All sounds of the user, the newest first."""

    items: list[SoundDetail]
    total: int


def sound_fields(sound: Sound, language: Language) -> dict[str, object]:
    """Return the fields of ``SoundDetail``."""
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
    """Return an upload as JSON."""
    return UploadRequest(method="PUT", url=upload.url, headers=dict(upload.headers), expires_at=upload.expires_at)
