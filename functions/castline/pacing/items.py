"""DynamoDB items of paces: how they are written and read.

    DEPLOYMENT   PACE#<provider>#<resource>   the pace of the requests to a resource

Times are whole microseconds since the epoch, so that DynamoDB adds and compares them exactly.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from castline.dynamodb import UNREADABLE, deserialize
from castline.pacing.model import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

_MICROSECONDS: Final = 1_000_000


def pace_key(provider_id: str, resource: str) -> dict[str, str]:
    """Return the key of the pace of a provider's resource."""
    return {"pk": "DEPLOYMENT", "sk": f"PACE#{provider_id}#{resource}"}


def to_microseconds(seconds: float) -> int:
    """Return a time or a duration in microseconds, as items hold it."""
    return round(seconds * _MICROSECONDS)


def pace_values(pace: Pace) -> dict[str, Any]:
    """Return the attributes of a pace other than its key."""
    return {
        "rate": Decimal(f"{pace.rate:.6f}"),
        "next_at": to_microseconds(pace.next_at),
        "since": to_microseconds(pace.since),
        "reserved": pace.reserved,
        "refused": pace.refused,
        "decreased_at": to_microseconds(pace.decreased_at),
    }


def read_pace(item: Mapping[str, Any]) -> Pace | None:
    """Return the pace from its item; None if it is unreadable or not positive."""
    try:
        values = deserialize(item)
        pace = Pace(
            rate=float(values["rate"]),
            next_at=float(values["next_at"]) / _MICROSECONDS,
            since=float(values["since"]) / _MICROSECONDS,
            reserved=int(values["reserved"]),
            refused=int(values["refused"]),
            decreased_at=float(values["decreased_at"]) / _MICROSECONDS,
        )
    except UNREADABLE:
        return None
    return pace if pace.rate > 0 else None
