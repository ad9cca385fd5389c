"""Repository of paces: all tasks of the deployment reserve the times of their requests in the jobs table."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code
from castline.dynamodb import attribute_changes, pause_before, serialize, update_item
from castline.pacing.items import pace_key, pace_values, read_pace, to_microseconds
from castline.pacing.model import HORIZON_SECONDS, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.pacing.model import Limit

_ATTEMPTS: Final = 30
"""Maximum number of attempts at a reservation. An attempt fails if another task has opened a window, or taken the
last free times, since the pace was last read. Every failure returns the current pace, so many failures indicate an
error."""
_RANDOM: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedTimes:
    """Times at which requests may be sent to a resource, in seconds since the epoch."""

    resource: str
    times: tuple[float, ...]
    window: float
    """The window of the pace in which they were reserved."""


@dataclass(frozen=True, slots=True)
class Deferral:
    """Answer that no resource has a free time yet."""

    until: float
    """The time, in seconds since the epoch, at which a time can be reserved."""


class PaceRepository:
    """Paces of a provider's resources. Thread-safe.

    The repository caches each pace as it was last read. Within a window, one write reserves times, even if other
    tasks have reserved times since. A write whose condition fails returns the current pace.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        provider_id: str,
        limit: Limit,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Store the collaborators.

        Args:
            client: a DynamoDB client.
            table: the name of the table.
            provider_id: the id of the provider that has the resources.
            limit: the limit of each resource.
            now: the clock, in seconds since the epoch. The clocks of all tasks must agree within milliseconds.
        """
        self._client = client
        self._table = table
        self._provider_id = provider_id
        self._limit = limit
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, Pace] = {}
        self._unreadable: set[str] = set()
        """The resources whose items are unreadable and are therefore overwritten."""
        self._refusals: Counter[str] = Counter()
        """Refusals that the next reservation reports, by resource."""

    def reserve(self, resources: Sequence[str], count: int) -> ReservedTimes | Deferral:
        """Reserve times for up to ``count`` requests to the resource with the earliest free time.

        Raises:
            ServiceUnavailable: DynamoDB is temporarily unavailable.
        """
        for attempt in range(_ATTEMPTS):
            pause_before(max(0, attempt - 2))  # the first retries use the pace of the failed attempt without a pause
            now = self._now()
            earliest = {resource: self._pace(resource, now).earliest(self._limit, now) for resource in resources}
            resource = min(earliest, key=lambda name: (earliest[name], _RANDOM.random()))
            if earliest[resource] > now + HORIZON_SECONDS:
                return Deferral(earliest[resource] - HORIZON_SECONDS)
            reservation = self._reserve(resource, count, now)
            if reservation is not None:
                return reservation
        raise ServiceUnavailable("UpdateItem: the pace is never as it was last seen")

    def refuse(self, reservation: ReservedTimes) -> None:
        """Record that a resource has refused a request that was sent at one of these times.

        The next reservation stores the refusal. Refusals of an earlier window are ignored, because they say nothing
        about the current rate.
        """
        with self._lock:
            known = self._known.get(reservation.resource)
            if known is None or known.since == reservation.window:
                self._refusals[reservation.resource] += 1

    def fail(self, resource: str) -> None:
        """Record that a request to a resource has failed, regardless of its window."""
        with self._lock:
            self._refusals[resource] += 1

    def _pace(self, resource: str, now: float) -> Pace:
        """Return the pace of a resource from the cache."""
        known = self._known.get(resource)
        if known is None:
            return Pace.initial(self._limit, now)
        return known.refuse(self._refusals[resource]).at(self._limit, now)

    def _reserve(self, resource: str, count: int, now: float) -> ReservedTimes | None:
        """Reserve times of one resource. If its pace has changed, cache the current one and return None."""
        with self._lock:
            known, refusals = self._known.get(resource), self._refusals.pop(resource, 0)
        pace = Pace.initial(self._limit, now) if known is None else known.refuse(refusals).at(self._limit, now)
        count = pace.reservable(count)
        if known is None or pace.since != known.since:
            update = attribute_changes(pace_values(pace.reserve(self._limit, count, now)))
            if resource not in self._unreadable:
                update = _only_after(known, update)
        else:
            update = _add(pace, self._limit, now, count=count, refusals=refusals)
        try:
            item = update_item(
                self._client,
                TableName=self._table,
                Key=serialize(pace_key(self._provider_id, resource)),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **update,
            )["Attributes"]
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            answer: Mapping[str, Any] = error.response
            with self._lock:
                self._see(resource, answer.get("Item"))
                self._refusals[resource] += refusals
            return None
        with self._lock:
            written = self._see(resource, item)
        if written is None:
            raise ServiceUnavailable("UpdateItem: the pace that was written cannot be read")
        first = written.next_at - count / written.rate
        return ReservedTimes(
            resource=resource,
            times=tuple(max(now, first + position / written.rate) for position in range(count)),
            window=written.since,
        )

    def _see(self, resource: str, item: Mapping[str, Any] | None) -> Pace | None:
        """Cache the pace from an item. The caller must hold the lock."""
        pace = read_pace(item) if item else None
        if pace is not None:
            self._known[resource] = pace
            self._unreadable.discard(resource)
        else:
            self._known.pop(resource, None)
            if item:
                self._unreadable.add(resource)
        return pace


def _only_after(known: Pace | None, update: dict[str, Any]) -> dict[str, Any]:
    """Return an update that opens a window, on condition that nothing was reserved since ``known`` was read."""
    if known is None:
        return update | {"ConditionExpression": "attribute_not_exists(since)"}
    before = {":known_since": to_microseconds(known.since), ":known_next": to_microseconds(known.next_at)}
    return update | {
        "ConditionExpression": "#since = :known_since AND #next_at = :known_next",
        "ExpressionAttributeValues": update["ExpressionAttributeValues"] | serialize(before),
    }


def _add(pace: Pace, limit: Limit, now: float, *, count: int, refusals: int) -> dict[str, Any]:
    """Return the update that reserves times within a window, even if others have reserved times in it since."""
    caught_up, cost = to_microseconds(now - limit.burst_seconds(pace.rate)), to_microseconds(count / pace.rate)
    values = {
        ":since": to_microseconds(pace.since),
        ":caught_up": caught_up,
        ":count": count,
        ":refusals": refusals,
    }
    counters = "reserved = reserved + :count, refused = refused + :refusals"
    if to_microseconds(pace.next_at) < caught_up:
        values |= {":next": caught_up + cost}
        schedule, condition = "next_at = :next", "next_at < :caught_up"
    else:
        values |= {":cost": cost, ":horizon": to_microseconds(now + HORIZON_SECONDS)}
        schedule, condition = "next_at = next_at + :cost", "next_at BETWEEN :caught_up AND :horizon"
    return {
        "UpdateExpression": f"SET {schedule}, {counters}",
        "ConditionExpression": f"since = :since AND {condition}",
        "ExpressionAttributeValues": serialize(values),
    }
