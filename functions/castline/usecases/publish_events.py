"""Publishing of events of jobs, each at least once: as they happen, and again when an operator asks for it."""

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
"""Longer than a job is ever active: a day until the reconciler fails a pending one, and ten minutes of workflow."""


_LONGEST_RETENTION: Final = timedelta(days=31)
"""Longer than any event is kept."""


class EventName(NamedTuple):
    """The job and the type of an event, as its key names it. The type may be one that this release does not know."""

    job_id: str
    event_type: str


class PublishEvents:
    """Publishing of events that have been written."""

    def __init__(self, log: EventLog, bus: EventBus, rejected: RejectedEvents) -> None:
        """Use the table, the bus, and the queue of what can never be published."""
        self._log = log
        self._bus = bus
        self._rejected = rejected

    def __call__(self, names: Sequence[EventName]) -> list[EventName]:
        """Publish events, in order.

        An event whose job is gone is passed over: nobody could look at the job. One that can never be published is
        put aside, so that it holds up no other.

        Returns:
            The events that have to be published again later, because a service is not available. Some of them may
            have been published: events that are published twice have the same id.
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
                logger.info("event passed over: the job is gone", extra={"event_type": name.event_type})
            return event

    def _put_aside(self, name: EventName, problem: str) -> None:
        self._rejected.put(name.job_id, name.event_type, problem)
        logger.error(
            "event put aside: it cannot be published", extra={"event_type": name.event_type, "reason": problem}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Events that an operator wants published again: of some jobs, or of a time."""

    job_ids: tuple[str, ...] | None
    start: datetime
    end: datetime
    types: frozenset[EventType]
    after: str = ""
    """Only jobs whose ids follow this one."""

    def includes(self, event_type: EventType, occurred_at: datetime) -> bool:
        return event_type in self.types and self.start <= occurred_at < self.end


@dataclass(slots=True, kw_only=True)
class Republication:
    """Report of what was published again."""

    published: int = 0
    missing: list[str] = field(default_factory=list)
    """The ids that were asked for and have no event: unknown, active, or expired."""
    next: dict[str, Any] | None = None
    """The request that goes on where this one has ended; None when everything was published."""


class RepublishEvents:
    """Publishing again of events of the past, with the ids that they had: consumers pass over what they know."""

    def __init__(self, log: EventLog, publish: PublishEvents, *, now: Callable[[], datetime]) -> None:
        """Use the table and what publishes."""
        self._log = log
        self._publish = publish
        self._now = now

    def __call__(self, request: Mapping[str, Any], *, has_time: Callable[[], bool]) -> Republication:
        """Publish the events that ``request`` names, and report it.

        Args:
            request: ``job_ids``, or ``from`` and ``to`` (ISO 8601 with an offset; ``to`` is exclusive, and now if it
                is left out or later); with ``types``, only events of these types. ``after`` is written by ``next``.
            has_time: whether another job may be begun.

        Raises:
            InvalidRepublication: the request makes no sense.
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
        """Publish the events of a job; return whether that is done."""
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
    """Return the request for everything from ``job_id`` on; ``done`` is the job before it."""
    if wanted.job_ids is not None:
        return {**request, "job_ids": list(wanted.job_ids[wanted.job_ids.index(job_id) :])}
    return {**request, "to": wanted.end.isoformat(), "after": done}
