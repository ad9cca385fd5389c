"""JSON schemas of requests about jobs and scripts."""

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
from castline.jobs.model import Delivery, Dialogue, JobType, OwnDelivery, SoundTurn, Titles, Turn, VoiceAssignment
from castline.scripts.formats import ScriptFormat
from castline.scripts.parts import Markup
from castline.speakers import first_spellings, speaker_key
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN
from castline.webhooks.limits import MAX_URL_CHARACTERS

if TYPE_CHECKING:
    from pydantic import ModelWrapValidatorHandler

NAMELESS_SPEAKER = ""
"""Name of the speaker in a job with a single text."""
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
"""Id of a provider that ``GET /providers`` lists."""
VoiceName = Annotated[
    str,
    Field(max_length=limits.MAX_VOICE_NAME_CHARACTERS, json_schema_extra={"pattern": SPEAKABLE_PATTERN}),
    AfterValidator(speakable),
]
Speed = Annotated[
    float,
    Field(ge=limits.MIN_SPEED, le=limits.MAX_SPEED, allow_inf_nan=False),
]
Pitch = Annotated[
    int,
    Field(ge=-limits.MAX_PITCH_PERCENT, le=limits.MAX_PITCH_PERCENT),
    BeforeValidator(whole),
]
Volume = Annotated[float, Field(ge=0, le=limits.MAX_VOLUME, allow_inf_nan=False)]
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
    """Delivery of a speaker or a turn. Fields that are left out default to those of the speaker or the voice."""

    speed: Speed | None = omittable()
    """The speed, as a factor on the voice's own. HD voices support only 1."""
    pitch: Pitch | None = omittable()
    """The change of the voice's own pitch, in percent. HD voices support only 0."""
    volume: Volume | None = omittable()
    """The volume, as a factor on the voice's own amplitude."""
    style: Style | None = omittable()
    """The style of the voice: one of its `styles` in `GET /voices`. A style tag in the text overrides it."""
    style_degree: StyleDegree | None = omittable()
    """The strength of the style, as a factor. 1 is the voice's own strength."""
    language: LanguageTag | None = omittable()
    """The language that a multilingual voice speaks."""

    def to_own_delivery(self) -> dict[str, Any]:
        """Return the values for the fields of the domain's ``OwnDelivery``."""
        return {each.name: getattr(self, each.name) for each in fields(OwnDelivery)}


class TurnSchema(DeliverySchema):
    """One speaker's words."""

    speaker: Speaker
    """The name of the speaker."""
    text: Text
    """The words to be spoken. Unless `markup` is `literal`, they may contain marks, tags and stage directions."""
    index: Annotated[int, Field(ge=0, le=limits.MAX_TURN_INDEX), BeforeValidator(whole)]
    """The position of the turn. Turns are spoken in order of index, and every turn has a different one."""
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
    """The pause before the next turn in milliseconds, in place of `gap_ms`. After the last turn, it is silence at the
    end."""
    take: Take = 0
    """The number of the reading; 0 by default. With another number, the same words are spoken and billed again."""


class SubmittedTurn(TurnSchema):
    """One speaker's words in a request."""

    line: Annotated[int | None, Field(ge=1, le=limits.MAX_TURN_INDEX), BeforeValidator(whole)] = None
    """Ignored. It is accepted so that turns from `POST /dialogues/parse` can be submitted unchanged."""

    def to_turn(self, speaker: str) -> Turn:
        """Return the domain's turn.

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
"""Index of the turn kind's tag in a problem's location, such as ``("turns", 3, "sound turn", "index")``."""


def kind_of_turn(turn: Any) -> str:
    """Return the tag of a turn's kind: a sound or a spoken turn. Invalid values count as spoken turns."""
    return _SOUND if is_sound(turn) or isinstance(turn, SoundTurn | SoundTurnSchema) else _SPOKEN


AnyTurn = Annotated[
    Annotated[SubmittedTurn, Tag(_SPOKEN)] | Annotated[SoundTurnSchema, Tag(_SOUND)], Discriminator(kind_of_turn)
]
AnyStoredTurn = Annotated[
    Annotated[TurnSchema, Tag(_SPOKEN)] | Annotated[SoundTurnSchema, Tag(_SOUND)], Discriminator(kind_of_turn)
]


def _without_tag(problem: Any) -> tuple[str, str, tuple[str | int, ...]]:
    """Return the type, message and location of a problem, without the tag of the turn's kind in the location.

    A field that only the other kind of turn has gets an error type of its own.
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
    """The voice of a speaker, and the delivery."""

    speaker: Speaker
    """The name of the speaker, as in the dialogue."""
    voice_id: VoiceId
    """The id of a voice from `GET /voices`."""
    voice_name: VoiceName | None = omittable()
    """A name of the voice, for your own use."""

    def to_voice_assignment(self, speaker: str) -> VoiceAssignment:
        """Return the domain's voice assignment.

        Args:
            speaker: the speaker's name as the dialogue spells it.
        """
        return VoiceAssignment(
            speaker=speaker, voice_id=self.voice_id, voice_name=self.voice_name, **self.to_own_delivery()
        )


class TitlesSchema(Request):
    """Titles of the audio, for the tags and the name of its file and for lists."""

    title: Title | None = omittable()
    """The title of the audio, for the tags and the name of its file and for lists."""
    author: Title | None = omittable()
    """The author in the file's tags. The default is the speakers' names."""
    album: Title | None = omittable()
    """The album in the file's tags, for example the name of the show or the course."""

    def to_titles(self) -> Titles:
        """Return the domain's titles."""
        return Titles(title=self.title, author=self.author, album=self.album)


class RenameJobRequest(TitlesSchema):
    """New titles of a job. A title that is left out does not change, and null removes it."""

    MAX_BYTES: ClassVar = 3 * limits.MAX_TITLE_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES

    def to_changes(self) -> dict[str, str | None]:
        """Return the new values of the titles that change."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class TextOptions(Request):
    """Options for reading and pronouncing the texts of a job."""

    markup: Annotated[Markup, Field(strict=False, exclude_if=lambda value: value is Markup.AUTO)] = Markup.AUTO
    """The treatment of markup: `auto` (default) interprets marks, tags and stage directions in texts. `literal`
    speaks texts exactly as written."""
    pronunciations: Annotated[Pronunciations, Field(default=[], exclude_if=lambda value: not value)]
    """Pronunciations of words and phrases. No two of them may have the same text and language."""
    pronunciation_sets: Annotated[SetNames, Field(default=[], exclude_if=lambda value: not value)]
    """Names of your pronunciation sets. If several entries have the same text and language, an entry of
    `pronunciations` wins over one of a set, and an earlier set over a later one."""

    def to_text_options(self) -> dict[str, Any]:
        """Return the values for the fields of the domain's ``Dialogue``."""
        return {
            "markup": self.markup,
            "pronunciations": tuple(each.to_pronunciation() for each in self.pronunciations),
        }


class NotificationOptions(Request):
    """Options for notifications about a job."""

    MAX_BYTES: ClassVar = MAX_URL_CHARACTERS * CHARACTER_BYTES

    webhook_url: WebhookUrl | None = omittable()
    """An HTTPS URL that receives the events of the job, in addition to your webhooks. Requests to it are signed with
    the secret that `POST /webhooks/job/rotate` returns."""


class CreateJobRequest(AudioOptions, TextOptions, TitlesSchema, NotificationOptions):
    """A dialogue to be spoken.

    A turn with a `sound_id` is a sound, and every other turn is spoken. Names of speakers that differ only in Unicode
    form (NFKC), in spaces or in invisible characters are the same speaker.

    A request is also refused with 400 if

    - two turns have the same `index`, or no turn is spoken;
    - a speaker has no voice, or more than one;
    - `GET /providers` does not list the `provider`, or a `voice_id` does not have the provider's form;
    - a voice does not have a `style`, or does not support a `speed`, a `pitch` or a `language`;
    - the texts have more than 100,000 characters in total, or more than 200,000 as spoken, with aliases;
    - the pauses in the texts last more than 3 hours in total;
    - the texts use more than 1,000 pronunciations, or a pronunciation set does not exist;
    - a sound is not yours, is not ready or is an image, or the cover is not an image;
    - no spoken turn follows a sound with `under`;
    - there are more than 100 sounds among the turns, or they last more than 60 minutes in total;
    - there are more than 20 different sounds, including those of the music;
    - the `webhook_url` would not be allowed for a webhook, or you have no secret for it;
    - the dialogue takes more than 399 KB when compressed, or more than 4.4 MB as JSON.

    A body of more than 5 MB is refused with 413.
    """

    MAX_BYTES: ClassVar = MAX_REQUEST_BYTES

    provider: ProviderId
    """The id of a speech provider from `GET /providers`."""
    turns: Annotated[list[AnyTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]
    """The turns and sounds of the dialogue, in any order."""
    voice_assignments: Annotated[list[VoiceAssignmentSchema], Field(min_length=1, max_length=limits.MAX_TURNS)]
    """The voices: exactly one for every speaker."""
    language: LanguageTag = "zh-TW"
    """The language of the dialogue, as a BCP 47 tag. The default is `zh-TW`."""
    gap_ms: GapMs = 300
    """The pause between two turns, in milliseconds. The default is 300."""
    crossfade_ms: CrossfadeMs = 50
    """The time in milliseconds over which each next turn fades in, within the pause. If it exceeds `gap_ms`, turns
    overlap a little. The default is 50."""

    @model_validator(mode="wrap")
    @classmethod
    def _report_everything_together(cls, data: Any, handler: ModelWrapValidatorHandler[CreateJobRequest]) -> Any:
        """Check the rules between fields even if single fields are invalid, to report all problems at once."""
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
        """Convert the name of a dialogue's field to that of the request, whose turns may be in any order."""
        in_order = sorted(range(len(self.turns)), key=lambda position: self.turns[position].index)
        return re.sub(r"^turns\[(\d+)\]", lambda match: f"turns[{in_order[int(match[1])]}]", field)

    def to_dialogue(self) -> Dialogue:
        """Return the domain's dialogue, with the turns in spoken order.

        All turns of a speaker have the same name, spelled as in the speaker's first turn.
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

    A request is also refused with 400 if

    - `GET /providers` does not list the `provider`, or the `voice_id` does not have the provider's form;
    - the voice does not have the `style`;
    - `speed` or `pitch` is not the default for a high-definition (HD) voice, whose id has a colon;
    - the text has more than 200,000 characters as spoken, with aliases;
    - the pauses in the text last more than 3 hours in total;
    - the text uses more than 1,000 pronunciations, or a pronunciation set does not exist;
    - a sound of the music is not yours, is not ready or is an image, or the cover is not an image;
    - the `webhook_url` would not be allowed for a webhook, or you have no secret for it.
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
    """The id of a speech provider from `GET /providers`."""
    text: Annotated[Text, Field(max_length=limits.MAX_SINGLE_TEXT_CHARACTERS)]
    """The words to be spoken. Unless `markup` is `literal`, they may contain marks, tags and stage directions."""
    voice_id: VoiceId
    """The id of a voice from `GET /voices`."""
    voice_name: VoiceName | None = omittable()
    """A name of the voice, for your own use."""
    language: LanguageTag = "zh-TW"
    """The language of the text, as a BCP 47 tag. The default is `zh-TW`."""
    speed: Speed = 1.0
    """The speed, as a factor on the voice's own. The default is 1. HD voices support only 1."""
    pitch: Pitch = 0
    """The change of the voice's own pitch, in percent. The default is 0. HD voices support only 0."""
    volume: Volume = 1.0
    """The volume, as a factor on the voice's own amplitude. The default is 1."""
    style: Style | None = omittable()
    """The style of the voice: one of its `styles` in `GET /voices`. A style tag in the text overrides it."""
    style_degree: StyleDegree | None = omittable()
    """The strength of the style, as a factor. 1 is the voice's own strength."""
    take: Take = 0
    """The number of the reading; 0 by default. With another number, the same words are spoken and billed again."""

    def to_dialogue(self) -> Dialogue:
        """Return the domain's dialogue, which has one turn."""
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
    """Options of another version of a completed job's audio. Those that are left out are the job's.

    A request is also refused with 400 if

    - a sound of the music is not yours, is not ready or is an image, or the cover is not an image;
    - a sound among the job's turns has been deleted;
    - the new version would have more than 20 different sounds.
    """

    MAX_BYTES: ClassVar = MAX_AUDIO_OPTIONS_BYTES

    quality: QualityField | None = omittable()
    """The quality of the new file. The stored speech is converted to it, not spoken again."""
    music: MusicSchema | None = omittable()
    """New music, which replaces all of the job's music. Null removes the music."""
    cover_id: SoundId | None = omittable()
    """The id of an image from `GET /sounds`. Null removes the job's cover."""

    def to_changes(self) -> dict[str, Any]:
        """Return the new values of the fields of the domain's ``Dialogue`` that change."""
        removable = {"music", "cover_id"} & self.model_fields_set
        return {
            name: value for name, value in self.to_audio_options().items() if value is not None or name in removable
        }


class ParseDialogueRequest(Request):
    """A script to be parsed into turns.

    A narrator speaks a text that names no speaker. A script is refused with 400 if

    - there is text before the first speaker that is neither a title nor an announcement of the script;
    - a speaker says nothing, or a speaker's name has more than 50 characters;
    - there are more than 1,000 turns, or more than 100,000 characters of text;
    - it is JSON without turns.
    """

    MAX_BYTES: ClassVar = (
        MAX_SCRIPT_CHARACTERS * CHARACTER_BYTES
        + MAX_SCRIPT_ANSWERS * (limits.MAX_SPEAKER_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES)
        + OBJECT_BYTES
    )

    script: Annotated[str, Field(max_length=MAX_SCRIPT_CHARACTERS, json_schema_extra={"pattern": SPEAKABLE_PATTERN})]
    """The text of the script."""
    format: Annotated[ScriptFormat, Field(strict=False)] = ScriptFormat.AUTO
    """The format of the script. `auto` (default) detects it. `plain` and `markdown` are parsed in the same way."""
    markup: Annotated[Markup, Field(strict=False)] = Markup.AUTO
    """The treatment of markup: `auto` (default) interprets marks, tags and stage directions. `literal` leaves texts
    exactly as written."""
    answers: Annotated[list[ScriptAnswer], Field(default=[], max_length=MAX_SCRIPT_ANSWERS)]
    """Answers to the `questions` of an earlier parse of this script. Answers to other questions are ignored."""
