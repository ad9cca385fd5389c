"""Request and answer of ``/dialogues/cast``."""

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
    language: LanguageTag | None = omittable()
    """The language of the speaker's words, as it was chosen, or as `languages` of POST /dialogues/parse has it."""
    voice_id: VoiceId | None = omittable()
    """The voice that the speaker has so far, and keeps. One that the provider does not have is as none."""


class CastDialogueRequest(Request):
    """Speakers, in order of appearance. Their words are not needed."""

    MAX_BYTES: ClassVar = limits.MAX_TURNS * _MAX_PART_BYTES + OBJECT_BYTES * 5

    provider: ProviderId | None = omittable()
    """By default the first that GET /providers lists."""
    speakers: Annotated[list[PartSchema], Field(min_length=1, max_length=limits.MAX_TURNS)]
    language: LanguageTag | None = omittable()
    """The language of speakers for whom none is given."""
    preferred_languages: Annotated[list[LanguageTag], Field(default=[], max_length=_MAX_PREFERRED_LANGUAGES)]
    """The user's languages, the best first, such as `navigator.languages` of a browser. They decide the region of a
    language without one, and the language where nothing else does. By default those of `Accept-Language`."""


class CastMemberSchema(BaseModel):
    """A speaker with a voice."""

    speaker: str
    voice_id: str
    voice_name: str
    language: str
    """The language that the speaker speaks, with its region."""
    language_source: LanguageSource
    """`given` for the speaker, by the `voice` that is kept, given for the `dialogue`, the first of the `preferred`
    languages, or the service's `default`."""
    voice_source: VoiceSource
    """`kept` from the request, by the speaker's `name`, or `dealt` in turn."""
    gender: Gender
    shared: bool
    """Whether another speaker has the same voice."""
    told_language: str | None = left_out_when_none()
    """The value of `language` in `voice_assignments` that makes a multilingual voice speak the language. It is left
    out where the voice does so by itself, or cannot."""


class CastDialogue(BaseModel):
    """A voice for each speaker, in the order of the request."""

    model_config = ConfigDict(revalidate_instances="always")

    speakers: list[CastMemberSchema]
    notes: list[str]
    """Sentences to show to the user: what was assumed, or is not as expected."""
