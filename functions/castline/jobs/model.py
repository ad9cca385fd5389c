"""What a job is made of."""

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
"""The name of the metadata of a field that ``castline.jobs.plain_values`` leaves out while it has its default."""


_ADDED: Final = {OMITTED_AT_DEFAULT: True}
"""Of a field that earlier releases do not have: at its default, a dialogue is the same without it."""

MAX_PROVIDER_RETRIES = 3
"""How often the workflow tries a batch again after a transient provider failure; ``workflow.asl.json`` does it."""


class JobStatus(StrEnum):
    """Where a job stands. ``castline.jobs.transitions`` says how it moves."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobType(StrEnum):
    """What was asked for."""

    MULTI_ROLE_TTS = "multi_role_tts"
    """A dialogue of several speakers."""
    SINGLE_TTS = "single_tts"
    """One text in one voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDelivery:
    """A delivery that a speaker or a turn has of its own; None for what it has in common with the others.

    A turn's own delivery goes before its speaker's, and a speaker's before the dialogue's.
    """

    speed: float | None = field(default=None, metadata=_ADDED)
    pitch: int | None = field(default=None, metadata=_ADDED)
    """In percent, up or down from the voice's own pitch."""
    volume: float | None = field(default=None, metadata=_ADDED)
    style: str | None = field(default=None, metadata=_ADDED)
    """One of the voice's styles. A style that the text asks for goes before it."""
    style_degree: float | None = field(default=None, metadata=_ADDED)
    language: str | None = field(default=None, metadata=_ADDED)
    """The language tag of the language that the voice speaks, in place of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(OwnDelivery):
    """One speaker's words. Turns are spoken in order of ``index``, which need not be contiguous."""

    speaker: str
    text: str
    index: int
    chapter: str | None = field(default=None, metadata=_ADDED)
    """The title of the chapter that begins with this turn."""
    pause_after_ms: int | None = field(default=None, metadata=_ADDED)
    """The pause before the next turn, in place of the dialogue's gap; for the last turn, silence at the end."""
    take: int = field(default=0, metadata=_ADDED)
    """The number of the reading: another one is spoken anew, although the words are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceAssignment(OwnDelivery):
    """The voice that speaks for one speaker."""

    speaker: str
    voice_id: str
    voice_name: str | None = None
    styles: tuple[str, ...] = field(default=(), metadata=_ADDED)
    """Those of the voice's styles that the texts may ask for, as the provider listed them at submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a text is delivered, other than the voice would by itself."""

    speed: float = 1.0
    """A factor on the voice's own speed."""
    pitch_percent: int = 0
    """How much higher than the voice's own pitch."""
    volume: float = 1.0
    """A factor on the amplitude."""

    def to_own(self) -> OwnDelivery:
        """Return the same delivery as one that a speaker or a turn has of its own."""
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
    """For how long the clip and the speech are heard together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed(Clip):
    """A clip under the whole speech, repeated as often as needed."""

    duck_db: float = 10.0
    """By how much it is lowered while somebody speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Music around and under the speech."""

    intro: Jingle | None = None
    outro: Jingle | None = None
    bed: Bed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTurn(Clip):
    """A clip between two turns, or under the next one. It has its place among the turns by its index."""

    index: int
    under: bool = False
    """Whether the next turn starts with the clip, not after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """What a client submitted, valid and complete: the turns in spoken order, a voice for every speaker.

    A single text in one voice is a dialogue of one turn whose speaker has no name.

    Raises:
        InvalidDialogue: it breaks a rule of ``castline.jobs.validity``.
    """

    provider: str
    """An id of ``castline.speech.providers.registry``. Who submits checks whether the provider is enabled."""
    turns: tuple[Turn, ...]
    voice_assignments: tuple[VoiceAssignment, ...]
    language: str
    output_format: OutputFormat
    gap_ms: int = 0
    crossfade_ms: int = 0
    job_type: JobType = JobType.MULTI_ROLE_TTS
    delivery: Delivery = field(default_factory=Delivery)
    markup: Markup = field(default=Markup.LITERAL, metadata=_ADDED)
    """Reading of the texts. Dialogues of releases that had no choice are literal."""
    pronunciations: tuple[Pronunciation, ...] = field(default=(), metadata=_ADDED)
    """In order of precedence."""
    quality: Quality = field(default=Quality.STANDARD, metadata=_ADDED)
    recording: Quality | None = field(default=None, metadata=_ADDED)
    """Quality of the stored segments, where it is not that of the file."""
    loudness: Loudness = field(default=Loudness.NONE, metadata=_ADDED)
    """Files of releases that had no choice have no target."""
    music: Music | None = field(default=None, metadata=_ADDED)
    sounds: tuple[SoundTurn, ...] = field(default=(), metadata=_ADDED)
    """In order of their indexes, none of which a turn has."""
    cover_id: str | None = field(default=None, metadata=_ADDED)
    """The uploaded picture that is the file's cover."""
    is_stored: InitVar[bool] = False
    """Whether it is made of one that was valid when it was stored, perhaps under the rules of an older release."""

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
        """The ids of all uploads that it uses, the cover included."""
        cover = () if self.cover_id is None else (self.cover_id,)
        return frozenset((*(clip.sound_id for clip in self.clips), *cover))

    @property
    def spoken_quality(self) -> Quality:
        """The quality in which its segments are spoken and stored."""
        return self.recording or self.quality

    def assignment_of(self, speaker: str) -> VoiceAssignment:
        """Return the assignment of the voice that speaks for ``speaker``."""
        return next(each for each in self.voice_assignments if each.speaker == speaker)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """What a client names a submission by, so that sending it again does not submit it again."""

    key: str
    request_hash: str
    """Of what was submitted: another submission under the same key is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTiming:
    """When a turn is heard, from the start of the audio."""

    turn_index: int
    speaker: str
    start_ms: int
    end_ms: int


class SynthesisMode(StrEnum):
    """How the provider was asked."""

    SEGMENTED = "segmented"
    """Every segment in a request of its own."""
    NATIVE = "native"
    """At least some of them several to a request, each in its own voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterTiming:
    """Time at which a chapter is heard, from the start of the audio. It lasts until the next one or the end."""

    title: str
    start_ms: int
    end_ms: int


class SubtitleTiming(StrEnum):
    """How it is known when the words within a turn are heard."""

    REPORTED = "reported"
    """The provider has told."""
    ESTIMATED = "estimated"
    """At least one voice does not tell: its cues are spread over its audio by their length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a completed job made. Everything is measured on the audio as it was written."""

    duration_ms: int
    synthesis_mode: SynthesisMode
    content_type: str
    size_bytes: int
    characters: int
    """Of all texts."""
    billed_characters: int
    """What the provider charges for, by its own rule: nothing for a segment that was stored already."""
    reused_segments: int
    """How many segments did not have to be spoken for this job."""
    turn_timings: tuple[TurnTiming, ...]
    subtitle_timing: SubtitleTiming = SubtitleTiming.REPORTED
    chapters: tuple[ChapterTiming, ...] = ()
    """Those that the dialogue names; it may name none."""
    loudness_lufs: float | None = None
    """Of the file as a whole; None where nobody has measured it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """Titles of a job's audio, as far as its user has given them."""

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
    """Of a job in a list only the title, and that only where the list says so."""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    """When the job reached a terminal status, whichever it is."""
    expires_at: datetime | None = None
    """When a terminal job stops existing for its user."""
    total_segments: int = 0
    """How many segments the plan has: 0 before there is one."""
    completed_segments: int = 0
    retry_count: int = 0
    audio_file_id: str | None = None
    failure: JobFailure | None = None
    rendition_of: str | None = None
    """The id of the job whose spoken segments it uses; such a job speaks nothing."""
    webhook_url: str | None = None
    """The URL that is told of this job's events, besides the webhooks of its user. No list says it."""
    reservation: Reservation | None = None
    """The reserved part of the quotas; None for a job of an earlier release, and for a job of a list."""
    billed_characters: int | None = None
    """The characters billed for a job that has ended; None before that, and where an older release has ended it."""
    is_deleted: bool = False
    """Whether its user has deleted it. It is kept for a day, for what its last tasks bill and for its events."""

    @property
    def latency_ms(self) -> int | None:
        """From the start of processing to the end, never below 0; None for a job that has not come so far."""
        if self.started_at is None or self.completed_at is None:
            return None
        return max(0, round((self.completed_at - self.started_at).total_seconds() * 1000))

    def is_found_by(self, words: str) -> bool:
        """Return whether all of ``words`` occur in the job's titles, however they are typed."""
        titles = " ".join(filter(None, (self.titles.title, self.titles.author, self.titles.album)))
        return contain_words(titles, words)

    def is_gone(self, now: datetime) -> bool:
        """Whether the job does not exist for its user any more: it is deleted, or its retention has passed."""
        return self.is_deleted or (self.expires_at is not None and self.expires_at <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCue:
    """When a stretch of a segment's text is heard, from the start of the segment. Positions count characters."""

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
    """Notes on a segment's MP3 frames that are mastered for the file."""

    checksum: str
    powers: str
    """Power of the segment step by step, as ``castline.audio.mastered_segment`` packs it."""
    start_byte: int | None = None
    """The place of the first frame in the segment's object; None where they are an object of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenSegment:
    """A segment that is stored: which one, under which key, how long it is, and what it has cost this job."""

    number: int
    """Its place in the dialogue's plan, from 0."""
    fingerprint: str
    samples: int
    cues: tuple[SegmentCue, ...] = ()
    billed_characters: int = 0
    """0 when it was stored already."""
    is_reused: bool = False
    frames_checksum: str | None = None
    """Of its MP3 frames as they were stored; None for a segment that an older release has stored."""
    pcm_checksum: str | None = None
    words: tuple[SegmentWord, ...] = ()
    """Empty for a segment that an older release has stored."""
    words_estimated: bool = False
    """Whether the provider has not told when the words are heard."""
    lufs: float | None = None
    """Loudness of its PCM at volume 1; None for silence, and for a segment that an older release has stored."""
    mastered: MasteredFrames | None = None
    """None where the file is not made by copying frames, or has no loudness target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """How far one batch of segments has come. It is written as a whole, so writing it twice is harmless."""

    number: int
    segments: tuple[SpokenSegment, ...] = ()
    batched_requests: bool = False
    """Whether a request spoke several of its segments."""
    provider_failures: int = 0
    """How many times a transient provider failure ended an attempt at this batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job with all that is kept about it."""

    job: Job
    dialogue: Dialogue | None
    """None when it is missing, or written so that this release cannot read it."""
    batches: tuple[Batch, ...] = ()
    """In order of ``Batch.number``; only while the job is processing and shortly after."""
    result: Result | None = None

    @property
    def readable_dialogue(self) -> Dialogue:
        """The dialogue, for work that is impossible without it.

        Raises:
            InputUnreadable: it is missing or unreadable.
        """
        if self.dialogue is None:
            raise InputUnreadable(f"the input of job {self.job.id} is missing or unreadable")
        return self.dialogue

    @property
    def billed_characters(self) -> int:
        """The characters that have been billed for the segments that are recorded."""
        return sum(segment.billed_characters for batch in self.batches for segment in batch.segments)

    @property
    def completed_segments(self) -> int:
        """How many segments have been synthesized so far, or had been when the job ended."""
        if self.job.completed_at is not None:
            return self.job.completed_segments
        return sum(len(batch.segments) for batch in self.batches)

    @property
    def retry_count(self) -> int:
        """How many times the batch with the worst luck was tried again after a transient provider failure."""
        if self.job.completed_at is not None:
            return self.job.retry_count
        return min(MAX_PROVIDER_RETRIES, max((batch.provider_failures for batch in self.batches), default=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """One page of a user's jobs, newest first."""

    jobs: tuple[Job, ...]
    total: int | None
    """All the user's jobs that match, on this page or not; None when a search has not seen all jobs."""
    next_after: str | None
    """The id after which the next page begins, if others may follow."""
