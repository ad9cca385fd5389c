"""What clients send and receive, as JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from castline.api.validation import MAX_PROBLEMS
from castline.audio.formats import OutputFormat
from castline.jobs import limits
from castline.jobs.model import Delivery, Dialogue, JobStatus, JobType, Turn, VoiceAssignment
from castline.speakers import first_spellings, is_invisible, speaker_key
from castline.speech.language_tags import LANGUAGE_TAG_PATTERN, MAX_LANGUAGE_TAG_LENGTH, is_language_tag
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN
from castline.speech.speakable import unspeakable_positions
from castline.speech.voice_list import Gender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ModelWrapValidatorHandler

_Objects = list[tuple[int, dict[str, Any]]]

NAMELESS_SPEAKER = ""
"""Who speaks a single text."""
MAX_SCRIPT_CHARACTERS = 150_000
MAX_PROVIDER_ID_LENGTH = 50

_CHARACTER_BYTES = 12
"""Bytes that one character takes in JSON at most: two escapes such as ``\\ud83d``."""
_OBJECT_BYTES = 300
"""Room for an object's names, numbers, indentation and punctuation."""
_MAX_UNKNOWN_FIELDS = 2
"""Number of unknown fields of one object that are reported: a client that sees two knows what to look for."""


def _not_blank(value: str) -> str:
    # A text that is too long is refused as such.
    if value and len(value) <= limits.MAX_DIALOGUE_CHARACTERS and is_invisible(value):
        raise PydanticCustomError("blank", "must not be blank")
    return value


def _speakable(value: str) -> str:
    for position in unspeakable_positions(value):
        code_point = f"U+{ord(value[position]):04X}"
        raise PydanticCustomError(
            "unspeakable_character",
            "character {position} cannot be spoken ({code_point})",
            {"position": position + 1, "code_point": code_point},
        )
    return value


def _voice_id(value: str) -> str:
    if len(value) > MAX_VOICE_ID_LENGTH or not re.fullmatch(VOICE_ID_PATTERN, value):
        raise PydanticCustomError("voice_id", "not a voice id")
    return value


def language_tag(value: str) -> str:
    """``value``, if it is a language tag."""
    if not is_language_tag(value):
        raise PydanticCustomError("language_tag", "not a language tag")
    return value


def _whole(value: Any) -> Any:
    """``value``, but 1.0 as 1: to JSON they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_UNSPEAKABLE = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff"
# What the validators below demand, as far as JSON Schema can say it.
_SPEAKABLE_PATTERN = f"^[^{_UNSPEAKABLE}]*$"
_NOT_BLANK_PATTERN = rf"^[^{_UNSPEAKABLE}]*[^\s{_UNSPEAKABLE}][^{_UNSPEAKABLE}]*$"

Speaker = Annotated[
    str,
    Field(min_length=1, max_length=limits.MAX_SPEAKER_CHARACTERS, json_schema_extra={"pattern": _NOT_BLANK_PATTERN}),
    AfterValidator(_not_blank),
    AfterValidator(_speakable),
]
Text = Annotated[
    str,
    Field(min_length=1, json_schema_extra={"pattern": _NOT_BLANK_PATTERN}),
    AfterValidator(_not_blank),
    AfterValidator(_speakable),
]
VoiceId = Annotated[
    str,
    Field(json_schema_extra={"pattern": VOICE_ID_PATTERN, "maxLength": MAX_VOICE_ID_LENGTH}),
    AfterValidator(_voice_id),
]
LanguageTag = Annotated[
    str,
    Field(json_schema_extra={"pattern": LANGUAGE_TAG_PATTERN, "maxLength": MAX_LANGUAGE_TAG_LENGTH}),
    AfterValidator(language_tag),
]
ProviderId = Annotated[str, Field(min_length=1, max_length=MAX_PROVIDER_ID_LENGTH, examples=["azure"])]
"""One of those that ``GET /providers`` lists."""
VoiceName = Annotated[
    str,
    Field(max_length=limits.MAX_VOICE_NAME_CHARACTERS, json_schema_extra={"pattern": _SPEAKABLE_PATTERN}),
    AfterValidator(_speakable),
]
Format = Literal["mp3", "wav"]
Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Time = Annotated[
    datetime,
    PlainSerializer(_format_time, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


def _omittable() -> Any:
    """Return a request's field that may be null or left out, and is left out of answers when it is null."""
    return Field(default=None, exclude_if=lambda value: value is None)


def _left_out_when_none() -> Any:
    """Return an answer's field that is left out rather than null."""
    return Field(default=None, exclude_if=lambda value: value is None, json_schema_extra=_without_null)


def _without_null(schema: dict[str, Any]) -> None:
    (value,) = (each for each in schema.pop("anyOf") if each != {"type": "null"})
    del schema["default"]
    schema.update(value)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_most_unknown_fields(cls, data: Any) -> Any:
        """Each unknown field costs an error: thousands of them would cost seconds and gigabytes."""
        fields = cls.model_fields
        if not isinstance(data, dict) or len(data) <= len(fields):
            return data
        unknown = islice((name for name in data if name not in fields), _MAX_UNKNOWN_FIELDS)
        return {name: data[name] for name in (*(name for name in fields if name in data), *unknown)}


class _Answer(BaseModel):
    # What a handler returns is validated, even where it is a model that was made without validation.
    model_config = ConfigDict(revalidate_instances="always")


class TurnSchema(_Request):
    """One speaker's words."""

    speaker: Speaker
    text: Text
    index: Annotated[int, Field(ge=0, le=limits.MAX_TURN_INDEX), BeforeValidator(_whole)]
    """Turns are spoken in order of index; no two have the same."""


class SubmittedTurn(TurnSchema):
    """One speaker's words in a request."""

    line: Annotated[int | None, Field(ge=1, le=limits.MAX_TURN_INDEX), BeforeValidator(_whole)] = None
    """Ignored: turns from `POST /dialogues/parse` can be submitted as they are."""


class VoiceAssignmentSchema(_Request):
    """The voice that speaks for one speaker."""

    speaker: Speaker
    voice_id: VoiceId
    voice_name: VoiceName | None = _omittable()


class CreateJobRequest(_Request):
    """A dialogue to be spoken.

    Refused as well, with 400: two turns of the same `index`; a speaker with no voice, or with two; texts of more than
    100,000 characters in all; a dialogue that takes more than 399 KB when compressed. Names that differ only in
    Unicode form (NFKC), in spaces or in invisible characters are one speaker. Refused with 400 is also a `provider`
    that `GET /providers` does not list, and a `voice_id` of another provider's form.
    """

    MAX_BYTES: ClassVar = (
        limits.MAX_DIALOGUE_CHARACTERS * _CHARACTER_BYTES
        + limits.MAX_TURNS * (limits.MAX_SPEAKER_CHARACTERS * _CHARACTER_BYTES + _OBJECT_BYTES)
        + limits.MAX_TURNS
        * (
            (limits.MAX_SPEAKER_CHARACTERS + limits.MAX_VOICE_NAME_CHARACTERS) * _CHARACTER_BYTES
            + MAX_VOICE_ID_LENGTH
            + _OBJECT_BYTES
        )
        + _OBJECT_BYTES
    )

    provider: ProviderId
    turns: Annotated[list[SubmittedTurn], Field(min_length=1, max_length=limits.MAX_TURNS)]
    voice_assignments: Annotated[list[VoiceAssignmentSchema], Field(min_length=1, max_length=limits.MAX_TURNS)]
    language: LanguageTag = "zh-TW"
    output_format: Format = "mp3"
    gap_ms: Annotated[int, Field(ge=0, le=limits.MAX_GAP_MS), BeforeValidator(_whole)] = 300
    crossfade_ms: Annotated[int, Field(ge=0, le=limits.MAX_CROSSFADE_MS), BeforeValidator(_whole)] = 50

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
                InitErrorDetails(
                    type=PydanticCustomError(each["type"], each["msg"], each.get("ctx")),
                    loc=each["loc"],
                    input=None,
                )
                for each in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
            ]
        problems += _problems_between_fields(data)
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems[:MAX_PROBLEMS])
        return request

    def to_dialogue(self) -> Dialogue:
        """The dialogue as the domain knows it, its turns in spoken order.

        Every speaker has one name throughout, spelled as in the first turn.
        """
        turns = sorted(self.turns, key=lambda turn: turn.index)
        spelling = first_spellings(turn.speaker for turn in turns)
        return Dialogue(
            provider=self.provider,
            turns=tuple(
                Turn(speaker=spelling[speaker_key(turn.speaker)], text=turn.text, index=turn.index) for turn in turns
            ),
            voice_assignments=tuple(
                VoiceAssignment(
                    speaker=spelling.get(speaker_key(each.speaker), each.speaker),
                    voice_id=each.voice_id,
                    voice_name=each.voice_name,
                )
                for each in self.voice_assignments
            ),
            language=self.language,
            output_format=OutputFormat(self.output_format),
            gap_ms=self.gap_ms,
            crossfade_ms=self.crossfade_ms,
        )


class CreateSingleVoiceJobRequest(_Request):
    """A text to be spoken in one voice.

    Refused as well, with 400: another `speed` or `pitch` than the default for a high-definition (HD) voice, which is
    one whose id has a colon; a `provider` that `GET /providers` does not list; a `voice_id` of another provider's
    form.
    """

    MAX_BYTES: ClassVar = (
        limits.MAX_SINGLE_TEXT_CHARACTERS + limits.MAX_VOICE_NAME_CHARACTERS + MAX_VOICE_ID_LENGTH
    ) * _CHARACTER_BYTES + _OBJECT_BYTES

    provider: ProviderId
    text: Annotated[Text, Field(max_length=limits.MAX_SINGLE_TEXT_CHARACTERS)]
    voice_id: VoiceId
    voice_name: VoiceName | None = _omittable()
    language: LanguageTag = "zh-TW"
    output_format: Format = "mp3"
    speed: Annotated[
        float,
        Field(
            ge=limits.MIN_SPEED,
            le=limits.MAX_SPEED,
            allow_inf_nan=False,
            description="A factor on the voice's own speed. HD voices take only 1.",
        ),
    ] = 1.0
    pitch: Annotated[
        int,
        Field(
            ge=-limits.MAX_PITCH_PERCENT,
            le=limits.MAX_PITCH_PERCENT,
            description="In percent, up or down from the voice's own pitch. HD voices take only 0.",
        ),
        BeforeValidator(_whole),
    ] = 0
    volume: Annotated[float, Field(ge=0, le=limits.MAX_VOLUME, allow_inf_nan=False)] = 1.0
    """A factor on the amplitude."""

    def to_dialogue(self) -> Dialogue:
        """The text as the domain knows it: a dialogue of one turn."""
        return Dialogue(
            provider=self.provider,
            turns=(Turn(speaker=NAMELESS_SPEAKER, text=self.text, index=0),),
            voice_assignments=(
                VoiceAssignment(speaker=NAMELESS_SPEAKER, voice_id=self.voice_id, voice_name=self.voice_name),
            ),
            language=self.language,
            output_format=OutputFormat(self.output_format),
            job_type=JobType.SINGLE_TTS,
            delivery=Delivery(speed=self.speed, pitch_percent=self.pitch, volume=self.volume),
        )


class ParseDialogueRequest(_Request):
    """A script to be turned into turns.

    Refused as well, with 400: text before the first speaker, a speaker who says nothing, names of more than 50
    characters, and more than 1,000 turns or 100,000 characters of text.
    """

    MAX_BYTES: ClassVar = MAX_SCRIPT_CHARACTERS * _CHARACTER_BYTES + _OBJECT_BYTES

    script: Annotated[str, Field(max_length=MAX_SCRIPT_CHARACTERS, json_schema_extra={"pattern": _SPEAKABLE_PATTERN})]


class ParsedTurn(TurnSchema):
    """One speaker's words in a script."""

    line: int
    """Number of the script's line where the turn begins, counted from 1."""


class ParsedDialogue(_Answer):
    """A script as turns."""

    turns: list[ParsedTurn]
    speakers: list[str]
    """In order of appearance."""
    total_characters: int
    """Of all texts together."""


class Provider(_Answer):
    """A speech provider, and what a job for it may have."""

    id: str
    name: str
    output_formats: list[str]
    max_turns: int
    max_characters: int
    """Of all texts together."""
    max_speaker_characters: int
    max_gap_ms: int
    max_crossfade_ms: int
    max_active_jobs: int
    """How many pending and processing jobs a user may have."""


class ProviderList(_Answer):
    """All speech providers."""

    items: list[Provider]


class Voice(_Answer):
    """A voice to assign to a speaker."""

    voice_id: str
    name: str
    """What people call it, in its own language."""
    language: str
    language_name: str
    """The language's name in English."""
    gender: Gender
    styles: list[str]


class VoiceList(_Answer):
    """All voices that match."""

    items: list[Voice]
    total: int


class Download(_Answer):
    """Where the finished audio is, for a while."""

    download_url: str
    expires_at: Time
    filename: str
    content_type: str
    size_bytes: int


class JobSummary(_Answer):
    """A job in a list. A time that has not come yet is left out."""

    id: Id
    status: JobStatus
    job_type: JobType
    provider: str
    created_at: Time
    started_at: Time | None = _left_out_when_none()
    completed_at: Time | None = _left_out_when_none()


class TurnTimingSchema(_Answer):
    """When a turn is heard."""

    model_config = ConfigDict(from_attributes=True)

    turn_index: int
    speaker: str
    start_ms: int
    end_ms: int


class ResultMetadata(_Answer):
    """What a completed job made."""

    duration_ms: int
    latency_ms: int
    """From the start of processing to completion."""
    synthesis_mode: str
    content_type: str
    size_bytes: int
    characters: int
    billed_characters: int
    """What the provider charges for, by its own rule; segments that were stored already cost nothing."""
    reused_segments: int
    """How many segments did not have to be spoken for this job."""
    turn_timings: list[TurnTimingSchema]


class Progress(_Answer):
    """How far a job has come; no total before it is planned."""

    completed_segments: int
    total_segments: int


class InputParams(_Answer):
    """The request a job was made from, defaults filled in and turns in spoken order: it can be submitted again."""

    provider: str
    turns: list[TurnSchema]
    voice_assignments: list[VoiceAssignmentSchema]
    language: str
    output_format: str
    gap_ms: int
    crossfade_ms: int

    @classmethod
    def of(cls, dialogue: Dialogue) -> Self:
        """The request that ``dialogue`` came from."""
        return cls.model_validate(dialogue, from_attributes=True)


class SingleVoiceInputParams(_Answer):
    """The request a single-voice job was made from, defaults filled in: it can be submitted again."""

    provider: str
    text: str
    voice_id: str
    voice_name: str | None = _left_out_when_none()
    language: str
    output_format: str
    speed: float
    pitch: int
    volume: float

    @classmethod
    def of(cls, dialogue: Dialogue) -> Self:
        """The request that ``dialogue`` came from."""
        (turn,), (voice,) = dialogue.turns, dialogue.voice_assignments
        return cls(
            provider=dialogue.provider,
            text=turn.text,
            voice_id=voice.voice_id,
            voice_name=voice.voice_name,
            language=dialogue.language,
            output_format=dialogue.output_format,
            speed=dialogue.delivery.speed,
            pitch=dialogue.delivery.pitch_percent,
            volume=dialogue.delivery.volume,
        )


class FailureDetails(_Answer):
    """Which part of the input a failure is about, as far as it is about one."""

    turn_index: int | None = _left_out_when_none()
    voice_id: str | None = _left_out_when_none()


class JobDetail(JobSummary):
    """A job with all that is known about it. What does not apply is left out."""

    input_params: InputParams | SingleVoiceInputParams
    """Without turns when what was submitted can no longer be read."""
    progress: Progress
    retry_count: int
    result_metadata: ResultMetadata | None = _left_out_when_none()
    audio_file_id: Id | None = _left_out_when_none()
    error_code: str | None = _left_out_when_none()
    error_message: str | None = _left_out_when_none()
    error_details: FailureDetails | None = _left_out_when_none()


class JobList(_Answer):
    """One page of jobs, newest first."""

    items: list[JobSummary]
    total: int
    """All jobs that match, on this page or not."""
    limit: int
    offset: int
    next_cursor: str | None
    """What to ask the next page with; null on the last page."""


class FieldProblem(_Answer):
    """What is wrong with one field of a request."""

    field: str
    message: str
    line: int | None = _left_out_when_none()
    """Number of the line in the script, or in a body that is not JSON, counted from 1."""


class ErrorBody(_Answer):
    """Every error looks like this."""

    error: str
    message: str
    details: dict[str, Any]


class Health(_Answer):
    """The service answers."""

    status: Literal["ok"] = "ok"


def _problems_between_fields(data: Any) -> Iterator[InitErrorDetails]:
    """What the fields of a create request do wrong only in combination. Fields of the wrong type are passed over."""
    if isinstance(data, dict):
        turns = _objects(data.get("turns"))
        yield from _duplicate_indexes(turns)
        yield from _too_many_characters(turns)
        if isinstance(data.get("voice_assignments"), list):
            yield from _voices_out_of_step(turns, _objects(data["voice_assignments"]))


def _duplicate_indexes(turns: _Objects) -> Iterator[InitErrorDetails]:
    seen: set[int] = set()
    for position, turn in turns:
        index = _whole(turn.get("index"))
        if type(index) is int and 0 <= index <= limits.MAX_TURN_INDEX:
            if index in seen:
                yield _problem(("turns", position, "index"), "duplicate_index", index=index)
            seen.add(index)


def _too_many_characters(turns: _Objects) -> Iterator[InitErrorDetails]:
    characters = sum(len(turn["text"]) for _, turn in turns if isinstance(turn.get("text"), str))
    if characters > limits.MAX_DIALOGUE_CHARACTERS:
        yield _problem(
            ("turns",), "too_many_characters", characters=characters, max_characters=limits.MAX_DIALOGUE_CHARACTERS
        )


def _voices_out_of_step(turns: _Objects, assignments: _Objects) -> Iterator[InitErrorDetails]:
    assigned: set[str] = set()
    for position, speaker in _speakers(assignments):
        key = speaker_key(speaker)
        if key in assigned:
            yield _problem(("voice_assignments", position, "speaker"), "duplicate_speaker", speaker=speaker)
        assigned.add(key)
    for key, speaker in first_spellings(speaker for _, speaker in _speakers(turns)).items():
        if key not in assigned:
            yield _problem(("voice_assignments",), "speaker_without_voice", speaker=speaker)


def _objects(value: Any) -> _Objects:
    """The objects in a JSON array that is not too long, with their positions."""
    if not isinstance(value, list) or len(value) > limits.MAX_TURNS:
        return []
    return [(position, each) for position, each in enumerate(value) if isinstance(each, dict)]


def _speakers(objects: _Objects) -> list[tuple[int, str]]:
    """The speakers that can be named in a message, with their positions."""
    return [
        (position, each["speaker"])
        for position, each in objects
        if isinstance(speaker := each.get("speaker"), str)
        and len(speaker) <= limits.MAX_SPEAKER_CHARACTERS
        and speaker_key(speaker)
        and not unspeakable_positions(speaker)
    ]


def _problem(location: tuple[str | int, ...], kind: str, **context: Any) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError(kind, kind, context), loc=location, input=None)
