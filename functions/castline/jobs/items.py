"""DynamoDB items of jobs: how they are written and read.

Items of one job share the partition ``JOB#<job_id>``:

    JOB            small item for lists, polls and status changes
    INPUT          the dialogue, compressed
    RESULT         the result of a completed job, compressed
    BATCH#<nnnn>   the progress of a batch of segments; kept for a day
    WORDS#<nnnn>   the words of the batch's segments, compressed; kept as long as the batch, and read only to assemble
    EVENT#<type>   the start or end of the job, for readers of the table's stream, which carries keys only

Items of one user share the partition ``USER#<user_id>``, which also holds items of ``castline.usage.items``:

    ACTIVE                  the set of the user's active job ids, and the counters of ended jobs
    IDEMPOTENCY#<sha-256>   the submission under an idempotency key; kept for a day

The partition ``DEPLOYMENT``, which also holds items of ``castline.usage.items``, contains:

    RECONCILER   the lease of the reconciler: its holder and its end
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid5

from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from castline.dynamodb import UNREADABLE, deserialize, encode_expiry, encode_time, pack, read_time, unpack
from castline.jobs.errors import InputTooLarge, UnreadableItem
from castline.jobs.event_types import EventType
from castline.jobs.failures import JobFailure
from castline.jobs.model import (
    Batch,
    Bed,
    ChapterTiming,
    Delivery,
    Dialogue,
    IdempotencyKey,
    Jingle,
    Job,
    JobRecord,
    JobStatus,
    JobType,
    MasteredFrames,
    Music,
    Result,
    SegmentCue,
    SegmentWord,
    SoundTurn,
    SpokenSegment,
    SynthesisMode,
    Titles,
    Turn,
    TurnTiming,
    VoiceAssignment,
)
from castline.jobs.packed_words import pack_words, unpack_words
from castline.jobs.plain_values import plain_values
from castline.scripts.parts import Markup
from castline.speech.pronunciation import Alphabet, Pronunciation
from castline.table import (
    DAY_JOBS,
    OPEN_JOBS,
    TTL_ATTRIBUTE,
    USER_JOBS,
    USER_STATUS_JOBS,
    day_key,
    shard_of,
    user_key,
)
from castline.usage.items import DEPLOYMENT
from castline.usage.model import Reservation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


PartT = TypeVar("PartT")

_JOB_PREFIX = "JOB#"
JOB = "JOB"
INPUT = "INPUT"
RESULT = "RESULT"
BATCH_PREFIX = "BATCH#"
WORDS_PREFIX = "WORDS#"
"""Prefix that sorts after all other items of a job, so that a query can exclude the words."""
EVENT_PREFIX = "EVENT#"
ACTIVE = "ACTIVE"
RECONCILER_LEASE = {"pk": DEPLOYMENT, "sk": "RECONCILER"}

_MAX_INPUT_BYTES = 399 * 1024
"""Bytes of a compressed dialogue: DynamoDB's limit of 400 KB per item, less the item's keys and expiry."""

_MAX_INPUT_JSON_BYTES = 4_400_000
"""Bytes of a dialogue as JSON in which characters outside ASCII are escaped: Lambda's limit of 6 MB per response,
less a job's result."""

_KEPT_DIALOGUES = 16
"""The number of dialogues that a process keeps: as many as plans (``castline.synthesis.segments``)."""

_BATCH_LIFETIME = timedelta(days=1)
_IDEMPOTENCY_LIFETIME = timedelta(hours=24)


def job_key(job_id: str, sort_key: str = JOB) -> dict[str, str]:
    """Return the key of one of a job's items."""
    return {"pk": f"{_JOB_PREFIX}{job_id}", "sk": sort_key}


def batch_key(job_id: str, number: int) -> dict[str, str]:
    """Return the key of one batch; keys sort by batch number."""
    return job_key(job_id, f"{BATCH_PREFIX}{number:04d}")


def words_key(job_id: str, number: int) -> dict[str, str]:
    """Return the key of the words of one batch."""
    return job_key(job_id, f"{WORDS_PREFIX}{number:04d}")


def active_key(user_id: str) -> dict[str, str]:
    """Return the key of the set of a user's active job ids."""
    return {"pk": f"USER#{user_id}", "sk": ACTIVE}


def user_status_key(user_id: str, status: JobStatus) -> str:
    """Return the partition of ``user_status_jobs`` that lists a user's jobs of one status."""
    return f"USER#{user_id}#{status}"


def idempotency_key(user_id: str, key: str) -> dict[str, str]:
    """Return the key of the item that records a user's submission under an idempotency key."""
    return {"pk": f"USER#{user_id}", "sk": f"IDEMPOTENCY#{_sha256(key)}"}


def open_jobs_key(shard: int) -> str:
    """Return the partition of ``open_jobs`` that holds one shard of the open jobs."""
    return f"OPEN#{shard}"


def taken_slots_key(shard: int) -> str:
    """Return the partition of ``open_jobs`` that holds one shard of the users with taken slots."""
    return f"SLOTS#{shard}"


def due_key(moment: datetime, subject: str) -> str:
    """Return the sort key of ``open_jobs`` for a job or a user to be checked at ``moment``. Keys sort by time.

    Items of older releases have the id alone. A job's id sorts before every time, so the job is due.
    """
    return f"{encode_time(moment)}#{subject}"


def last_due_key(moment: datetime) -> str:
    """Return an upper bound for the sort keys that ``due_key`` makes for ``moment`` and earlier ones."""
    return f"{encode_time(moment)}$"  # the character after "#"


def read_due_at(key: str) -> datetime | None:
    """Return the moment in a sort key of ``due_key``; None for an id alone, which an older release wrote."""
    time, separator, _ = key.partition("#")
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    return moment if separator and encode_time(moment) == time else None


def new_job_item(job: Job, *, check_at: datetime | None = None) -> dict[str, Any]:
    """Return the JOB item of a new job. The reconciler checks the job at ``check_at``, or at once if it is None."""
    return {
        **job_key(job.id),
        "job_id": job.id,
        "user_id": job.user_id,
        "status": job.status.value,
        "job_type": job.job_type.value,
        "provider": job.provider,
        "output_format": job.output_format.value,
        "created_at": encode_time(job.created_at),
        **title_values(job.titles),
        **({} if job.rendition_of is None else {"rendition_of": job.rendition_of}),
        **({} if job.webhook_url is None else {"webhook_url": job.webhook_url}),
        **_reservation_values(job.reservation),
        USER_JOBS.partition_key: user_key(job.user_id),
        USER_STATUS_JOBS.partition_key: user_status_key(job.user_id, job.status),
        OPEN_JOBS.partition_key: open_jobs_key(shard_of(job.id)),
        OPEN_JOBS.sort_key: due_key(check_at or job.created_at, job.id),
        DAY_JOBS.partition_key: day_key(job.created_at.astimezone(UTC).date()),
    }


def title_values(titles: Titles) -> dict[str, str]:
    """Return the attributes of the JOB item for the titles that are not None."""
    return {name: value for name, value in asdict(titles).items() if value is not None}


def read_titles(values: Mapping[str, Any]) -> Titles:
    """Return a job's titles from the deserialized values of its JOB item or of a projection."""
    return Titles(title=values.get("title"), author=values.get("author"), album=values.get("album"))


def read_unprojected(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a job that no index holds, from the deserialized values of its JOB item."""
    names = ("rendition_of", "webhook_url")
    return {"titles": read_titles(values), **{name: values.get(name) for name in names}}


def _reservation_values(reservation: Reservation | None) -> dict[str, Any]:
    if reservation is None:
        return {}
    return {
        "usage_day": reservation.day,
        "reserved_characters": reservation.characters,
        "price_per_million": reservation.price_per_million,
    }


def _read_reservation(values: Mapping[str, Any]) -> Reservation | None:
    if "usage_day" not in values:
        return None
    return Reservation(
        day=values["usage_day"],
        characters=int(values["reserved_characters"]),
        price_per_million=values["price_per_million"],
    )


def input_item(job_id: str, dialogue: Dialogue) -> dict[str, Any]:
    """Return the INPUT item.

    Raises:
        InputTooLarge: the dialogue exceeds DynamoDB's limit for an item, or Lambda's limit for a response.
    """
    values = plain_values(dialogue)
    json_bytes = len(json.dumps(values))
    if json_bytes > _MAX_INPUT_JSON_BYTES:
        raise InputTooLarge(size_bytes=json_bytes, max_bytes=_MAX_INPUT_JSON_BYTES, is_compressed=False)
    packed = pack(values)
    if len(packed) > _MAX_INPUT_BYTES:
        raise InputTooLarge(size_bytes=len(packed), max_bytes=_MAX_INPUT_BYTES, is_compressed=True)
    return {**job_key(job_id, INPUT), "dialogue": packed}


def idempotency_item(job: Job, key: IdempotencyKey) -> dict[str, Any]:
    """Return the item that records which job was submitted under an idempotency key."""
    return {
        **idempotency_key(job.user_id, key.key),
        "job_id": job.id,
        "request_hash": key.request_hash,
        TTL_ATTRIBUTE: encode_expiry(job.created_at + _IDEMPOTENCY_LIFETIME),
    }


def result_item(job_id: str, result: Result, expires_at: datetime) -> dict[str, Any]:
    """Return the RESULT item of a job."""
    return {
        **job_key(job_id, RESULT),
        "result": pack(asdict(result)),
        TTL_ATTRIBUTE: encode_expiry(expires_at),
    }


def event_item(job: Job, *, occurred_at: datetime, expires_at: datetime) -> dict[str, Any]:
    """Return the EVENT item for a job that has reached its status. The event id depends only on the job and type."""
    event_type = EventType.of_status(job.status).value
    return {
        **job_key(job.id, f"{EVENT_PREFIX}{event_type}"),
        "event_id": str(uuid5(UUID(job.id), event_type)),
        "event_type": event_type,
        "user_id": job.user_id,
        "occurred_at": encode_time(occurred_at),
        TTL_ATTRIBUTE: encode_expiry(expires_at),
    }


def read_event_key(key: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the job id and the event type from the key of an EVENT item; None for the key of another item."""
    if not key["pk"].startswith(_JOB_PREFIX) or not key["sk"].startswith(EVENT_PREFIX):
        return None
    return key["pk"].removeprefix(_JOB_PREFIX), key["sk"].removeprefix(EVENT_PREFIX)


def batch_values(batch: Batch, now: datetime) -> dict[str, Any]:
    """Return the attributes of a BATCH item other than its key and its count of failures."""
    return {
        "spoken_segments": pack([_spoken_segment_values(segment) for segment in batch.segments]),
        "is_native": batch.batched_requests,
        TTL_ATTRIBUTE: encode_expiry(now + _BATCH_LIFETIME),
    }


def _spoken_segment_values(segment: SpokenSegment) -> dict[str, Any]:
    values = asdict(replace(segment, words=()))
    del values["words"]
    return values


def words_values(batch: Batch, now: datetime) -> dict[str, Any]:
    """Return the attributes of a WORDS item other than its key: the words of each segment, by its fingerprint."""
    words = {segment.fingerprint: pack_words(segment.words) for segment in batch.segments if segment.words}
    return {"words": pack(words), TTL_ATTRIBUTE: encode_expiry(now + _BATCH_LIFETIME)}


def read_job(item: Mapping[str, Any]) -> Job:
    """Return a job from its JOB item or from an index's projection of it.

    Raises:
        UnreadableItem: a value is missing, or unknown to this release.
    """
    try:
        return _read_job(deserialize(item))
    except UNREADABLE as error:
        key = " ".join(str(value) for name in ("pk", "sk", "job_id") for value in item.get(name, {}).values())
        raise UnreadableItem(f"{key}: {type(error).__name__}") from error


def _read_job(values: Mapping[str, Any]) -> Job:
    return Job(
        id=values["job_id"],
        user_id=values["user_id"],
        status=JobStatus(values["status"]),
        job_type=JobType(values["job_type"]),
        provider=values["provider"],
        output_format=OutputFormat(values["output_format"]),
        created_at=datetime.fromisoformat(values["created_at"]),
        **read_unprojected(values),
        started_at=read_time(values.get("started_at")),
        completed_at=read_time(values.get("completed_at")),
        expires_at=_read_expiry(values.get(TTL_ATTRIBUTE)),
        total_segments=int(values.get("total_segments", 0)),
        completed_segments=int(values.get("completed_segments", 0)),
        retry_count=int(values.get("retry_count", 0)),
        audio_file_id=values.get("audio_file_id"),
        failure=_read_failure(values),
        reservation=_read_reservation(values),
        billed_characters=int(values["billed_characters"]) if "billed_characters" in values else None,
        is_deleted=values.get("is_deleted", False),
    )


def _read_failure(values: Mapping[str, Any]) -> JobFailure | None:
    if "failure_code" not in values:
        return None
    try:
        details = unpack(values["failure_details"])
    except UNREADABLE:
        details = {}
    return JobFailure.read(values["failure_code"], details)


def pack_failure_details(failure: JobFailure) -> bytes:
    """Pack the details of a failure into one attribute."""
    return pack(failure.details)


def read_record(
    found: Iterable[Mapping[str, Any]], *, unreadable: Callable[[str], None] = lambda _reason: None
) -> JobRecord | None:
    """Return a job and everything that is stored about it, from the items of its partition.

    Other items than the JOB item are left out if they are missing or unreadable: users can see a job, and the service
    can end it, without them.

    Args:
        found: the items.
        unreadable: called for each item that is left out, with a text that holds its key and the reason.

    Returns:
        None if the job itself is gone.

    Raises:
        UnreadableItem: this release cannot read the JOB item.
    """
    by_key = {item["sk"]["S"]: item for item in found}
    if JOB not in by_key:
        return None
    job = read_job(by_key[JOB])

    def read_part(read: Callable[[Mapping[str, Any]], PartT], sort_key: str) -> PartT | None:
        if sort_key not in by_key:
            unreadable(f"{job_key(job.id)['pk']} {sort_key}: missing")
            return None
        try:
            return read(by_key[sort_key])
        except UNREADABLE as error:
            unreadable(f"{job_key(job.id)['pk']} {sort_key}: {type(error).__name__}")
            return None

    def read_batch(sort_key: str) -> Batch | None:
        batch = read_part(_read_batch, sort_key)
        words_sort_key = sort_key.replace(BATCH_PREFIX, WORDS_PREFIX)
        words = read_part(_read_words, words_sort_key) if words_sort_key in by_key else None
        if batch is None or words is None:
            return batch
        segments = (replace(segment, words=words.get(segment.fingerprint, ())) for segment in batch.segments)
        return replace(batch, segments=tuple(segments))

    batches = (read_batch(key) for key in sorted(by_key) if key.startswith(BATCH_PREFIX))
    return JobRecord(
        job=job,
        dialogue=read_part(_read_dialogue, INPUT),
        batches=tuple(batch for batch in batches if batch is not None),
        result=read_part(read_result, RESULT) if job.status is JobStatus.COMPLETED else None,
    )


def known(kind: type[PartT], values: Mapping[str, Any], **settings: bool) -> PartT:
    """Return a dataclass made of stored values. Fields that a newer release has added are ignored."""
    names = _field_names(kind)  # type: ignore[arg-type]
    return kind(**{name: value for name, value in values.items() if name in names}, **settings)


@cache
def _field_names(kind: type[Any]) -> frozenset[str]:
    return frozenset(each.name for each in fields(kind))


def _read_dialogue(item: Mapping[str, Any]) -> Dialogue:
    return _unpack_dialogue(bytes(deserialize(item)["dialogue"]))


@lru_cache(maxsize=_KEPT_DIALOGUES)
def _unpack_dialogue(packed: bytes) -> Dialogue:
    values = unpack(packed)
    values["turns"] = tuple(known(Turn, turn) for turn in values["turns"])
    values["voice_assignments"] = tuple(map(read_voice_assignment, values["voice_assignments"]))
    values["markup"] = Markup(values.get("markup", Markup.LITERAL))
    values["pronunciations"] = tuple(read_pronunciation(each) for each in values.get("pronunciations", ()))
    values["output_format"] = OutputFormat(values["output_format"])
    values["job_type"] = JobType(values["job_type"])
    values["delivery"] = known(Delivery, values["delivery"])
    values["quality"] = Quality(values.get("quality", Quality.STANDARD))
    values["recording"] = Quality(values["recording"]) if values.get("recording") else None
    values["loudness"] = Loudness(values.get("loudness", Loudness.NONE))
    values["music"] = read_music(values["music"]) if values.get("music") else None
    values["sounds"] = tuple(known(SoundTurn, sound) for sound in values.get("sounds", ()))
    return known(Dialogue, values, is_stored=True)


def read_voice_assignment(values: dict[str, Any]) -> VoiceAssignment:
    """Return the assignment of a voice from its stored values."""
    return known(VoiceAssignment, values | {"styles": tuple(values.get("styles", ()))})


def read_music(values: dict[str, Any]) -> Music:
    """Return music from its stored values."""
    intro, outro, bed = (values.get(name) for name in ("intro", "outro", "bed"))
    return Music(
        intro=known(Jingle, intro) if intro else None,
        outro=known(Jingle, outro) if outro else None,
        bed=known(Bed, bed) if bed else None,
    )


def read_pronunciation(values: dict[str, Any]) -> Pronunciation:
    """Return a pronunciation from its stored values. Fields that a newer release has added are ignored."""
    alphabet = values.get("alphabet")
    return known(Pronunciation, values | {"alphabet": Alphabet(alphabet) if alphabet else None})


def read_result(item: Mapping[str, Any]) -> Result:
    """Return a job's result from its RESULT item.

    Raises:
        Exception: one of ``castline.dynamodb.UNREADABLE`` if this release cannot read the item.
    """
    values = unpack(deserialize(item)["result"])
    values["synthesis_mode"] = SynthesisMode(values["synthesis_mode"])
    values["turn_timings"] = tuple(known(TurnTiming, timing) for timing in values["turn_timings"])
    values["chapters"] = tuple(known(ChapterTiming, chapter) for chapter in values.get("chapters", ()))
    return known(Result, values)


def _read_batch(item: Mapping[str, Any]) -> Batch:
    values = deserialize(item)
    return Batch(
        number=int(values["sk"].removeprefix(BATCH_PREFIX)),
        segments=tuple(_read_spoken_segment(each) for each in unpack(values["spoken_segments"])),
        batched_requests=values["is_native"],
        provider_failures=int(values.get("provider_failures", 0)),
    )


def _read_words(item: Mapping[str, Any]) -> dict[str, tuple[SegmentWord, ...]]:
    packed = unpack(deserialize(item)["words"])
    return {fingerprint: unpack_words(words) for fingerprint, words in packed.items()}


def _read_spoken_segment(values: dict[str, Any]) -> SpokenSegment:
    values["cues"] = tuple(known(SegmentCue, cue) for cue in values["cues"])
    values["mastered"] = known(MasteredFrames, values["mastered"]) if values.get("mastered") else None
    return known(SpokenSegment, values)


def _read_expiry(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds is not None else None


def _sha256(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8")).hexdigest()
