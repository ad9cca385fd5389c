"""Request and response of ``/dialogues/cast``."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from castline.api.answer_fields import left_out_when_none
from castline.api.fields import CHARACTER_BYTES, OBJECT_BYTES, LanguageTag, Request, omittable
from castline.api.requests import ProviderId, Speaker, VoiceId
from castline.casting.model import LanguageSource, VoiceSource
from castline.jobs import limits
from castline.speech.language_tags import MAX_LANGUAGE_TAG_LENGTH
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH
from castline.speech.voice_list import Gender

_MAX_PREFERRED_LANGUAGES = 20
_MAX_PART_BYTES = (
    limits.MAX_SPEAKER_CHARACTERS * CHARACTER_BYTES + MAX_LANGUAGE_TAG_LENGTH + MAX_VOICE_ID_LENGTH + OBJECT_BYTES
)


class PartSchema(Request):
    """A speaker who needs a voice."""

    speaker: Speaker
    """The name of the speaker."""
    language: LanguageTag | None = omittable()
    """The language of the speaker's words: one that the user chose, or the one in `languages` of
    `POST /dialogues/parse`."""
    voice_id: VoiceId | None = omittable()
    """The voice that the speaker has and keeps. A voice that the provider does not have is ignored."""


class CastDialogueRequest(Request):
    """The speakers of a dialogue, in order of appearance. Their texts are not needed."""

    MAX_BYTES: ClassVar = limits.MAX_TURNS * _MAX_PART_BYTES + OBJECT_BYTES * 5

    provider: ProviderId | None = omittable()
    """The id of a speech provider. The default is the first one that `GET /providers` lists."""
    speakers: Annotated[list[PartSchema], Field(min_length=1, max_length=limits.MAX_TURNS)]
    """The speakers, in order of appearance."""
    language: LanguageTag | None = omittable()
    """The language of speakers without a `language` of their own."""
    preferred_languages: Annotated[list[LanguageTag], Field(default=[], max_length=_MAX_PREFERRED_LANGUAGES)]
    """The user's languages, most preferred first, such as `navigator.languages` of a browser. They decide the region
    of a language without a region, and the language if nothing else does. The default is `Accept-Language`."""


class CastMemberSchema(BaseModel):
    """A speaker with a voice."""

    speaker: str
    """The name of the speaker."""
    voice_id: str
    """The id of the voice, for `voice_id` in `voice_assignments`."""
    voice_name: str
    """The name of the voice in its own language."""
    language: str
    """The language of the speaker, with its region."""
    language_source: LanguageSource
    """Source of the language: `given` for the speaker, the language of the `voice` that is kept, given for the
    whole `dialogue`, the first of the `preferred` languages, or the `default` of the service."""
    voice_source: VoiceSource
    """Reason for this voice: `kept` from the request, chosen by the speaker's `name`, or `dealt` in turn."""
    gender: Gender
    """The gender of the voice."""
    shared: bool
    """Whether another speaker has the same voice."""
    told_language: str | None = left_out_when_none()
    """The value for `language` in `voice_assignments` that makes a multilingual voice speak the language. It is left
    out if the voice needs no such value, or cannot speak the language."""


class CastDialogue(BaseModel):
    """A voice for each speaker, in the order of the request."""

    model_config = ConfigDict(revalidate_instances="always")

    speakers: list[CastMemberSchema]
    """The speakers with their voices."""
    notes: list[str]
    """Sentences to show to the user, about assumptions that were made and voices that are not as expected."""
