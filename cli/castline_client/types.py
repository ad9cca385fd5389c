"""Types of what the API takes and gives: written by ``make openapi`` from ``docs/openapi.json``.

A field that is ``NotRequired`` may be left out of a request, and is left out of an answer that it does not apply to.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

Alphabet: TypeAlias = Literal[
    "ipa",
    "sapi",
]
AttemptError: TypeAlias = Literal[
    "timeout",
    "connection_failed",
    "tls_failed",
    "dns_failed",
    "forbidden_address",
    "redirect",
    "bad_status",
    "endpoint_disabled",
    "protocol_error",
]
Choice: TypeAlias = Literal[
    "join",
    "keep",
    "leave_out",
    "speak",
    "sound",
    "speakers",
    "text",
    "one_voice",
    "alternate",
]
DeliveryStatus: TypeAlias = Literal[
    "pending",
    "delivered",
    "failed",
]
DisabledReason: TypeAlias = Literal[
    "user",
    "gone",
    "failing",
]
EndpointStatus: TypeAlias = Literal[
    "enabled",
    "disabled",
]
EventType: TypeAlias = Literal[
    "job.started",
    "job.completed",
    "job.failed",
    "job.cancelled",
]
FailureCode: TypeAlias = Literal[
    "EMPTY_AUDIO",
    "INTERNAL_ERROR",
    "INTERRUPTED",
    "PROVIDER_AUTH_FAILED",
    "PROVIDER_MISCONFIGURED",
    "PROVIDER_QUOTA_EXCEEDED",
    "PROVIDER_REJECTED_INPUT",
    "PROVIDER_THROTTLED",
    "PROVIDER_UNAVAILABLE",
    "SEGMENTS_EXPIRED",
    "SEGMENT_BROKEN",
    "STOPPED_BY_OPERATOR",
    "TIMEOUT",
    "VOICE_NOT_FOUND",
]
Gender: TypeAlias = Literal[
    "female",
    "male",
    "neutral",
]
JobStatus: TypeAlias = Literal[
    "pending",
    "processing",
    "completed",
    "failed",
    "cancelled",
]
JobType: TypeAlias = Literal[
    "multi_role_tts",
    "single_tts",
]
LanguageSource: TypeAlias = Literal[
    "given",
    "voice",
    "dialogue",
    "preferred",
    "default",
]
Loudness: TypeAlias = Literal[
    "podcast",
    "audiobook",
    "broadcast",
    "none",
]
Markup: TypeAlias = Literal[
    "auto",
    "literal",
]
OutputFormat: TypeAlias = Literal[
    "mp3",
    "wav",
    "flac",
    "opus",
    "m4b",
]
Quality: TypeAlias = Literal[
    "standard",
    "studio",
]
QuestionKind: TypeAlias = Literal[
    "same_speaker",
    "sound",
    "speaker_dash",
    "speaker_lines",
    "speaker_column",
    "no_speakers",
    "preamble",
    "action",
    "caption_lines",
]
ScriptFormat: TypeAlias = Literal[
    "auto",
    "plain",
    "markdown",
    "fountain",
    "srt",
    "vtt",
    "json",
    "csv",
]
SoundKind: TypeAlias = Literal[
    "audio",
    "image",
]
SoundStatus: TypeAlias = Literal[
    "waiting",
    "ready",
    "failed",
]
SubtitleFormat: TypeAlias = Literal[
    "vtt",
    "srt",
    "ass",
]
TimingLevel: TypeAlias = Literal[
    "word",
    "sentence",
    "turn",
    "chapter",
]
UploadProblem: TypeAlias = Literal[
    "empty",
    "too_large",
    "too_long",
    "too_many_channels",
    "unsupported_sample_rate",
    "not_audio",
    "has_video",
    "several_streams",
    "broken",
    "too_slow_to_decode",
    "not_an_image",
    "image_too_large",
]
VoiceSource: TypeAlias = Literal[
    "kept",
    "name",
    "dealt",
]
WarningKind: TypeAlias = Literal[
    "direction_not_spoken",
    "unknown_tag",
    "style_not_available",
    "pause_too_long",
    "image_not_spoken",
    "not_dialogue",
    "sound_left_out",
    "no_speakers",
    "times_dropped",
    "phoneme_not_available",
]


class BedSchema(TypedDict):
    """A sound under the whole speech, repeated as often as needed."""

    sound_id: str
    # The gain in dB, relative to the loudness of the speech.
    gain_db: NotRequired[float]
    fade_in_ms: NotRequired[int]
    fade_out_ms: NotRequired[int]
    duck_db: NotRequired[float]


class CastDialogue(TypedDict):
    """A voice for each speaker, in the order of the request."""

    speakers: list[CastMemberSchema]
    notes: list[str]


class CastDialogueRequest(TypedDict):
    """The speakers of a dialogue, in order of appearance."""

    provider: NotRequired[str | None]
    speakers: list[PartSchema]
    language: NotRequired[str | None]
    preferred_languages: NotRequired[list[str]]


class CastMemberSchema(TypedDict):
    """A speaker with a voice."""

    speaker: str
    voice_id: str
    voice_name: str
    language: str
    language_source: LanguageSource
    voice_source: VoiceSource
    gender: Gender
    shared: bool
    told_language: NotRequired[str]


class ChangeWebhookRequest(TypedDict):
    """New values of a webhook."""

    url: NotRequired[str | None]
    events: NotRequired[list[EventType] | None]
    description: NotRequired[str | None]
    status: NotRequired[EndpointStatus | None]


class ChangedDeploymentLimits(TypedDict):
    """The limit that an operator has set for all users together."""

    characters_per_day: NotRequired[int | None]


class ChangedUserLimits(TypedDict):
    """The limits that an operator has set for a user."""

    characters_per_day: NotRequired[int | None]
    characters_per_month: NotRequired[int | None]
    max_active_jobs: NotRequired[int]


class ChapterTimingSchema(TypedDict):
    """The times of a chapter, which lasts until the next chapter or the end."""

    title: str
    start_ms: int
    end_ms: int


class ChoiceSchema(TypedDict):
    """A possible answer to a question."""

    choice: Choice
    label: str


class Cost(TypedDict):
    """An amount of money, at the deployment's price per 1,000,000 billed characters."""

    amount: float
    currency: str


class CreateJobRequest(TypedDict):
    """A dialogue to be spoken."""

    webhook_url: NotRequired[str | None]
    title: NotRequired[str | None]
    author: NotRequired[str | None]
    album: NotRequired[str | None]
    markup: NotRequired[Markup]
    pronunciations: NotRequired[list[PronunciationSchema]]
    pronunciation_sets: NotRequired[list[str]]
    output_format: NotRequired[OutputFormat]
    quality: NotRequired[Quality]
    loudness: NotRequired[Loudness]
    music: NotRequired[MusicSchema | None]
    cover_id: NotRequired[str | None]
    provider: str
    turns: list[SubmittedTurn | SoundTurnSchema]
    voice_assignments: list[VoiceAssignmentSchema]
    language: NotRequired[str]
    gap_ms: NotRequired[int]
    crossfade_ms: NotRequired[int]


class CreatePreviewRequest(TypedDict):
    """A short text to be spoken at once in one voice."""

    markup: NotRequired[Markup]
    pronunciations: NotRequired[list[PronunciationSchema]]
    pronunciation_sets: NotRequired[list[str]]
    speed: NotRequired[float | None]
    pitch: NotRequired[int | None]
    volume: NotRequired[float | None]
    style: NotRequired[str | None]
    style_degree: NotRequired[float | None]
    language: NotRequired[str | None]
    provider: NotRequired[str | None]
    voice_id: str
    text: str
    take: NotRequired[int]
    dialogue_language: NotRequired[str]
    quality: NotRequired[Quality]


class CreateSingleVoiceJobRequest(TypedDict):
    """A text to be spoken in one voice."""

    webhook_url: NotRequired[str | None]
    title: NotRequired[str | None]
    author: NotRequired[str | None]
    album: NotRequired[str | None]
    markup: NotRequired[Markup]
    pronunciations: NotRequired[list[PronunciationSchema]]
    pronunciation_sets: NotRequired[list[str]]
    output_format: NotRequired[OutputFormat]
    quality: NotRequired[Quality]
    loudness: NotRequired[Loudness]
    music: NotRequired[MusicSchema | None]
    cover_id: NotRequired[str | None]
    provider: str
    text: str
    voice_id: str
    voice_name: NotRequired[str | None]
    language: NotRequired[str]
    # A factor on the voice's own speed. HD voices support only 1.
    speed: NotRequired[float]
    # The change of the voice's own pitch, in percent. HD voices support only 0.
    pitch: NotRequired[int]
    # A factor on the amplitude.
    volume: NotRequired[float]
    style: NotRequired[str | None]
    style_degree: NotRequired[float | None]
    take: NotRequired[int]


class CreateSoundRequest(TypedDict):
    """A new sound, whose file is uploaded with a second request."""

    name: str
    size_bytes: int
    content_type: Literal[
        "audio/aac",
        "audio/aiff",
        "audio/flac",
        "audio/m4a",
        "audio/mp3",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/opus",
        "audio/vnd.wave",
        "audio/wav",
        "audio/wave",
        "audio/x-aiff",
        "audio/x-flac",
        "audio/x-m4a",
        "audio/x-wav",
        "image/jpeg",
        "image/png",
    ]


class CreateWebhookRequest(TypedDict):
    """A URL that receives the events of your jobs."""

    url: str
    events: NotRequired[list[EventType]]
    description: NotRequired[str | None]


class CreatedSound(TypedDict):
    """A new sound, and the request that uploads its file."""

    id: str
    name: str
    kind: SoundKind
    status: SoundStatus
    content_type: str
    size_bytes: int
    created_at: str
    expires_at: str | None
    duration_ms: int | None
    channels: int | None
    sample_rate_hz: int | None
    loudness_lufs: float | None
    error: SoundError | None
    upload: UploadRequest


class DeploymentLimits(TypedDict):
    """The limit of all users together."""

    characters_per_day: int | None


class DeploymentUsage(TypedDict):
    """The usage of all users together."""

    limit: int | None
    today: UsageFigures
    total: UsageFigures


class Download(TypedDict):
    """A URL of a finished file, which works until `expires_at`."""

    download_url: str
    expires_at: str
    filename: str
    content_type: str
    size_bytes: int


class ErrorBody(TypedDict):
    """The body of an error response, in the form that all errors have."""

    error: str
    message: str
    # Details of the error. For VALIDATION_ERROR: every invalid field.
    details: dict[str, Any]


class Estimate(TypedDict):
    """The estimated cost and duration of a job that has not been created."""

    characters: int
    billed_characters: int
    segments: int
    reused_segments: int
    duration_ms: int
    cost: Cost
    warnings: list[Warning]


class FailJobRequest(TypedDict):
    """The reason for failing a job."""

    reason: NotRequired[str | None]


class FailureDetails(TypedDict):
    """The part of the input that caused a failure, if a single part did."""

    turn_index: NotRequired[int]
    voice_id: NotRequired[str]


class FieldProblem(TypedDict):
    """A problem with one field of a request."""

    field: str
    message: str
    line: NotRequired[int]


class GatewayError(TypedDict):
    """The response of API Gateway to a request without a valid token."""

    message: str


class Health(TypedDict):
    """The health of the service."""

    status: NotRequired[Literal["ok"]]


class InputParams(TypedDict):
    """The request that created a job, with defaults and with turns in spoken order."""

    title: NotRequired[str]
    author: NotRequired[str]
    album: NotRequired[str]
    webhook_url: NotRequired[str]
    output_format: str
    quality: NotRequired[Quality]
    loudness: NotRequired[Loudness]
    music: NotRequired[MusicSchema]
    cover_id: NotRequired[str]
    provider: str
    turns: list[TurnSchema | SoundTurnSchema]
    voice_assignments: list[VoiceAssignmentSchema]
    language: str
    gap_ms: int
    crossfade_ms: int
    markup: NotRequired[Markup]
    pronunciations: NotRequired[list[PronunciationSchema]]


class JingleSchema(TypedDict):
    """A sound before or after the speech."""

    sound_id: str
    # The gain in dB, relative to the loudness of the speech.
    gain_db: NotRequired[float]
    fade_in_ms: NotRequired[int]
    fade_out_ms: NotRequired[int]
    overlap_ms: NotRequired[int]


class JobDetail(TypedDict):
    """A job with all its details."""

    id: str
    status: JobStatus
    job_type: JobType
    provider: str
    title: NotRequired[str]
    author: NotRequired[str]
    album: NotRequired[str]
    created_at: str
    started_at: NotRequired[str]
    completed_at: NotRequired[str]
    rendition_of: NotRequired[str]
    input_params: InputParams | SingleVoiceInputParams
    progress: Progress
    queue: NotRequired[QueuePlace]
    retry_count: int
    billed_characters: NotRequired[int]
    result_metadata: NotRequired[ResultMetadata]
    audio_file_id: NotRequired[str]
    error_code: NotRequired[str]
    error_message: NotRequired[str]
    error_details: NotRequired[FailureDetails]


class JobList(TypedDict):
    """One page of jobs, newest first."""

    items: list[JobSummary]
    total: int | None
    limit: int
    offset: int
    next_cursor: str | None


class JobSummary(TypedDict):
    """A job in a list."""

    id: str
    status: JobStatus
    job_type: JobType
    provider: str
    title: NotRequired[str]
    author: NotRequired[str]
    album: NotRequired[str]
    created_at: str
    started_at: NotRequired[str]
    completed_at: NotRequired[str]
    rendition_of: NotRequired[str]


class MusicSchema(TypedDict):
    """Music before, after and under the speech."""

    intro: NotRequired[JingleSchema | None]
    outro: NotRequired[JingleSchema | None]
    bed: NotRequired[BedSchema | None]


class OperatedBreaker(TypedDict):
    """The breaker."""

    changed_at: str | None
    changed_by: str | None
    state: Literal["open", "closed"]
    reason: str | None


class OperatedDeploymentLimits(TypedDict):
    """The limits of the whole deployment."""

    changed_at: str | None
    changed_by: str | None
    limits: DeploymentLimits
    changed: ChangedDeploymentLimits


class OperatedJob(TypedDict):
    """A job as operators see it: its user and its progress, without texts and titles."""

    id: str
    user_id: str
    status: JobStatus
    job_type: JobType
    provider: str
    output_format: str
    created_at: str
    started_at: str | None
    completed_at: str | None
    error_code: FailureCode | None


class OperatedJobList(TypedDict):
    """One page of the jobs of a day, newest first."""

    items: list[OperatedJob]
    next_cursor: str | None


class OperatedUserLimits(TypedDict):
    """The limits of a user."""

    changed_at: str | None
    changed_by: str | None
    user_id: str
    limits: UserLimits
    changed: ChangedUserLimits


class OperatorUsage(TypedDict):
    """The usage of all users in a month, in total and by user."""

    month: str
    currency: str
    deployment: DeploymentUsage
    days: list[UsageOfDay]
    users: list[UsageOfUser]
    next_cursor: str | None


class ParseDialogueRequest(TypedDict):
    """A script to be parsed into turns."""

    script: str
    format: NotRequired[ScriptFormat]
    markup: NotRequired[Markup]
    answers: NotRequired[list[ScriptAnswer]]


class ParsedDialogue(TypedDict):
    """A script as turns."""

    format: Literal["plain", "markdown", "fountain", "srt", "vtt", "json", "csv"]
    turns: list[ParsedTurn]
    speakers: list[str]
    total_characters: int
    warnings: list[Warning]
    languages: dict[str, str]
    language: NotRequired[str]
    questions: list[QuestionSchema]


class ParsedTurn(TypedDict):
    """One speaker's words in a script."""

    speed: NotRequired[float | None]
    pitch: NotRequired[int | None]
    volume: NotRequired[float | None]
    style: NotRequired[str | None]
    style_degree: NotRequired[float | None]
    language: NotRequired[str | None]
    speaker: str
    text: str
    index: int
    chapter: NotRequired[str | None]
    pause_after_ms: NotRequired[int | None]
    take: NotRequired[int]
    line: int
    is_sound: NotRequired[bool]


class PartSchema(TypedDict):
    """A speaker who needs a voice."""

    speaker: str
    language: NotRequired[str | None]
    voice_id: NotRequired[str | None]


class Preview(TypedDict):
    """A spoken preview."""

    audio_url: str
    expires_at: str
    duration_ms: int
    billed_characters: int
    reused: bool
    cost: Cost
    warnings: list[Warning]


class Progress(TypedDict):
    """The progress of a job."""

    completed_segments: int
    total_segments: int
    seconds_left: NotRequired[int]


class PronunciationSchema(TypedDict):
    """The pronunciation of a word or phrase."""

    text: str
    alias: NotRequired[str | None]
    phoneme: NotRequired[str | None]
    alphabet: NotRequired[Alphabet | None]
    language: NotRequired[str | None]


class PronunciationSetDetail(TypedDict):
    """A pronunciation set."""

    name: str
    entries: list[PronunciationSchema]


class PronunciationSetList(TypedDict):
    """All pronunciation sets of the user, ordered by name."""

    items: list[PronunciationSetSummary]
    total: int


class PronunciationSetSummary(TypedDict):
    """A pronunciation set in a list."""

    name: str
    entry_count: int
    updated_at: str
    etag: str


class Provider(TypedDict):
    """A speech provider, and the limits of its jobs."""

    id: str
    name: str
    output_formats: list[str]
    max_turns: int
    max_characters: int
    max_speaker_characters: int
    max_gap_ms: int
    max_crossfade_ms: int
    max_active_jobs: int


class ProviderList(TypedDict):
    """All speech providers."""

    items: list[Provider]


class PutBreakerRequest(TypedDict):
    """The state of the breaker."""

    state: Literal["open", "closed"]
    reason: NotRequired[str | None]


class PutDeploymentLimitsRequest(TypedDict):
    """The limit of the whole deployment."""

    characters_per_day: NotRequired[int | None]


class PutPronunciationSetRequest(TypedDict):
    """The entries of a set."""

    entries: list[PronunciationSchema]


class PutShowRequest(TypedDict):
    """The fields that the jobs of a show have in common."""

    title: NotRequired[str | None]
    author: NotRequired[str | None]
    album: NotRequired[str | None]
    output_format: NotRequired[OutputFormat | None]
    quality: NotRequired[Quality | None]
    loudness: NotRequired[Loudness | None]
    music: NotRequired[MusicSchema | None]
    cover_id: NotRequired[str | None]
    provider: NotRequired[str | None]
    cast: NotRequired[list[VoiceAssignmentSchema]]
    pronunciations: NotRequired[list[PronunciationSchema]]
    pronunciation_sets: NotRequired[list[str]]
    gap_ms: NotRequired[int | None]
    crossfade_ms: NotRequired[int | None]


class PutUserLimitsRequest(TypedDict):
    """New limits of a user, which replace all earlier ones."""

    characters_per_day: NotRequired[int | None]
    characters_per_month: NotRequired[int | None]
    max_active_jobs: NotRequired[int]


class QuestionSchema(TypedDict):
    """A question about a script, with the possible answers."""

    question: QuestionKind
    speaker: str
    other: NotRequired[str]
    lines: list[int]
    message: str
    choices: list[ChoiceSchema]


class QueuePlace(TypedDict):
    """The approximate place of a pending job in the queue."""

    ahead: int
    estimated_start_at: str | None


class RenameJobRequest(TypedDict):
    """New titles of a job."""

    title: NotRequired[str | None]
    author: NotRequired[str | None]
    album: NotRequired[str | None]


class RenderJobRequest(TypedDict):
    """Options of another version of a completed job's audio."""

    output_format: NotRequired[OutputFormat | None]
    quality: NotRequired[Quality | None]
    loudness: NotRequired[Loudness | None]
    music: NotRequired[MusicSchema | None]
    cover_id: NotRequired[str | None]


class ResultMetadata(TypedDict):
    """Facts about the audio of a completed job."""

    duration_ms: int
    latency_ms: int
    synthesis_mode: str
    content_type: str
    size_bytes: int
    characters: int
    billed_characters: int
    reused_segments: int
    turn_timings: list[TurnTimingSchema]
    subtitle_timing: str
    chapters: NotRequired[list[ChapterTimingSchema]]
    loudness_lufs: NotRequired[float]


class ScriptAnswer(TypedDict):
    """An answer to a question from an earlier parse of the same script."""

    question: QuestionKind
    speaker: NotRequired[str]
    choice: Choice


class ShowDetail(TypedDict):
    """A show."""

    name: str
    title: NotRequired[str]
    author: NotRequired[str]
    album: NotRequired[str]
    provider: NotRequired[str]
    cast: list[VoiceAssignmentSchema]
    pronunciations: list[PronunciationSchema]
    pronunciation_sets: list[str]
    output_format: NotRequired[OutputFormat]
    quality: NotRequired[Quality]
    loudness: NotRequired[Loudness]
    music: NotRequired[MusicSchema]
    cover_id: NotRequired[str]
    gap_ms: NotRequired[int]
    crossfade_ms: NotRequired[int]


class ShowList(TypedDict):
    """All shows of the user, ordered by name."""

    items: list[ShowSummary]
    total: int


class ShowSummary(TypedDict):
    """A show in a list."""

    name: str
    title: NotRequired[str]
    updated_at: str
    etag: str


class SingleVoiceInputParams(TypedDict):
    """The request that created a single-voice job, with defaults."""

    title: NotRequired[str]
    author: NotRequired[str]
    album: NotRequired[str]
    webhook_url: NotRequired[str]
    output_format: str
    quality: NotRequired[Quality]
    loudness: NotRequired[Loudness]
    music: NotRequired[MusicSchema]
    cover_id: NotRequired[str]
    provider: str
    text: str
    voice_id: str
    voice_name: NotRequired[str]
    language: str
    speed: float
    pitch: int
    volume: float
    style: NotRequired[str]
    style_degree: NotRequired[float]
    take: NotRequired[int]
    markup: NotRequired[Markup]
    pronunciations: NotRequired[list[PronunciationSchema]]


class SoundDetail(TypedDict):
    """An audio clip or a cover image."""

    id: str
    name: str
    kind: SoundKind
    status: SoundStatus
    content_type: str
    size_bytes: int
    created_at: str
    expires_at: str | None
    duration_ms: int | None
    channels: int | None
    sample_rate_hz: int | None
    loudness_lufs: float | None
    error: SoundError | None


class SoundError(TypedDict):
    """The reason why a file cannot be used."""

    code: UploadProblem
    message: str


class SoundLink(TypedDict):
    """A sound, and a URL that plays or shows it."""

    id: str
    name: str
    kind: SoundKind
    status: SoundStatus
    content_type: str
    size_bytes: int
    created_at: str
    expires_at: str | None
    duration_ms: int | None
    channels: int | None
    sample_rate_hz: int | None
    loudness_lufs: float | None
    error: SoundError | None
    audio_url: str | None
    image_url: str | None


class SoundList(TypedDict):
    """All sounds of the user, newest first."""

    items: list[SoundDetail]
    total: int


class SoundTurnSchema(TypedDict):
    """A sound between two turns, or under the next one."""

    sound_id: str
    # The gain in dB, relative to the loudness of the speech.
    gain_db: NotRequired[float]
    fade_in_ms: NotRequired[int]
    fade_out_ms: NotRequired[int]
    index: int
    under: NotRequired[bool]


class SubmittedJob(TypedDict):
    """A job that has just been submitted."""

    id: str
    status: JobStatus
    job_type: JobType
    provider: str
    title: NotRequired[str]
    author: NotRequired[str]
    album: NotRequired[str]
    created_at: str
    started_at: NotRequired[str]
    completed_at: NotRequired[str]
    rendition_of: NotRequired[str]
    warnings: NotRequired[list[Warning]]


class SubmittedTurn(TypedDict):
    """One speaker's words in a request."""

    speed: NotRequired[float | None]
    pitch: NotRequired[int | None]
    volume: NotRequired[float | None]
    style: NotRequired[str | None]
    style_degree: NotRequired[float | None]
    language: NotRequired[str | None]
    speaker: str
    text: str
    index: int
    chapter: NotRequired[str | None]
    pause_after_ms: NotRequired[int | None]
    take: NotRequired[int]
    line: NotRequired[int | None]


class Timing(TypedDict):
    """A part of the audio and its time."""

    start_ms: int
    end_ms: int
    text: NotRequired[str]
    speaker: NotRequired[str]
    turn_index: NotRequired[int]
    title: NotRequired[str]
    estimated: NotRequired[bool]


class Timings(TypedDict):
    """The parts of a finished file, ordered by start time."""

    level: TimingLevel
    duration_ms: int
    estimated: bool
    items: list[Timing]


class TurnSchema(TypedDict):
    """One speaker's words."""

    speed: NotRequired[float | None]
    pitch: NotRequired[int | None]
    volume: NotRequired[float | None]
    style: NotRequired[str | None]
    style_degree: NotRequired[float | None]
    language: NotRequired[str | None]
    speaker: str
    text: str
    index: int
    chapter: NotRequired[str | None]
    pause_after_ms: NotRequired[int | None]
    take: NotRequired[int]


class TurnTimingSchema(TypedDict):
    """The times of a turn in the audio."""

    turn_index: int
    speaker: str
    start_ms: int
    end_ms: int


class UploadRequest(TypedDict):
    """The request that uploads the file."""

    method: Literal["PUT"]
    url: str
    headers: dict[str, str]
    expires_at: str


class Usage(TypedDict):
    """Your usage in a month, and your limits."""

    month: str
    currency: str
    limits: UserLimits
    day_resets_at: str
    month_resets_at: str
    today: UsageFigures
    total: UsageFigures
    days: list[UsageOfDay]


class UsageFigures(TypedDict):
    """Usage in a period."""

    billed_characters: int
    reserved_characters: int
    jobs: int
    audio_seconds: float
    cost: Cost


class UsageOfDay(TypedDict):
    """Usage on one day."""

    billed_characters: int
    reserved_characters: int
    jobs: int
    audio_seconds: float
    cost: Cost
    day: str


class UsageOfUser(TypedDict):
    """The usage of one user in a month."""

    billed_characters: int
    reserved_characters: int
    jobs: int
    audio_seconds: float
    cost: Cost
    user_id: str
    days: list[UsageOfDay]


class UserLimits(TypedDict):
    """The limits of a user."""

    characters_per_day: int | None
    characters_per_month: int | None
    max_active_jobs: int


class Voice(TypedDict):
    """A voice to assign to a speaker."""

    voice_id: str
    name: str
    language: str
    language_name: str
    gender: Gender
    styles: list[str]
    takes: list[Literal["speed", "pitch", "language"]]


class VoiceAssignmentSchema(TypedDict):
    """The voice of a speaker, and the delivery."""

    speed: NotRequired[float | None]
    pitch: NotRequired[int | None]
    volume: NotRequired[float | None]
    style: NotRequired[str | None]
    style_degree: NotRequired[float | None]
    language: NotRequired[str | None]
    speaker: str
    voice_id: str
    voice_name: NotRequired[str | None]


class VoiceList(TypedDict):
    """All voices that match."""

    items: list[Voice]
    total: int


class Warning(TypedDict):
    """Something in a script or a text that is not spoken, or not spoken as requested."""

    code: WarningKind
    message: str
    line: int
    turn_index: NotRequired[int]
    text: str


class Webhook(TypedDict):
    """A URL that receives the events of your jobs."""

    id: str
    url: str | None
    events: list[EventType]
    description: str | None
    status: EndpointStatus
    disabled_reason: DisabledReason | None
    failing_since: str | None
    created_at: str
    updated_at: str
    previous_secret_expires_at: str | None


class WebhookAttempt(TypedDict):
    """An attempt of a delivery: one request, and its outcome."""

    at: str
    status_code: int | None
    error: AttemptError | None
    duration_ms: int
    response_excerpt: str | None


class WebhookDelivery(TypedDict):
    """The delivery of an event to a webhook, with all its attempts."""

    id: str
    webhook_id: str
    event_id: str
    event_type: str
    job_id: str | None
    url: str
    status: DeliveryStatus
    created_at: str
    next_attempt_at: str | None
    attempts: list[WebhookAttempt]
    redelivery_of: str | None


class WebhookDeliveryList(TypedDict):
    """One page of deliveries, newest first."""

    items: list[WebhookDelivery]
    next_cursor: str | None


class WebhookList(TypedDict):
    """All webhooks of the user, newest first, without the webhook `job`."""

    items: list[Webhook]
    total: int


class WebhookWithSecret(TypedDict):
    """A webhook with a new secret, which is shown only once."""

    id: str
    url: str | None
    events: list[EventType]
    description: str | None
    status: EndpointStatus
    disabled_reason: DisabledReason | None
    failing_since: str | None
    created_at: str
    updated_at: str
    previous_secret_expires_at: str | None
    secret: str
