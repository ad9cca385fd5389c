"""Model of the lifecycle: the expected state of every job, computed in the simplest way.

It shares no code with the implementation that it is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MAX_ACTIVE = 3
PRICE = 16
"""The price of 1,000,000 characters at Azure."""
KEY_LIFETIME = timedelta(hours=24)
STARTED_EVENT_LIFETIME = timedelta(days=30)
CHECK_AFTER = timedelta(minutes=1)
CHECK_AGAIN = timedelta(hours=1)
MAX_PENDING = timedelta(days=1)
MAX_PROCESSING = timedelta(minutes=10)
LATEST_TASK = timedelta(minutes=15)
DELETED_FOR = timedelta(days=1)
RETENTION = {"completed": timedelta(days=30), "failed": timedelta(days=30), "cancelled": timedelta(days=7)}


@dataclass(eq=False, kw_only=True)
class ExpectedJob:
    """The expected state of a job; ``status`` is None once it is gone, or was never allowed to be."""

    number: int
    id: str
    user: str
    created_at: datetime
    check_at: datetime
    """The time at which the reconciler looks at it next, as long as it is open."""
    status: str | None = "pending"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    segments: int = 0
    """The number of segments that its batch has spoken, while it is active."""
    provider_failures: int = 0
    batch_expires_at: datetime | None = None
    has_event_of_start: bool = False
    has_audio: bool = False
    is_settled: bool = False
    """Whether the reconciler has cleaned up after possible late tasks of the job."""
    holds_leaked_slot: bool = False
    """Whether the job takes a slot although it has ended or is gone."""
    reserved: int = 0
    """The characters that were reserved for it."""
    recorded: int = 0
    """The billed characters of the segments that its batch has recorded."""
    billed: int = 0
    """The billed characters of a job that has ended."""
    audio_ms: int = 0
    deleted_at: datetime | None = None
    """The time at which its user deleted it."""
    event_of_end: tuple[str, datetime] | None = None
    """The type of the event of its end, and its expiry, as long as it exists."""
    was_discarded: bool = False
    """Whether its submission failed, so that it does not count."""

    @property
    def is_active(self) -> bool:
        return self.status in {"pending", "processing"}

    @property
    def is_open(self) -> bool:
        return self.is_active or (self.has_ended and not self.is_settled)

    @property
    def has_ended(self) -> bool:
        return self.status in RETENTION

    @property
    def expires_at(self) -> datetime | None:
        if self.status is None or self.ended_at is None:
            return None
        if self.deleted_at is not None:
            return self.deleted_at + DELETED_FOR
        last_moment = self.ended_at + RETENTION[self.status]
        return last_moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    def is_visible(self, now: datetime) -> bool:
        if self.status is None or self.deleted_at is not None:
            return False
        return self.expires_at is None or now < self.expires_at

    def plan(self, now: datetime) -> None:
        if self.status == "pending":
            self.check_at = min(now + CHECK_AGAIN, self.created_at + MAX_PENDING)

    def start(self, now: datetime) -> None:
        if self.status == "pending":
            self.status, self.started_at, self.has_event_of_start = "processing", now, True
            self.check_at = now + MAX_PROCESSING

    def end(self, status: str, now: datetime, *, failure: str | None = None) -> None:
        self.status, self.ended_at, self.failure = status, now, failure
        self.check_at = now + LATEST_TASK
        self.has_audio = status == "completed"
        self.is_settled = status != "failed"
        if self.expires_at is not None:
            self.event_of_end = f"job.{status}", self.expires_at
        self.billed = 0 if status == "cancelled" else self.recorded

    def stop(self, now: datetime) -> None:
        """Apply its user's stop: unlike a cancelled job, one that was stopped may have tasks and audio."""
        had_audio = self.has_audio
        self.end("cancelled", now)
        self.billed, self.is_settled, self.has_audio = self.recorded, False, had_audio

    def delete(self, now: datetime) -> None:
        """Apply its user's deletion."""
        self.deleted_at, self.has_audio = now, False

    def reconcile(self, now: datetime, execution: str | None, *, can_start: bool) -> str:
        """Apply a check by the reconciler, and return what it did.

        Args:
            now: the time.
            execution: the status of the job's execution; None if there is none.
            can_start: whether executions can be started just now.
        """
        self.check_at = now + CHECK_AFTER
        match self.status:
            case "failed" | "cancelled":
                self.settle()
                self.is_settled, self.has_audio = True, False
                return "settled"
            case "pending" if now - self.created_at >= MAX_PENDING:
                self.fail("INTERRUPTED", now)
                return "failed"
            case "pending" if execution is None:
                return "started" if can_start else "unavailable"
            case "pending" if execution == "RUNNING":
                self.check_at = min(now + CHECK_AGAIN, self.created_at + MAX_PENDING)
                return "none"
            case _:
                self.fail("TIMEOUT" if execution in {"RUNNING", "TIMED_OUT"} else "INTERRUPTED", now)
                return "failed"

    def settle(self) -> None:
        """Count what late tasks have recorded."""
        self.billed = max(self.billed, self.recorded)

    @property
    def usage(self) -> dict[str, int]:
        """The figures that it adds to the usage of the day of its submission."""
        has_ended = self.ended_at is not None
        return {
            "jobs": 1,
            "committed": self.billed if has_ended else self.reserved,
            "billed": self.billed,
            "audio_ms": self.audio_ms,
            "cost_micros": self.billed * PRICE,
        }

    def fail(self, failure: str, now: datetime) -> None:
        """Apply a failure, which only deletes audio if the job has ended."""
        if self.is_active:
            self.end("failed", now, failure=failure)
        elif self.status != "completed":
            self.has_audio = False

    def record_batch(self, segments: int, now: datetime, *, failed: bool = False) -> None:
        if self.is_active:
            self.segments = segments
            self.provider_failures += failed
        self.batch_expires_at = now + timedelta(days=1)

    def remove_expired(self, now: datetime) -> None:
        """Remove the job if TTL would."""
        if self.batch_expires_at is not None and self.batch_expires_at < now:
            self.batch_expires_at = None
            self.recorded = 0
            if self.is_active:
                self.segments = self.provider_failures = 0
        if self.started_at is not None and self.started_at + STARTED_EVENT_LIFETIME < now:
            self.has_event_of_start = False
        if self.event_of_end is not None and self.event_of_end[1] < now:
            self.event_of_end = None
        if self.expires_at is not None and self.expires_at < now:
            self.status, self.has_audio = None, False

    def __repr__(self) -> str:
        return f"job {self.number} ({self.status or 'gone'})"


@dataclass(frozen=True, kw_only=True)
class ExpectedKey:
    """The expected state of an idempotency key."""

    job: ExpectedJob
    text: str
    expires_at: datetime


@dataclass(kw_only=True)
class Expected:
    """The expected state of everything."""

    jobs: list[ExpectedJob] = field(default_factory=list)
    """Oldest first."""
    keys: dict[tuple[str, str], ExpectedKey] = field(default_factory=dict)
    users_with_slots: dict[str, datetime] = field(default_factory=dict)
    """The time of the next look at each user who has slots taken, or had until recently."""

    def add(self, job_id: str, user: str, now: datetime) -> ExpectedJob:
        check_at = now + CHECK_AFTER
        job = ExpectedJob(number=len(self.jobs), id=job_id, user=user, created_at=now, check_at=check_at)
        self.jobs.append(job)
        self.users_with_slots.setdefault(user, check_at)
        return job

    def is_live(self, user: str, key: str | None, now: datetime) -> bool:
        """Return whether a user's key still has a job."""
        known = self.keys.get((user, key or ""))
        return known is not None and now < known.expires_at

    def live_keys(self, now: datetime) -> list[tuple[str, str]]:
        """Return the users and keys that still have a job: those of pending jobs, if there are any."""
        live = [name for name, key in self.keys.items() if now < key.expires_at]
        return [name for name in live if self.keys[name].job.status == "pending"] or live

    def remember(self, user: str, key: str | None, text: str, job: ExpectedJob) -> None:
        if key is not None:
            self.keys[user, key] = ExpectedKey(job=job, text=text, expires_at=job.created_at + KEY_LIFETIME)

    def forget(self, user: str, key: str | None) -> None:
        """Forget the key of a failed submission, and its earlier meaning."""
        if key is not None:
            self.keys.pop((user, key), None)

    def committed(self, user: str | None, period: str) -> int:
        """Return the billed and reserved characters of a user, or of all, in a period such as ``2026-01-20``."""
        return sum(
            job.usage["committed"]
            for job in self.jobs
            if user in {None, job.user} and not job.was_discarded and f"{job.created_at:%Y-%m-%d}".startswith(period)
        )

    def usage(self) -> dict[tuple[str, str], dict[str, int]]:
        """Return the expected figures by partition and sort key; those of days begin with the day, as in ``d07_``."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        for job in self.jobs:
            for partition in (f"USER#{job.user}", "DEPLOYMENT"):
                figures = found.setdefault((partition, f"USAGE#{job.created_at:%Y-%m}"), {})
                for name, value in {} if job.was_discarded else job.usage.items():
                    for key in (name, f"d{job.created_at:%d}_{name}"):
                        figures[key] = figures.get(key, 0) + value
        return found

    def active(self, user: str) -> list[ExpectedJob]:
        return [job for job in self.jobs if job.user == user and job.is_active]

    def anything_has_expired(self, now: datetime) -> bool:
        """Return whether TTL has jobs to remove."""
        ends = [end for job in self.jobs for end in (job.expires_at, job.batch_expires_at)]
        return any(end is not None and end < now for end in ends)

    def remove_expired(self, now: datetime) -> None:
        """Remove everything that TTL would."""
        for job in self.jobs:
            job.remove_expired(now)
        self.keys = {name: key for name, key in self.keys.items() if key.expires_at >= now}

    def reconcile_slots(self, user: str, now: datetime) -> int:
        """Apply a check of a user's slots by the reconciler, and return how many it frees."""
        if self.slots(user):
            self.users_with_slots[user] = now + CHECK_AGAIN
        else:
            del self.users_with_slots[user]
        leaked = [job for job in self.jobs if job.user == user and job.holds_leaked_slot]
        for job in leaked:
            job.holds_leaked_slot = False
        return len(leaked)

    def slots(self, user: str) -> set[str]:
        return {job.id for job in self.jobs if job.user == user and (job.is_active or job.holds_leaked_slot)}
