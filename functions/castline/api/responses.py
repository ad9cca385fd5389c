"""JSON schemas of responses."""

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
    """Return a list field that is omitted from a response when it is empty."""
    return Field(default=[], exclude_if=lambda value: not value)


class _Answer(BaseModel):
    # Validates the result of a handler even if it is a model that was created without validation.
    model_config = ConfigDict(revalidate_instances="always")


class Warning(_Answer):  # noqa: A001 (the name that clients see)
    """Something in a script or a text that is not spoken, or not spoken as requested."""

    code: WarningKind
    """The kind of the warning."""
    message: str
    """The warning as a sentence, in the language of the response."""
    line: int
    """The number of the line in the script or in the turn's text, counted from 1."""
    turn_index: int | None = _left_out_when_none()
    """The `index` of the turn that the warning is about."""
    text: str
    """The text that the warning is about, at most 100 characters of it."""

    @classmethod
    def of(cls, warning: ScriptWarning, language: Language, *, turn_index: int | None = None) -> Self:
        """Return the schema of ``warning``, with its message in ``language``."""
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
    """The number of the line in the script where the turn begins, counted from 1."""
    is_sound: bool = _left_out_when_false()
    """Whether the turn describes a sound, by the answer `sound`. Replace it with a sound before you submit it."""


class ParsedDialogue(_Answer):
    """A script as turns."""

    format: FoundFormat
    """The format as which the script was parsed."""
    turns: list[ParsedTurn]
    """The turns of the script, in order, for `turns` of a job."""
    speakers: list[str]
    """The speakers, in order of appearance."""
    total_characters: int
    """The number of characters of all texts together."""
    warnings: list[Warning]
    """The first 1,000 warnings, in order of lines."""
    languages: dict[str, str]
    """The language that each speaker seems to speak, as a language tag. Speakers who say too little to tell are left
    out."""
    language: str | None = _left_out_when_none()
    """The language that most of the dialogue seems to be in; left out if there is too little text to tell."""
    questions: list[QuestionSchema]
    """Questions that only the author can answer. The turns are one reading of the script; `answers` select others."""


class Provider(_Answer):
    """A speech provider, and the limits of its jobs."""

    id: str
    """The id of the provider, for `provider` in requests."""
    name: str
    """The name of the provider."""
    output_formats: list[str]
    """The values of `output_format` that the provider supports."""
    max_turns: int
    """The maximum number of turns of a job."""
    max_characters: int
    """The maximum number of characters of all texts together."""
    max_speaker_characters: int
    """The maximum number of characters of a speaker's name."""
    max_gap_ms: int
    """The maximum `gap_ms`, in milliseconds."""
    max_crossfade_ms: int
    """The maximum `crossfade_ms`, in milliseconds."""
    max_active_jobs: int
    """The maximum number of pending and processing jobs of a user, unless an operator has set another limit."""


class ProviderList(_Answer):
    """All speech providers."""

    items: list[Provider]
    """The providers. The first one is the default of requests that need not name a provider."""


class Voice(_Answer):
    """A voice to assign to a speaker."""

    voice_id: str
    """The id of the voice, for `voice_id` in requests."""
    name: str
    """The name of the voice in its own language."""
    language: str
    """The tag of the voice's language, such as `zh-TW`; `mul` for a voice that speaks many languages."""
    language_name: str
    """The English name of the language."""
    gender: Gender
    """The gender of the voice."""
    styles: list[str]
    """The values of `style` that the voice supports."""
    takes: list[Literal["speed", "pitch", "language"]]
    """The fields of a turn or a speaker that the voice supports. Every voice supports `volume`."""


class VoiceList(_Answer):
    """All voices that match."""

    items: list[Voice]
    """The voices."""
    total: int
    """The number of voices."""


class Download(_Answer):
    """A URL of a finished file, which works until `expires_at`."""

    download_url: str
    """The URL of the file. It works without a token."""
    expires_at: Time
    """The time until which the URL works."""
    filename: str
    """The name under which browsers save the file."""
    content_type: str
    """The media type of the file."""
    size_bytes: int
    """The size of the file in bytes."""


class JobSummary(_Answer):
    """A job in a list. Times of events that have not happened yet are left out."""

    id: Id
    """The id of the job."""
    status: JobStatus
    """The status of the job. `completed`, `failed` and `cancelled` are final."""
    job_type: JobType
    """The type of the job: `multi_role_tts` for a dialogue, `single_tts` for a text in one voice."""
    provider: str
    """The id of the job's speech provider."""
    title: str | None = _left_out_when_none()
    """The title of the audio; left out if the job has none."""
    author: str | None = _left_out_when_none()
    """The author of the audio; left out if the job has none."""
    album: str | None = _left_out_when_none()
    """The album of the audio, such as the show or the course; left out if the job has none."""
    created_at: Time
    """The time at which the job was submitted."""
    started_at: Time | None = _left_out_when_none()
    """The time at which processing started; left out if it has not started."""
    completed_at: Time | None = _left_out_when_none()
    """The time at which the job ended, with any final status; left out until then."""
    rendition_of: Id | None = _left_out_when_none()
    """The id of the job of which this job is another version."""


class ChapterTimingSchema(_Answer):
    """The times of a chapter, which lasts until the next chapter or the end."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    """The title of the chapter."""
    start_ms: int
    """The start in milliseconds, from the start of the audio."""
    end_ms: int
    """The end in milliseconds, from the start of the audio."""


class SubmittedJob(JobSummary):
    """A job that has just been submitted."""

    warnings: list[Warning] = _left_out_when_empty()
    """Warnings about text that is not spoken, or not spoken as requested; left out if there are none. `line` counts
    the lines of the turn's text."""


class Estimate(_Answer):
    """The estimated cost and duration of a job that has not been created."""

    characters: int
    """The number of characters of all texts."""
    billed_characters: int
    """The number of characters that the provider would charge for, by its own rule. Stored segments cost nothing."""
    segments: int
    """The number of segments, which are the pieces in which the texts are spoken."""
    reused_segments: int
    """The number of segments that are stored and would not be spoken again."""
    duration_ms: int
    """The estimated duration of the audio in milliseconds. It is exact for stored segments."""
    cost: Cost
    """The cost of the billed characters, at the deployment's price."""
    warnings: list[Warning]
    """Warnings about text that is not spoken, or not spoken as requested, as for a submitted job."""


class TurnTimingSchema(_Answer):
    """The times of a turn in the audio."""

    model_config = ConfigDict(from_attributes=True)

    turn_index: int
    """The `index` of the turn."""
    speaker: str
    """The speaker of the turn; empty in a single-voice job."""
    start_ms: int
    """The start in milliseconds, from the start of the audio."""
    end_ms: int
    """The end in milliseconds, from the start of the audio."""


class ResultMetadata(_Answer):
    """Facts about the audio of a completed job."""

    duration_ms: int
    """The duration of the audio in milliseconds."""
    latency_ms: int
    """The time in milliseconds from the start of processing to completion."""
    synthesis_mode: str
    """`segmented` if every segment was spoken in a request of its own, `native` if several segments shared a
    request."""
    content_type: str
    """The media type of the file."""
    size_bytes: int
    """The size of the file in bytes."""
    characters: int
    """The number of characters of all texts."""
    billed_characters: int
    """The number of characters that the provider charged for, by its own rule. Stored segments cost nothing."""
    reused_segments: int
    """The number of segments that were stored and not spoken again for this job."""
    turn_timings: list[TurnTimingSchema]
    """The times of the turns, in spoken order."""
    subtitle_timing: str
    """`reported` if the provider reports the times of words, `estimated` if a voice does not."""
    chapters: list[ChapterTimingSchema] = _left_out_when_empty()
    """The chapters that headings or the `chapter` of turns name."""
    loudness_lufs: float | None = _left_out_when_none()
    """The integrated loudness of the file in LUFS (ITU-R BS.1770); left out if it has not been measured."""


class Progress(_Answer):
    """The progress of a job. `total_segments` is 0 until the job is planned."""

    completed_segments: int
    """The number of segments that are spoken."""
    total_segments: int
    """The number of segments, which are the pieces in which the texts are spoken; 0 until the job is planned."""
    seconds_left: int | None = _left_out_when_none()
    """The estimated number of seconds until all segments of a processing job are spoken, from the speed so far.
    Joining the file takes some seconds more. Left out if it cannot be estimated."""


class _JobParams(_Answer):
    title: str | None = _left_out_when_none()
    """The title of the audio."""
    author: str | None = _left_out_when_none()
    """The author in the file's tags."""
    album: str | None = _left_out_when_none()
    """The album in the file's tags."""
    webhook_url: str | None = _left_out_when_none()
    """The URL that receives the events of this job."""

    @staticmethod
    def _of_job(job: Job) -> dict[str, str | None]:
        return {**asdict(job.titles), "webhook_url": job.webhook_url}


class _AudioParams(_JobParams):
    output_format: str
    """The format of the audio file."""
    quality: Quality | None = _left_out_when_none()
    """The sound quality: `standard` is 24 kHz mono. `studio` is 48 kHz, and stereo if there is music or a sound."""
    loudness: Loudness | None = _left_out_when_none()
    """The loudness of the file. Jobs that are older than this option have `none`."""
    music: MusicSchema | None = _left_out_when_none()
    """Music before, after and under the speech."""
    cover_id: str | None = _left_out_when_none()
    """The id of the image that is the cover of the file."""


class InputParams(_AudioParams):
    """The request that created a job, with defaults and with turns in spoken order. It can be submitted again."""

    provider: str
    """The id of the speech provider."""
    turns: list[AnyStoredTurn]
    """The turns and sounds, in spoken order."""
    voice_assignments: list[VoiceAssignmentSchema]
    """The voices of the speakers."""
    language: str
    """The language of the dialogue, as a BCP 47 tag."""
    gap_ms: int
    """The pause between two turns, in milliseconds."""
    crossfade_ms: int
    """The time in milliseconds over which each next turn fades in, within the pause. If it exceeds `gap_ms`, turns
    overlap a little."""
    markup: Markup = Field(default=Markup.AUTO, exclude_if=lambda value: value is Markup.AUTO)
    """The treatment of markup in the texts; left out if it was `auto`."""
    pronunciations: list[PronunciationSchema] = _left_out_when_empty()
    """The pronunciations of the request and its sets that the texts use."""

    @classmethod
    def of(cls, dialogue: Dialogue, job: Job) -> Self:
        """Return the request that created a job."""
        own = cls.model_fields.keys() - _JobParams.model_fields.keys() - {"pronunciations", "turns"}
        values = {name: getattr(dialogue, name) for name in own} | {"turns": dialogue.sequence}
        pronunciations = [PronunciationSchema.of(each) for each in dialogue.pronunciations]
        return cls.model_validate(
            {**values, **cls._of_job(job), "pronunciations": pronunciations}, from_attributes=True
        )


class SingleVoiceInputParams(_AudioParams):
    """The request that created a single-voice job, with defaults. It can be submitted again."""

    provider: str
    """The id of the speech provider."""
    text: str
    """The words that are spoken."""
    voice_id: str
    """The id of the voice."""
    voice_name: str | None = _left_out_when_none()
    """The name of the voice that the request gave."""
    language: str
    """The language of the text, as a BCP 47 tag."""
    speed: float
    """The speed, as a factor on the voice's own."""
    pitch: int
    """The change of the voice's own pitch, in percent."""
    volume: float
    """The volume, as a factor on the voice's own amplitude."""
    style: str | None = _left_out_when_none()
    """The style of the voice."""
    style_degree: float | None = _left_out_when_none()
    """The strength of the style. 1 is the voice's own strength."""
    take: int = Field(default=0, exclude_if=lambda value: not value)
    """The number of the reading; left out if it was 0."""
    markup: Markup = Field(default=Markup.AUTO, exclude_if=lambda value: value is Markup.AUTO)
    """The treatment of markup in the text; left out if it was `auto`."""
    pronunciations: list[PronunciationSchema] = _left_out_when_empty()
    """The pronunciations of the request and its sets that the text uses."""

    @classmethod
    def of(cls, dialogue: Dialogue, job: Job) -> Self:
        """Return the request that created a job."""
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
    """The part of the input that caused a failure, if a single part did."""

    turn_index: int | None = _left_out_when_none()
    """The `index` of the turn that caused the failure."""
    voice_id: str | None = _left_out_when_none()
    """The id of the voice that caused the failure."""


class QueuePlace(_Answer):
    """The approximate place of a pending job in the queue. Other jobs may go before it, or end sooner."""

    ahead: int
    """The number of batches, of all users' jobs, that will be spoken before the job's first batch."""
    estimated_start_at: Time | None
    """The estimated time at which the job starts; null if it cannot be estimated."""


class JobDetail(JobSummary):
    """A job with all its details. Fields that do not apply are left out."""

    input_params: InputParams | SingleVoiceInputParams
    """The request that created the job. It has no turns if the input can no longer be read."""
    progress: Progress
    """The progress of the job."""
    queue: QueuePlace | None = _left_out_when_none()
    """The place of the job in the queue; only while it is pending and waits."""
    retry_count: int
    """The highest number of retries of any part of the job after a transient failure of the provider."""
    billed_characters: int | None = _left_out_when_none()
    """The number of characters billed for a failed or cancelled job. It may grow for some seconds, until the provider
    requests in flight have ended. For a completed job, it is in `result_metadata`."""
    result_metadata: ResultMetadata | None = _left_out_when_none()
    """Facts about the audio; only of a completed job."""
    audio_file_id: Id | None = _left_out_when_none()
    """The id of the audio file; only of a completed job."""
    error_code: str | None = _left_out_when_none()
    """The code of the failure, such as `VOICE_NOT_FOUND`; only of a failed job."""
    error_message: str | None = _left_out_when_none()
    """The failure as a sentence, in the language of the response; only of a failed job."""
    error_details: FailureDetails | None = _left_out_when_none()
    """The part of the input that caused the failure, if a single part did; only of a failed job."""


class JobList(_Answer):
    """One page of jobs, newest first."""

    items: list[JobSummary]
    """The jobs of the page."""
    total: int | None
    """The number of matching jobs on all pages; null in a search among more than 1,000 jobs."""
    limit: int
    """The maximum number of jobs per page, as requested."""
    offset: int
    """The number of jobs before the page, as requested."""
    next_cursor: str | None
    """The cursor of the next page; null on the last page. Other pages may have fewer items than `limit`, or none."""


class FieldProblem(_Answer):
    """A problem with one field of a request."""

    field: str
    """The path of the field, such as `turns[0].text`."""
    message: str
    """The problem, in the language of the response."""
    line: int | None = _left_out_when_none()
    """The number of the line in the script, or in a body that is not valid JSON, counted from 1."""


class ErrorBody(_Answer):
    """The body of an error response, in the form that all errors have."""

    error: str
    """The code of the error, such as `VALIDATION_ERROR`. It is the same in every language."""
    message: str
    """The error as a sentence, in the language of the response."""
    details: dict[str, Any]


class Health(_Answer):
    """The health of the service."""

    status: Literal["ok"] = "ok"
    """`ok` whenever the service responds."""
