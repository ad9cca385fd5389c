"""Publish job events at least once each: as they happen, and again when an operator asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import UNREADABLE
from castline.jobs.errors import UnreadableItem
from castline.jobs.event_bus import MAX_EVENTS
from castline.jobs.event_types import EventType
from castline.observability import logger, noted
from castline.usecases.errors import InvalidRepublication

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from castline.jobs.event_bus import EventBus
    from castline.jobs.event_log import EventLog
    from castline.jobs.events import JobEvent
    from castline.jobs.rejected_events import RejectedEvents

_LONGEST_LIFE: Final = timedelta(days=2)
"""Longer than a job can be active: the reconciler fails it after a day as pending, or ten minutes as processing."""


_LONGEST_RETENTION: Final = timedelta(days=31)
"""Longer than any event is stored."""


class EventName(NamedTuple):
    """The job id and the type of an event, from its key. The type may be unknown to this release."""

    job_id: str
    event_type: str


class PublishEvents:
    """Publishes events that are stored in the table."""

    def __init__(self, log: EventLog, bus: EventBus, rejected: RejectedEvents) -> None:
        """Store the collaborators: the event log, the bus, and the queue of events that cannot be published."""
        self._log = log
        self._bus = bus
        self._rejected = rejected

    def __call__(self, names: Sequence[EventName]) -> list[EventName]:
        """Publish events, in order.

        An event whose job is gone is skipped, because nobody could look at the job. An event that can never be
        published is moved to the queue of rejected events, so that it does not block others.

        Returns:
            The events that must be published later, because a service is unavailable. Some of them may already have
            been published. An event has the same id every time it is published.
        """
        later: list[EventName] = []
        for first in range(0, len(names), MAX_EVENTS):
            try:
                later += self._publish(names[first : first + MAX_EVENTS])
            except ServiceUnavailable as error:
                logger.warning("events cannot be published now", extra={"reason": str(error)})
                return [*later, *names[first:]]
        return later

    def _publish(self, names: Sequence[EventName]) -> list[EventName]:
        events = {name: event for name in names if (event := self._read(name)) is not None}
        if not events:
            return []
        later = []
        refusals = self._bus.publish(list(events.values()))
        for (name, event), refusal in zip(events.items(), refusals, strict=True):
            with noted(job_id=name.job_id, user_id=event.job.user_id):
                if refusal is None:
                    logger.info("event published", extra={"event_type": name.event_type})
                elif refusal.is_transient:
                    logger.warning("event refused for now", extra={"reason": refusal.code})
                    later.append(name)
                else:
                    self._put_aside(name, refusal.code)
        return later

    def _read(self, name: EventName) -> JobEvent | None:
        with noted(job_id=name.job_id):
            try:
                event = self._log.read(name.job_id, EventType(name.event_type))
            except (UnreadableItem, *UNREADABLE) as error:
                self._put_aside(name, type(error).__name__)
                return None
            if event is None:
                logger.info("event skipped: the job is gone", extra={"event_type": name.event_type})
            return event

    def _put_aside(self, name: EventName, problem: str) -> None:
        self._rejected.put(name.job_id, name.event_type, problem)
        logger.error(
            "event rejected: it cannot be published", extra={"event_type": name.event_type, "reason": problem}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Selection of the events to publish again: those of some jobs, or those of a period."""

    job_ids: tuple[str, ...] | None
    start: datetime
    end: datetime
    types: frozenset[EventType]
    after: str = ""
    """Select only jobs whose ids sort after this one."""

    def includes(self, event_type: EventType, occurred_at: datetime) -> bool:
        return event_type in self.types and self.start <= occurred_at < self.end


@dataclass(slots=True, kw_only=True)
class Republication:
    """Report about the events that were published again."""

    published: int = 0
    missing: list[str] = field(default_factory=list)
    """The requested job ids without a matching event: the job is unknown, active or expired."""
    next: dict[str, Any] | None = None
    """The request that continues where this one stopped; None if everything was published."""


class RepublishEvents:
    """Publishes past events again, with the same ids, by which consumers ignore events that they have handled."""

    def __init__(self, log: EventLog, publish: PublishEvents, *, now: Callable[[], datetime]) -> None:
        """Store the collaborators: the event log, the use case that publishes events, and the clock."""
        self._log = log
        self._publish = publish
        self._now = now

    def __call__(self, request: Mapping[str, Any], *, has_time: Callable[[], bool]) -> Republication:
        """Publish the events that ``request`` selects, and return a report.

        Args:
            request: either ``job_ids``, or ``from`` and ``to`` in ISO 8601 with an offset. ``to`` is exclusive. If it
                is omitted or in the future, it is the current time. ``types`` selects events of these types. Only
                ``Republication.next`` sets ``after``.
            has_time: returns whether there is time for another job.

        Raises:
            InvalidRepublication: the request is invalid.
        """
        wanted = _read_request(request, self._now())
        report = Republication()
        done = wanted.after
        for job_id in self._job_ids(wanted):
            if not has_time() or not self._republish(job_id, wanted, report):
                report.next = _rest(request, wanted, job_id, done)
                break
            done = job_id
        return report

    def _job_ids(self, wanted: _Wanted) -> Iterator[str]:
        if wanted.job_ids is not None:
            yield from wanted.job_ids
            return
        for day in _days(wanted.start - _LONGEST_LIFE, wanted.end):
            yield from self._log.jobs_created_on(day, after=wanted.after)

    def _republish(self, job_id: str, wanted: _Wanted, report: Republication) -> bool:
        """Publish the events of a job, and return whether all of them were published."""
        try:
            events = self._log.events_of(job_id)
            names = [EventName(job_id, event.value) for event, at in events if wanted.includes(event, at)]
            later = self._publish(names)
        except ServiceUnavailable as error:
            logger.warning("events cannot be published now", extra={"reason": str(error)})
            return False
        if later:
            return False
        report.published += len(names)
        if not names and wanted.job_ids is not None:
            report.missing.append(job_id)
        return True


def _read_request(request: Mapping[str, Any], now: datetime) -> _Wanted:
    unknown = request.keys() - {"job_ids", "from", "to", "types", "after"}
    if unknown:
        raise InvalidRepublication(f"unknown: {', '.join(sorted(unknown))}")
    if ("job_ids" in request) == ("from" in request):
        raise InvalidRepublication("give either job_ids or from")
    try:
        types = frozenset(map(EventType, request.get("types", EventType)))
        job_ids = tuple(map(str, request["job_ids"])) if "job_ids" in request else None
        start = _read_time(request.get("from", "0001-01-01T00:00:00Z"))
        end = min(_read_time(request["to"]), now) if "to" in request else now
    except (OverflowError, TypeError, ValueError):
        raise InvalidRepublication("types, job_ids or a time cannot be read") from None
    if job_ids is None:
        start = max(start, now - _LONGEST_RETENTION)
    return _Wanted(job_ids=job_ids, start=start, end=end, types=types, after=str(request.get("after", "")))


def _read_time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("the time has no offset")
    return time.astimezone(UTC)


def _days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.astimezone(UTC).date()
    while day <= end.astimezone(UTC).date():
        yield day
        day += timedelta(days=1)


def _rest(request: Mapping[str, Any], wanted: _Wanted, job_id: str, done: str) -> dict[str, Any]:
    """Return the request that continues with ``job_id``; ``done`` is the job before it."""
    if wanted.job_ids is not None:
        return {**request, "job_ids": list(wanted.job_ids[wanted.job_ids.index(job_id) :])}
    return {**request, "to": wanted.end.isoformat(), "after": done}
