"""Requests as JSON: what clients send."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from castline.api.fields import (
    CHARACTER_BYTES,
    MAX_REQUEST_BYTES,
    NOT_BLANK_PATTERN,
    OBJECT_BYTES,
    SPEAKABLE_PATTERN,
    LanguageTag,
    Request,
    not_blank,
    omittable,
    speakable,
)
from castline.api.music_schemas import (
    MAX_AUDIO_OPTIONS_BYTES,
    AudioChoices,
    AudioOptions,
    MusicSchema,
    QualityField,
    SoundId,
    SoundTurnSchema,
)
from castline.api.pronunciation_schemas import Pronunciations, PronunciationSchema, SetNames
from castline.api.rules import is_sound, problems_between_fields, whole
from castline.api.script_schemas import ScriptAnswer
from castline.api.validation import MAX_PROBLEMS
from castline.api.webhook_fields import WebhookUrl
from castline.jobs import limits
from castline.jobs.model import Delivery, Dialogue, JobType, OwnDelivery, Titles, Turn, VoiceAssignment
from castline.scripts.formats import ScriptFormat
from castline.scripts.parts import Markup
from castline.speakers import first_spellings, speaker_key
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN
from castline.webhooks.limits import MAX_URL_CHARACTERS

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler

NAMELESS_SPEAKER = ""
"""The speaker of a single text."""
MAX_SCRIPT_CHARACTERS = 150_000
MAX_SCRIPT_ANSWERS = 1_000
MAX_PROVIDER_ID_LENGTH = 50


def _voice_id(value: str) -> str:
    if len(value) > MAX_VOICE_ID_LENGTH or not re.fullmatch(VOICE_ID_PATTERN, value):
        raise PydanticCustomError("voice_id", "not a voice id")
    return value


Speaker = Annotated[
    str,
    Field(min_length=1, max_length=limits.MAX_SPEAKER_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]
Text = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]
VoiceId = Annotated[
    str,
    Field(json_schema_extra={"pattern": VOICE_ID_PATTERN, "maxLength": MAX_VOICE_ID_LENGTH}),
    AfterValidator(_voice_id),
]
ProviderId = Annotated[str, Field(min_length=1, max_length=MAX_PROVIDER_ID_LENGTH, examples=["azure"])]
"""One of those that ``GET /providers`` lists."""
VoiceName = Annotated[
    str,
    Field(max_length=limits.MAX_VOICE_NAME_CHARACTERS, json_schema_extra={"pattern": SPEAKABLE_PATTERN}),
    AfterValidator(speakable),
]
Speed = Annotated[
    float,
    Field(
        ge=limits.MIN_SPEED,
        le=limits.MAX_SPEED,
        allow_inf_nan=False,
        description="A factor on the voice's own speed. HD voices take only 1.",
    ),
]
Pitch = Annotated[
    int,
    Field(
        ge=-limits.MAX_PITCH_PERCENT,
        le=limits.MAX_PITCH_PERCENT,
        description="In percent, up or down from the voice's own pitch. HD voices take only 0.",
    ),
    BeforeValidator(whole),
]
Volume = Annotated[
    float, Field(ge=0, le=limits.MAX_VOLUME, allow_inf_nan=False, description="A factor on the amplitude.")
]
Title = Annotated[
    str,
    Field(min_length=1, max_length=limits.MAX_TITLE_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]
GapMs = Annotated[int, Field(ge=0, le=limits.MAX_GAP_MS), BeforeValidator(whole)]
CrossfadeMs = Annotated[int, Field(ge=0, le=limits.MAX_CROSSFADE_MS), BeforeValidator(whole)]
Style = Annotated[str, Field(max_length=limits.MAX_STYLE_CHARACTERS, pattern=limits.STYLE_PATTERN)]
StyleDegree = Annotated[float, Field(ge=limits.MIN_STYLE_DEGREE, le=limits.MAX_STYLE_DEGREE, allow_inf_nan=False)]
Take = Annotated[int, Field(ge=0, le=limits.MAX_TAKE, exclude_if=lambda value: not value), BeforeValidator(whole)]


class DeliverySchema(Request):
    """Delivery of a speaker or a turn. A field that is left out is as the speaker or the voice has it."""

    speed: Speed | None = omittable()
    pitch: Pitch | None = omittable()
    volume: Volume | None = omittable()
    style: Style | None = omittable()
    """One of the voice's `styles` in `GET /voices`. A style tag in the text goes before it."""
    style_degree: StyleDegree | None = omittable()
    """The strength of the style; 1 is as the voice has it."""
    language: LanguageTag | None = omittable()
    """The language that a multilingual voice speaks."""

    def to_own_delivery(self) -> dict[str, Any]:
        """Return the fields of the domain's ``OwnDelivery``."""
        return {each.name: getattr(self, each.name) for each in fields(OwnDelivery)}


class TurnSchema(DeliverySchema):
    """One speaker's words."""

    speaker: Speaker
    text: Text
    index: Annotated[int, Field(ge=0, le=limits.MAX_TURN_INDEX), BeforeValidator(whole)]
    """Turns are spoken in order of index; no two have the same."""
    chapter: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=limits.MAX_CHAPTER_CHARACTERS,
                json_schema_extra={"pattern": NOT_BLANK_PATTERN},
            ),
            AfterValidator(not_blank),
            AfterValidator(speakable),
        ]
        | None
    ) = omittable()
    """The title of the chapter that begins with this turn."""
    pause_after_ms: Annotated[int, Field(ge=0, le=limits.MAX_PAUSE_AFTER_MS), BeforeValidator(whole)] | None = (
        omittable()
    )
    """The pause before the next turn, in place of `gap_ms`; after the last turn, silence at the end."""
    take: Take = 0
    """The number of the reading. Another number has the same words spoken anew, and billed."""


class SubmittedTurn(TurnSchema):
    """One speaker's words in a request."""

    line: Annotated[int | None, Field(ge=1, le=limits.MAX_TURN_INDEX), BeforeValidator(whole)] = None
    """Ignored: turns from `POST /dialogues/parse` can be submitted as they are."""

    def to_turn(self, speaker: str) -> Turn:
        """Return the domain's turn for this one.

        Args:
            speaker: the speaker's name as the dialogue spells it.
        """
        return Turn(
            speaker=speaker,
            text=self.text,
            index=self.index,
            chapter=self.chapter,
            pause_after_ms=self.pause_after_ms,
            take=self.take,
            **self.to_own_delivery(),
        )


_SPOKEN, _SOUND = "spoken turn", "sound turn"
_TAG_POSITION = 2
"""Position of the tag of a turn's kind in the place of a problem, such as ``turns``, 3, ``sound turn``, ``index``."""


def kind_of_turn(turn: Any) -> str:
    """Return the tag of one of the turns: a sound, or spoken, which is also what is neither."""
    return _SOUND if is_sound(turn) or hasattr(turn, "sound_id") else _SPOKEN


AnyTurn = Annotated[
    Annotated[SubmittedTurn, Tag(_SPOKEN)] | Annotated[SoundTurnSchema, Tag(_SOUND)], Discriminator(kind_of_turn)
]
AnyStoredTurn = Annotated[
    Annotated[TurnSchema, Tag(_SPOKEN)] | Annotated[SoundTurnSchema, Tag(_SOUND)], Discriminator(kind_of_turn)
]


def _without_tag(problem: Any) -> tuple[str, str, tuple[str | int, ...]]:
    """Return type, message and place of a problem, the place without the tag of a turn's kind.

    A field of the other kind of turn is named as such.
    """
    kind, message, location = problem["type"], problem["msg"], problem["loc"]
    if location[:1] != ("turns",) or len(location) <= _TAG_POSITION:
        return kind, message, location
    tag, *fields_within = location[_TAG_POSITION:]
    if kind == "extra_forbidden" and tag == _SOUND and fields_within[0] in SubmittedTurn.model_fields:
        kind = "only_of_spoken_turns"
    elif kind == "extra_forbidden" and tag == _SPOKEN and fields_within[0] in SoundTurnSchema.model_fields:
        kind = "only_of_sounds"
    return kind, message, (*location[:_TAG_POSITION], *fields_within)


class VoiceAssignmentSchema(DeliverySchema):
    """The voice that speaks for one speaker, and how."""

    speaker: Speaker
    voice_id: VoiceId
    voice_name: VoiceName | None = omittable()

    def to_voice_assignment(self, speaker: str) -> VoiceAssignment:
        """Return the domain's assignment for this one.

        Args:
            speaker: the speaker's name as the dialogue spells it.
        """
        return VoiceAssignment(
            speaker=speaker, voice_id=self.voice_id, voice_name=self.voice_name, **self.to_own_delivery()
        )


class TitlesSchema(Request):
    """Titles of the audio: they are in its tags, in lists and in the name of its file."""

    title: Title | None = omittable()
    author: Title | None = omittable()
    """In the file's tags in place of the speakers' names."""
    album: Title | None = omittable()
    """Such as the name of the show or the course."""

    def to_titles(self) -> Titles:
        """Return the domain's titles."""
        return Titles(title=self.title, author=self.author, album=self.album)


class RenameJobRequest(TitlesSchema):
    """New titles of a job. What is left out stays as it is, and null removes it."""

    MAX_BYTES: ClassVar = 3 * limits.MAX_TITLE_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES

    def to_changes(self) -> dict[str, str | None]:
        """Return the new values of the titles that change."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class TextOptions(Request):
    """Options for reading and pronouncing the texts of a job."""

    markup: Annotated[Markup, Field(strict=False, exclude_if=lambda value: value is Markup.AUTO)] = Markup.AUTO
    """`auto` understands marks, tags and stage directions in texts; `literal` speaks texts as they stand."""
    pronunciations: Annotated[Pronunciations, Field(default=[], exclude_if=lambda value: not value)]
    pronunciation_sets: Annotated[SetNames, Field(default=[], exclude_if=lambda value: not value)]
    """Names of the user's pronunciation sets. Where two entries have the same text and language, that of
    `pronunciations` goes before that of a set, and an earlier set before a later one."""

    def to_text_options(self) -> dict[str, Any]:
        """Return the fields of the domain's ``Dialogue``."""
        return {
            "markup": self.markup,
            "pronunciations": tuple(each.to_pronunciation() for each in self.pronunciations),
        }


class NotificationOptions(Request):
    """Options for being told what becomes of a job."""

    MAX_BYTES: ClassVar = MAX_URL_CHARACTERS * CHARACTER_BYTES

    webhook_url: WebhookUrl | None = omittable()
    """An HTTPS URL that is called when something happens to the job, besides your webhooks. Calls are signed with the
    secret that `POST /webhooks/job/rotate` gives you."""


class CreateJobRequest(AudioOptions, TextOptions, TitlesSchema, NotificationOptions):
    """A dialogue to be spoken.

    A turn with a `sound_id` is a sound, and every other turn is spoken. A request is refused with 400, too, if two
    turns have the same `index`; if no turn is spoken; if no spoken turn comes after a sound that is to be `under` it;
    if there are more than 100 sounds among the turns, if they last more than 60 minutes in all, or if there are more
    than 20 different ones with the music; if a sound is not yours, not ready, or a picture, or the cover is none; if
    a speaker has no voice, or two; if the texts have more than 100,000 characters in all; if the dialogue takes more
    than 399 KB when compressed, or 4.4 MB as JSON; if `GET /providers` does not list the `provider`; if a `voice_id`
    does not have the provider's form; if a voice does not have a `style`, or does not take a `speed`, a `pitch` or a
    `language`; if you have no pronunciation set of a given name; if the `webhook_url` is not allowed as that of a
    webhook, or you have no secret for it; if the texts use more than 1,000 pronunciations; if they have more than
    200,000 characters as they are spoken, with aliases; or if the pauses in them last more than 3 hours. Names that
    differ only in Unicode form (NFKC), in spaces or in invisible characters are one speaker. A body of more than 5 MB
    is refused with 413.
    """

    MAX_BYTES: ClassVar = MAX_REQUEST_BYTES

    provider: ProviderId
    turns: Annotated[list[AnyTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]
    voice_assignments: Annotated[list[VoiceAssignmentSchema], Field(min_length=1, max_length=limits.MAX_TURNS)]
    language: LanguageTag = "zh-TW"
    gap_ms: GapMs = 300
    crossfade_ms: CrossfadeMs = 50

    @model_validator(mode="wrap")
    @classmethod
    def _report_everything_together(cls, data: Any, handler: ModelWrapValidatorHandler[CreateJobRequest]) -> Any:
        """Judge the fields together even where some are broken, so that a client learns everything at once."""
        problems: list[InitErrorDetails] = []
        request: CreateJobRequest | None = None
        try:
            request = handler(data)
        except ValidationError as error:
            problems += [
                InitErrorDetails(type=PydanticCustomError(kind, message, each.get("ctx")), loc=location, input=None)
                for each in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
                for kind, message, location in [_without_tag(each)]
            ]
        problems += problems_between_fields(data)
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems[:MAX_PROBLEMS])
        return request

    def as_sent(self, field: str) -> str:
        """Return the name of a field of the dialogue as the request has it, which may have its turns in any order."""
        in_order = sorted(range(len(self.turns)), key=lambda position: self.turns[position].index)
        return re.sub(r"^turns\[(\d+)\]", lambda match: f"turns[{in_order[int(match[1])]}]", field)

    def to_dialogue(self) -> Dialogue:
        """Return the domain's dialogue for this request, its turns in spoken order.

        Every speaker has one name throughout, spelled as in the first turn.
        """
        in_order = sorted(self.turns, key=lambda turn: turn.index)
        turns = [turn for turn in in_order if isinstance(turn, SubmittedTurn)]
        spelling = first_spellings(turn.speaker for turn in turns)
        return Dialogue(
            provider=self.provider,
            turns=tuple(turn.to_turn(spelling[speaker_key(turn.speaker)]) for turn in turns),
            sounds=tuple(turn.to_sound() for turn in in_order if isinstance(turn, SoundTurnSchema)),
            voice_assignments=tuple(
                each.to_voice_assignment(spelling.get(speaker_key(each.speaker), each.speaker))
                for each in self.voice_assignments
            ),
            language=self.language,
            gap_ms=self.gap_ms,
            crossfade_ms=self.crossfade_ms,
            **self.to_audio_options(),
            **self.to_text_options(),
        )


class CreateSingleVoiceJobRequest(AudioOptions, TextOptions, TitlesSchema, NotificationOptions):
    """A text to be spoken in one voice.

    A request is refused with 400, too, if `speed` or `pitch` is not the default for a high-definition (HD) voice,
    whose id has a colon; if the voice does not have the `style`; if `GET /providers` does not list the `provider`; if
    the `voice_id` does not have the provider's form; if you have no pronunciation set of a given name; if a sound of
    the music is not yours, not ready, or a picture, or the cover is none; if the `webhook_url` is not allowed as that
    of a webhook, or you have no secret for it; if the text uses more than 1,000 pronunciations; if it has more than
    200,000 characters as it is spoken, with aliases; or if the pauses in it last more than 3 hours.
    """

    MAX_BYTES: ClassVar = (
        (limits.MAX_SINGLE_TEXT_CHARACTERS + limits.MAX_VOICE_NAME_CHARACTERS + MAX_VOICE_ID_LENGTH) * CHARACTER_BYTES
        + limits.MAX_PRONUNCIATIONS * PronunciationSchema.MAX_BYTES
        + RenameJobRequest.MAX_BYTES
        + NotificationOptions.MAX_BYTES
        + MAX_AUDIO_OPTIONS_BYTES
        + OBJECT_BYTES
    )

    provider: ProviderId
    text: Annotated[Text, Field(max_length=limits.MAX_SINGLE_TEXT_CHARACTERS)]
    voice_id: VoiceId
    voice_name: VoiceName | None = omittable()
    language: LanguageTag = "zh-TW"
    speed: Speed = 1.0
    pitch: Pitch = 0
    volume: Volume = 1.0
    style: Style | None = omittable()
    """One of the voice's `styles` in `GET /voices`. A style tag in the text goes before it."""
    style_degree: StyleDegree | None = omittable()
    """The strength of the style; 1 is as the voice has it."""
    take: Take = 0
    """The number of the reading. Another number has the same words spoken anew, and billed."""

    def to_dialogue(self) -> Dialogue:
        """Return the domain's dialogue for this request: one turn."""
        return Dialogue(
            provider=self.provider,
            turns=(Turn(speaker=NAMELESS_SPEAKER, text=self.text, index=0, take=self.take),),
            voice_assignments=(
                VoiceAssignment(
                    speaker=NAMELESS_SPEAKER,
                    voice_id=self.voice_id,
                    voice_name=self.voice_name,
                    style=self.style,
                    style_degree=self.style_degree,
                ),
            ),
            language=self.language,
            job_type=JobType.SINGLE_TTS,
            delivery=Delivery(speed=self.speed, pitch_percent=self.pitch, volume=self.volume),
            **self.to_audio_options(),
            **self.to_text_options(),
        )


class RenderJobRequest(AudioChoices):
    """Another version of a completed job's audio. What is left out is as the job has it.

    A request is refused with 400, too, if a sound of the music is not yours, not ready, or a picture; if the cover is
    none; if a sound among the job's turns has been deleted; or if the job has more than 20 different sounds then.
    """

    MAX_BYTES: ClassVar = MAX_AUDIO_OPTIONS_BYTES

    quality: QualityField | None = omittable()
    """The quality of the new file. The stored speech is converted to it, not spoken again."""
    music: MusicSchema | None = omittable()
    """In place of the job's music as a whole; null removes it."""
    cover_id: SoundId | None = omittable()
    """The id of a picture of `GET /sounds`; null removes the job's cover."""

    def to_changes(self) -> dict[str, Any]:
        """Return the new values of those fields of the domain's ``Dialogue`` that change."""
        removable = {"music", "cover_id"} & self.model_fields_set
        return {
            name: value for name, value in self.to_audio_options().items() if value is not None or name in removable
        }


class ParseDialogueRequest(Request):
    """A script to be turned into turns.

    A script is refused with 400 if text that does not announce the script, and is no title, stands before the first
    speaker, if a speaker says nothing, if a name has more than 50 characters, if there are more than 1,000 turns or
    100,000 characters of text, or if it is JSON without turns. A text that names no speaker is spoken by a narrator.
    """

    MAX_BYTES: ClassVar = (
        MAX_SCRIPT_CHARACTERS * CHARACTER_BYTES
        + MAX_SCRIPT_ANSWERS * (limits.MAX_SPEAKER_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES)
        + OBJECT_BYTES
    )

    script: Annotated[str, Field(max_length=MAX_SCRIPT_CHARACTERS, json_schema_extra={"pattern": SPEAKABLE_PATTERN})]
    format: Annotated[ScriptFormat, Field(strict=False)] = ScriptFormat.AUTO
    """`auto` finds out the format. `plain` and `markdown` are read alike."""
    markup: Annotated[Markup, Field(strict=False)] = Markup.AUTO
    """`auto` understands marks, tags and stage directions; `literal` leaves texts as they stand."""
    answers: Annotated[list[ScriptAnswer], Field(default=[], max_length=MAX_SCRIPT_ANSWERS)]
    """Answers to `questions` of an earlier parse of this script. Those that fit no question of it do nothing."""
