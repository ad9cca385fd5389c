"""Answers as JSON: what clients receive."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from castline.api.answer_fields import left_out_when_false as _left_out_when_false
from castline.api.answer_fields import left_out_when_none as _left_out_when_none
from castline.api.messages import warning_message
from castline.api.money import Cost
from castline.api.music_schemas import MusicSchema
from castline.api.negotiation import Language
from castline.api.pronunciation_schemas import PronunciationSchema
from castline.api.requests import AnyStoredTurn, TurnSchema, VoiceAssignmentSchema
from castline.api.script_schemas import QuestionSchema
from castline.audio.profile import Loudness, Quality
from castline.jobs.model import Dialogue, Job, JobStatus, JobType
from castline.scripts.formats import FoundFormat
from castline.scripts.parts import Markup
from castline.scripts.warnings import ScriptWarning, WarningKind
from castline.speech.voice_list import Gender


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Time = Annotated[
    datetime,
    PlainSerializer(_format_time, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]


def _left_out_when_empty() -> Any:
    """Return an answer's list that is left out rather than empty."""
    return Field(default=[], exclude_if=lambda value: not value)


class _Answer(BaseModel):
    # What a handler returns is validated, even where it is a model that was made without validation.
    model_config = ConfigDict(revalidate_instances="always")


class Warning(_Answer):  # noqa: A001 (the name that clients see)
    """Something in a script or a text that is not spoken, or not as it was asked for."""

    code: WarningKind
    message: str
    line: int
    """Number of the line in the script, or in the turn's text, counted from 1."""
    turn_index: int | None = _left_out_when_none()
    """`index` of the turn that it is about."""
    text: str
    """The text that it is about; at most 100 characters."""

    @classmethod
    def of(cls, warning: ScriptWarning, language: Language, *, turn_index: int | None = None) -> Self:
        """Return ``warning``, explained in ``language``."""
        return cls(
            code=warning.kind,
            message=warning_message(warning.kind, {"text": warning.text, "count": warning.count}, language),
            line=warning.line,
            turn_index=turn_index,
            text=warning.text,
        )


class ParsedTurn(TurnSchema):
    """One speaker's words in a script."""

    line: int
    """Number of the script's line where the turn begins, counted from 1."""
    is_sound: bool = _left_out_when_false()
    """Whether the turn describes a sound, by the answer `sound`. Replace it by a sound before you submit it."""


class ParsedDialogue(_Answer):
    """A script as turns."""

    format: FoundFormat
    """The format that the script was read in."""
    turns: list[ParsedTurn]
    speakers: list[str]
    """In order of appearance."""
    total_characters: int
    """Of all texts together."""
    warnings: list[Warning]
    """The first 1,000 warnings, in order of lines."""
    languages: dict[str, str]
    """The language that each speaker's words seem to be in, as a language tag. A speaker who says too little has
    none."""
    language: str | None = _left_out_when_none()
    """The language that most of the dialogue seems to be in; left out where all of it says too little."""
    questions: list[QuestionSchema]
    """Questions that only the author can answer. The turns are one way to read the script, which `answers` choose."""


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
    """The most pending and processing jobs of a user for whom no operator has set another limit."""


class ProviderList(_Answer):
    """All speech providers."""

    items: list[Provider]


class Voice(_Answer):
    """A voice to assign to a speaker."""

    voice_id: str
    name: str
    """The name that people call it by, in its own language."""
    language: str
    language_name: str
    """The language's name in English."""
    gender: Gender
    styles: list[str]
    """Values of `style` for a turn or a speaker with this voice."""
    takes: list[Literal["speed", "pitch", "language"]]
    """Those of the fields of a turn or a speaker that the voice can be told. Every voice takes `volume`."""


class VoiceList(_Answer):
    """All voices that match."""

    items: list[Voice]
    total: int


class Download(_Answer):
    """The address of a finished file, which works for a while."""

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
    title: str | None = _left_out_when_none()
    author: str | None = _left_out_when_none()
    album: str | None = _left_out_when_none()
    created_at: Time
    started_at: Time | None = _left_out_when_none()
    completed_at: Time | None = _left_out_when_none()
    rendition_of: Id | None = _left_out_when_none()
    """The id of the job that this is another version of."""


class ChapterTimingSchema(_Answer):
    """The time at which a chapter is heard. It lasts until the next one or the end."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    start_ms: int
    end_ms: int


class SubmittedJob(JobSummary):
    """A job that has just been submitted."""

    warnings: list[Warning] = _left_out_when_empty()
    """Warnings about what is not spoken, or not as it was asked for; left out when there are none. The
    `line` counts the lines of the turn's text."""


class Estimate(_Answer):
    """The cost and the duration of a job that has not been created."""

    characters: int
    """Of all texts."""
    billed_characters: int
    """The characters that the provider would charge for, by its own rule. Segments that are stored cost nothing."""
    segments: int
    reused_segments: int
    """The number of segments that would not have to be spoken."""
    duration_ms: int
    """Estimated duration of the audio. It is exact for segments that are stored."""
    cost: Cost
    """Of the billed characters, by the deployment's prices."""
    warnings: list[Warning]
    """Warnings about what is not spoken, or not as it was asked for, as for a submitted job."""


class TurnTimingSchema(_Answer):
    """The time at which a turn is heard."""

    model_config = ConfigDict(from_attributes=True)

    turn_index: int
    speaker: str
    start_ms: int
    end_ms: int


class ResultMetadata(_Answer):
    """The facts about a completed job's audio."""

    duration_ms: int
    latency_ms: int
    """From the start of processing to completion."""
    synthesis_mode: str
    content_type: str
    size_bytes: int
    characters: int
    billed_characters: int
    """The characters that the provider charges for, by its own rule. Segments that were stored cost nothing."""
    reused_segments: int
    """The number of segments that did not have to be spoken for this job."""
    turn_timings: list[TurnTimingSchema]
    subtitle_timing: str
    """`reported` by the provider, or `estimated`, where a voice does not tell when its words are heard."""
    chapters: list[ChapterTimingSchema] = _left_out_when_empty()
    """Those that headings or the `chapter` of a turn name."""
    loudness_lufs: float | None = _left_out_when_none()
    """Integrated loudness of the file (ITU-R BS.1770); left out where it has not been measured."""


class Progress(_Answer):
    """The progress of a job; it has no total before the job is planned."""

    completed_segments: int
    total_segments: int
    seconds_left: int | None = _left_out_when_none()
    """About how long it will be until all segments of a processing job are spoken, from the speed so far. Joining the
    file takes some seconds more. Left out while that cannot be told."""


class _JobParams(_Answer):
    title: str | None = _left_out_when_none()
    author: str | None = _left_out_when_none()
    album: str | None = _left_out_when_none()
    webhook_url: str | None = _left_out_when_none()

    @staticmethod
    def _of_job(job: Job) -> dict[str, str | None]:
        return {**asdict(job.titles), "webhook_url": job.webhook_url}


class _AudioParams(_JobParams):
    output_format: str
    quality: Quality | None = _left_out_when_none()
    loudness: Loudness | None = _left_out_when_none()
    """`none` for jobs of the time when there was no choice."""
    music: MusicSchema | None = _left_out_when_none()
    cover_id: str | None = _left_out_when_none()


class InputParams(_AudioParams):
    """The request a job was made from, defaults filled in and turns in spoken order: it can be submitted again."""

    provider: str
    turns: list[AnyStoredTurn]
    voice_assignments: list[VoiceAssignmentSchema]
    language: str
    gap_ms: int
    crossfade_ms: int
    markup: Markup = Field(default=Markup.AUTO, exclude_if=lambda value: value is Markup.AUTO)
    """Reading of the texts; left out when it was `auto`."""
    pronunciations: list[PronunciationSchema] = _left_out_when_empty()
    """Those that the texts make use of, of the request and of its sets."""

    @classmethod
    def of(cls, dialogue: Dialogue, job: Job) -> Self:
        """Return the request that a job with a dialogue was made from."""
        own = cls.model_fields.keys() - _JobParams.model_fields.keys() - {"pronunciations", "turns"}
        values = {name: getattr(dialogue, name) for name in own} | {"turns": dialogue.sequence}
        pronunciations = [PronunciationSchema.of(each) for each in dialogue.pronunciations]
        return cls.model_validate(
            {**values, **cls._of_job(job), "pronunciations": pronunciations}, from_attributes=True
        )


class SingleVoiceInputParams(_AudioParams):
    """The request a single-voice job was made from, defaults filled in: it can be submitted again."""

    provider: str
    text: str
    voice_id: str
    voice_name: str | None = _left_out_when_none()
    language: str
    speed: float
    pitch: int
    volume: float
    style: str | None = _left_out_when_none()
    style_degree: float | None = _left_out_when_none()
    take: int = Field(default=0, exclude_if=lambda value: not value)
    markup: Markup = Field(default=Markup.AUTO, exclude_if=lambda value: value is Markup.AUTO)
    """Reading of the text; left out when it was `auto`."""
    pronunciations: list[PronunciationSchema] = _left_out_when_empty()
    """Those that the text makes use of, of the request and of its sets."""

    @classmethod
    def of(cls, dialogue: Dialogue, job: Job) -> Self:
        """Return the request that a job with a dialogue was made from."""
        (turn,), (voice,) = dialogue.turns, dialogue.voice_assignments
        return cls(
            **cls._of_job(job),
            provider=dialogue.provider,
            text=turn.text,
            voice_id=voice.voice_id,
            voice_name=voice.voice_name,
            language=dialogue.language,
            output_format=dialogue.output_format,
            quality=dialogue.quality,
            loudness=dialogue.loudness,
            music=dialogue.music and MusicSchema.model_validate(dialogue.music),
            cover_id=dialogue.cover_id,
            speed=dialogue.delivery.speed,
            pitch=dialogue.delivery.pitch_percent,
            volume=dialogue.delivery.volume,
            style=voice.style,
            style_degree=voice.style_degree,
            take=turn.take,
            markup=dialogue.markup,
            pronunciations=[PronunciationSchema.of(each) for each in dialogue.pronunciations],
        )


class FailureDetails(_Answer):
    """The part of the input that a failure is about, as far as it is about one."""

    turn_index: int | None = _left_out_when_none()
    voice_id: str | None = _left_out_when_none()


class QueuePlace(_Answer):
    """The place of a pending job in the queue. It is rough: others may come before it, or end sooner."""

    ahead: int
    """The number of batches, of everybody's jobs, that are to be spoken before its first one."""
    estimated_start_at: Time | None
    """About when it may start; null where that cannot be told."""


class JobDetail(JobSummary):
    """A job with all that is known about it. What does not apply is left out."""

    input_params: InputParams | SingleVoiceInputParams
    """Without turns when what was submitted can no longer be read."""
    progress: Progress
    queue: QueuePlace | None = _left_out_when_none()
    retry_count: int
    billed_characters: int | None = _left_out_when_none()
    """The characters that were billed for a job that has failed or was cancelled. It may grow for some seconds: until
    the requests that were in flight have ended. For a completed job, `result_metadata` has it."""
    result_metadata: ResultMetadata | None = _left_out_when_none()
    audio_file_id: Id | None = _left_out_when_none()
    error_code: str | None = _left_out_when_none()
    error_message: str | None = _left_out_when_none()
    error_details: FailureDetails | None = _left_out_when_none()


class JobList(_Answer):
    """One page of jobs, newest first."""

    items: list[JobSummary]
    total: int | None
    """All jobs that match, on this page or not; null in a search among more than 1,000 jobs."""
    limit: int
    offset: int
    next_cursor: str | None
    """The cursor of the next page; null on the last page. Other pages may have few items, or none."""


class FieldProblem(_Answer):
    """A problem with one field of a request."""

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
