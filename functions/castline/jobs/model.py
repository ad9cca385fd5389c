"""Domain model of jobs: the job, its dialogue, its batches and its result."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from castline.audio.profile import Loudness, Quality
from castline.jobs.errors import InputUnreadable
from castline.scripts.parts import Markup
from castline.search_words import contain_words

if TYPE_CHECKING:
    from datetime import datetime

    from castline.audio.formats import OutputFormat
    from castline.jobs.failures import JobFailure
    from castline.speech.pronunciation import Pronunciation
    from castline.usage.model import Reservation

OMITTED_AT_DEFAULT: Final = "omitted_at_default"
"""Metadata key of the fields that ``castline.jobs.plain_values`` omits at their default."""


_ADDED: Final = {OMITTED_AT_DEFAULT: True}
"""Metadata of a field that was added after the first release. Stored dialogues omit it at its default."""

MAX_PROVIDER_RETRIES = 3
"""Retries of a batch after transient provider failures, as ``workflow.asl.json`` configures them."""


class JobStatus(StrEnum):
    """Status of a job. Completed, failed and cancelled are final."""

    # ``castline.jobs.transitions`` defines the allowed changes.

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobType(StrEnum):
    """Type of a job: ``multi_role_tts`` for a dialogue, ``single_tts`` for one text in one voice."""

    MULTI_ROLE_TTS = "multi_role_tts"
    """A dialogue of several speakers."""
    SINGLE_TTS = "single_tts"
    """One text in one voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDelivery:
    """Delivery settings of one speaker or one turn. A setting of None is inherited.

    A turn's setting takes precedence over its speaker's, and a speaker's over the dialogue's.
    """

    speed: float | None = field(default=None, metadata=_ADDED)
    pitch: int | None = field(default=None, metadata=_ADDED)
    """Percent above the voice's own pitch, or below it if negative."""
    volume: float | None = field(default=None, metadata=_ADDED)
    style: str | None = field(default=None, metadata=_ADDED)
    """One of the voice's styles. A style tag in the text takes precedence."""
    style_degree: float | None = field(default=None, metadata=_ADDED)
    language: str | None = field(default=None, metadata=_ADDED)
    """The tag of the language that the voice speaks instead of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(OwnDelivery):
    """One speaker's words. Turns are spoken in order of ``index``, which need not be contiguous."""

    speaker: str
    text: str
    index: int
    chapter: str | None = field(default=None, metadata=_ADDED)
    """The title of the chapter that begins with this turn."""
    pause_after_ms: int | None = field(default=None, metadata=_ADDED)
    """The pause before the next turn, instead of the dialogue's gap. After the last turn, silence at the end."""
    take: int = field(default=0, metadata=_ADDED)
    """The number of the reading. The same words with another number are spoken and billed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceAssignment(OwnDelivery):
    """The voice that speaks for one speaker."""

    speaker: str
    voice_id: str
    voice_name: str | None = None
    styles: tuple[str, ...] = field(default=(), metadata=_ADDED)
    """The voice's styles that the texts may use, as the provider listed them at submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Delivery of all texts of a dialogue, relative to the voice's own."""

    speed: float = 1.0
    """A factor on the voice's own speed."""
    pitch_percent: int = 0
    """Percent above the voice's own pitch, or below it if negative."""
    volume: float = 1.0
    """A factor on the amplitude."""

    def to_own(self) -> OwnDelivery:
        """Return the same settings as an ``OwnDelivery``."""
        return OwnDelivery(speed=self.speed, pitch=self.pitch_percent, volume=self.volume)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Use of an uploaded sound. Its gain is relative to the level of the speech."""

    sound_id: str
    gain_db: float = 0.0
    fade_in_ms: int = 0
    fade_out_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jingle(Clip):
    """A clip before or after the speech."""

    overlap_ms: int = 0
    """The time for which the clip and the speech overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed(Clip):
    """A clip under the whole speech, repeated as often as needed."""

    duck_db: float = 10.0
    """The number of decibels by which the clip is lowered while somebody speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Music around and under the speech."""

    intro: Jingle | None = None
    outro: Jingle | None = None
    bed: Bed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTurn(Clip):
    """A clip between two turns, or under the next one. Its index determines its place among the turns."""

    index: int
    under: bool = False
    """Whether the next turn starts together with the clip instead of after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Dialogue as a client submitted it: the turns in spoken order, and a voice for every speaker.

    A single text in one voice is a dialogue of one turn whose speaker has no name.

    Raises:
        InvalidDialogue: the dialogue breaks a rule of ``castline.jobs.validity``.
    """

    provider: str
    """A provider id of ``castline.speech.providers.registry``. Use cases check whether the provider is enabled."""
    turns: tuple[Turn, ...]
    voice_assignments: tuple[VoiceAssignment, ...]
    language: str
    output_format: OutputFormat
    gap_ms: int = 0
    crossfade_ms: int = 0
    job_type: JobType = JobType.MULTI_ROLE_TTS
    delivery: Delivery = field(default_factory=Delivery)
    markup: Markup = field(default=Markup.LITERAL, metadata=_ADDED)
    """Whether markup in the texts is understood or spoken. Dialogues of releases without this field are literal."""
    pronunciations: tuple[Pronunciation, ...] = field(default=(), metadata=_ADDED)
    """In order of precedence."""
    quality: Quality = field(default=Quality.STANDARD, metadata=_ADDED)
    recording: Quality | None = field(default=None, metadata=_ADDED)
    """Quality of the stored segments if it differs from the file's."""
    loudness: Loudness = field(default=Loudness.NONE, metadata=_ADDED)
    """Loudness target of the file. Files of releases without this field have none."""
    music: Music | None = field(default=None, metadata=_ADDED)
    sounds: tuple[SoundTurn, ...] = field(default=(), metadata=_ADDED)
    """In order of their indexes. No turn has the same index as a sound."""
    cover_id: str | None = field(default=None, metadata=_ADDED)
    """The id of the uploaded picture that is the file's cover."""
    is_stored: InitVar[bool] = False
    """Whether the dialogue was read from storage. It is not validated again: older releases may have other rules."""

    def __post_init__(self, is_stored: bool) -> None:
        """Refuse a new dialogue that is invalid."""
        if not is_stored:
            from castline.jobs.validity import demand_valid  # only submissions need the rules

            demand_valid(self, is_single=self.job_type is JobType.SINGLE_TTS)

    @property
    def sequence(self) -> tuple[Turn | SoundTurn, ...]:
        """The turns and the sounds between them, in order of their indexes."""
        return tuple(sorted((*self.turns, *self.sounds), key=lambda each: each.index))

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Every use of an uploaded sound, in the music and between the turns."""
        music = self.music or Music()
        return (*filter(None, (music.intro, music.outro, music.bed)), *self.sounds)

    @property
    def sound_ids(self) -> frozenset[str]:
        """The ids of all uploads that the dialogue uses, including the cover."""
        cover = () if self.cover_id is None else (self.cover_id,)
        return frozenset((*(clip.sound_id for clip in self.clips), *cover))

    @property
    def spoken_quality(self) -> Quality:
        """The quality in which the segments are spoken and stored."""
        return self.recording or self.quality

    def assignment_of(self, speaker: str) -> VoiceAssignment:
        """Return the assignment of the voice that speaks for ``speaker``."""
        return next(each for each in self.voice_assignments if each.speaker == speaker)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """Name that a client gives a submission, so that a repeated request does not create a second job."""

    key: str
    request_hash: str
    """Hash of the submission. A different submission under the same key is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTiming:
    """Time of a turn, from the start of the audio."""

    turn_index: int
    speaker: str
    start_ms: int
    end_ms: int


class SynthesisMode(StrEnum):
    """Kind of requests that were sent to the provider."""

    SEGMENTED = "segmented"
    """Every segment was sent in its own request."""
    NATIVE = "native"
    """At least one request was batched: it spoke several segments, each in its own voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterTiming:
    """Time of a chapter, from the start of the audio. It ends at the next chapter or at the end of the audio."""

    title: str
    start_ms: int
    end_ms: int


class SubtitleTiming(StrEnum):
    """Source of the times of the words within a turn."""

    REPORTED = "reported"
    """The provider reported the times of all words."""
    ESTIMATED = "estimated"
    """At least one voice reports no times. Its cues are spread over its audio by their length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Facts about a completed job's audio. Everything is measured on the audio as it was written."""

    duration_ms: int
    synthesis_mode: SynthesisMode
    content_type: str
    size_bytes: int
    characters: int
    """Characters of all texts."""
    billed_characters: int
    """Characters that the provider charges for, by its own rule. Segments that were already stored count 0."""
    reused_segments: int
    """Number of segments that did not have to be spoken for this job."""
    turn_timings: tuple[TurnTiming, ...]
    subtitle_timing: SubtitleTiming = SubtitleTiming.REPORTED
    chapters: tuple[ChapterTiming, ...] = ()
    """Chapters that the dialogue names; empty if it names none."""
    loudness_lufs: float | None = None
    """Loudness of the whole file; None if it was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """Titles of a job's audio; None for those that its user has not given."""

    title: str | None = None
    author: str | None = None
    album: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job without its dialogue. All times are UTC."""

    id: str
    user_id: str
    status: JobStatus
    job_type: JobType
    provider: str
    output_format: OutputFormat
    created_at: datetime
    titles: Titles = field(default_factory=Titles)
    """Titles of the audio. A job that is read from an index has none; ``JobRepository.list_page`` adds them."""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    """Time at which the job reached a terminal status."""
    expires_at: datetime | None = None
    """Time from which a terminal job no longer exists for its user."""
    total_segments: int = 0
    """Number of segments in the job's plan; 0 before the job is planned."""
    completed_segments: int = 0
    retry_count: int = 0
    audio_file_id: str | None = None
    failure: JobFailure | None = None
    rendition_of: str | None = None
    """The id of the job whose spoken segments this rendition uses. A rendition speaks nothing."""
    webhook_url: str | None = None
    """The URL that receives this job's events, in addition to its user's webhooks. Lists do not show it."""
    reservation: Reservation | None = None
    """The reserved part of the quotas; None for a job of an earlier release, and for a job in a list."""
    billed_characters: int | None = None
    """The characters billed for a job that has ended; None before it ends, and if an older release ended it."""
    is_deleted: bool = False
    """Whether its user has deleted it. It is kept for a day to settle its last tasks and to publish its events."""

    @property
    def latency_ms(self) -> int | None:
        """Milliseconds from the start of processing to the end, at least 0; None if either time is missing."""
        if self.started_at is None or self.completed_at is None:
            return None
        return max(0, round((self.completed_at - self.started_at).total_seconds() * 1000))

    def is_found_by(self, words: str) -> bool:
        """Return whether all of ``words`` occur in the job's titles, as ``contain_words`` compares them."""
        titles = " ".join(filter(None, (self.titles.title, self.titles.author, self.titles.album)))
        return contain_words(titles, words)

    def is_gone(self, now: datetime) -> bool:
        """Return whether the job no longer exists for its user: it is deleted, or its retention has passed."""
        return self.is_deleted or (self.expires_at is not None and self.expires_at <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCue:
    """A stretch of a segment's text, and its time from the start of the segment. Positions count characters."""

    start: int
    end: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentWord:
    """A word of a segment's text, and its time from the start of the segment. Positions count characters."""

    start: int
    end: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MasteredFrames:
    """Facts about a segment's MP3 frames that are mastered for the file."""

    checksum: str
    powers: str
    """Power of the segment step by step, as ``castline.audio.mastered_segment`` packs it."""
    start_byte: int | None = None
    """The position of the first frame in the segment's object; None if the frames have their own object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenSegment:
    """A stored segment: its number, cache key and length, and the characters that this job was billed for it."""

    number: int
    """Its position in the job's plan, from 0."""
    fingerprint: str
    samples: int
    cues: tuple[SegmentCue, ...] = ()
    billed_characters: int = 0
    """0 if the segment was already stored."""
    is_reused: bool = False
    frames_checksum: str | None = None
    """Checksum of its MP3 frames as they were stored; None if an older release stored the segment."""
    pcm_checksum: str | None = None
    words: tuple[SegmentWord, ...] = ()
    """Empty if an older release stored the segment."""
    words_estimated: bool = False
    """Whether the times of the words are estimated, because the provider did not report them."""
    lufs: float | None = None
    """Loudness of its PCM at volume 1; None for silence, and if an older release stored the segment."""
    mastered: MasteredFrames | None = None
    """None if the file is not made by copying frames, or has no loudness target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Progress of one batch of segments. It is written as a whole, so writing it twice is harmless."""

    number: int
    segments: tuple[SpokenSegment, ...] = ()
    batched_requests: bool = False
    """Whether a request spoke several of its segments."""
    provider_failures: int = 0
    """Number of attempts at this batch that a transient provider failure ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job with everything that is stored about it."""

    job: Job
    dialogue: Dialogue | None
    """None if it is missing, or if this release cannot read it."""
    batches: tuple[Batch, ...] = ()
    """In order of ``Batch.number``. Batches exist only while the job is processing and shortly after."""
    result: Result | None = None

    @property
    def readable_dialogue(self) -> Dialogue:
        """The dialogue, for callers that cannot work without it.

        Raises:
            InputUnreadable: the dialogue is missing or unreadable.
        """
        if self.dialogue is None:
            raise InputUnreadable(f"the input of job {self.job.id} is missing or unreadable")
        return self.dialogue

    @property
    def billed_characters(self) -> int:
        """The characters billed for the recorded segments."""
        return sum(segment.billed_characters for batch in self.batches for segment in batch.segments)

    @property
    def completed_segments(self) -> int:
        """Number of segments that are synthesized so far, or that were when the job ended."""
        if self.job.completed_at is not None:
            return self.job.completed_segments
        return sum(len(batch.segments) for batch in self.batches)

    @property
    def retry_count(self) -> int:
        """Highest number of retries of a batch after transient provider failures."""
        if self.job.completed_at is not None:
            return self.job.retry_count
        return min(MAX_PROVIDER_RETRIES, max((batch.provider_failures for batch in self.batches), default=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """One page of a user's jobs, newest first."""

    jobs: tuple[Job, ...]
    total: int | None
    """Number of the user's jobs that match, on all pages; None if a search has not read all jobs."""
    next_after: str | None
    """The id after which the next page begins; None if no jobs can follow."""
