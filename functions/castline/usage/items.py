"""DynamoDB items of usage and limits: how they are written and read.

    USER#<user_id>   USAGE#<YYYY-MM>    usage of a user in a month, and on each of its days
    USER#<user_id>   LIMITS             limits that an operator has set for the user
    DEPLOYMENT       USAGE#<YYYY-MM>    usage of all users together
    DEPLOYMENT       CONTROLS           ceiling and breaker, as an operator has set them

A usage item has one number for each figure of the month, such as ``billed``, and of each day, such as ``d07_billed``.
The numbers are not nested in maps, because ``ADD`` creates a missing number but not a missing map. A condition cannot
add two attributes, so the sum of billed and reserved characters is a separate number, ``committed``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import UNREADABLE, deserialize, encode_expiry, encode_time, read_time
from castline.table import OPEN_JOBS, OPEN_SHARDS, TTL_ATTRIBUTE, shard_of, user_key
from castline.usage.model import UNSET, Breaker, Controls, Figures, LimitChanges, MonthOfUsage, month_resets_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from castline.usage.model import Unset

DEPLOYMENT: Final = "DEPLOYMENT"
USAGE_PREFIX: Final = "USAGE#"
LIMITS: Final = "LIMITS"
CONTROLS: Final = "CONTROLS"

ATTRIBUTES: Final = {
    "billed_characters": "billed",
    "committed_characters": "committed",
    "jobs": "jobs",
    "audio_ms": "audio_ms",
    "cost_micros": "cost_micros",
}
"""The attribute of each field of ``Figures``."""

COMMITTED: Final = ATTRIBUTES["committed_characters"]

_LIFETIME = timedelta(days=400)
"""The time from a month's end until its usage is deleted. Users can compare a whole year with the previous one."""

_USER_LIMITS = ("characters_per_day", "characters_per_month", "max_active_jobs")


def month_key(partition: str, month: str) -> dict[str, str]:
    """Return the key of a month's usage in the partition of a user, or in ``DEPLOYMENT``."""
    return {"pk": partition, "sk": f"{USAGE_PREFIX}{month}"}


def limits_key(user_id: str) -> dict[str, str]:
    """Return the key of the limits that an operator has set for a user."""
    return {"pk": user_key(user_id), "sk": LIMITS}


def controls_key() -> dict[str, str]:
    """Return the key of the ceiling and the breaker."""
    return {"pk": DEPLOYMENT, "sk": CONTROLS}


def day_prefix(day: str) -> str:
    """Return the prefix of the attributes for a day in the format ``YYYY-MM-DD``."""
    return f"d{day[8:]}_"


def users_keys(month: str) -> list[str]:
    """Return the partitions of ``open_jobs`` that list the users with usage in a month."""
    return [f"{USAGE_PREFIX}{month}#{shard}" for shard in range(OPEN_SHARDS)]


def month_values(user_id: str | None, month: str) -> dict[str, Any]:
    """Return the attributes of a usage item except its key and figures. ``user_id`` is None for all users."""
    expiry = {TTL_ATTRIBUTE: encode_expiry(month_resets_at(month) + _LIFETIME)}
    if user_id is None:
        return expiry
    return {
        OPEN_JOBS.partition_key: f"{USAGE_PREFIX}{month}#{shard_of(user_id)}",
        OPEN_JOBS.sort_key: user_id,
        **expiry,
    }


def read_month(month: str, item: Mapping[str, Any] | None) -> MonthOfUsage:
    """Return the usage in a month from its item. Without an item, the usage is zero.

    Raises:
        ServiceUnavailable: this release cannot read the item.
    """
    try:
        values = deserialize(item or {})
        days = sorted({name[1:3] for name in values if name[0] == "d" and name[1:3].isdigit() and name[3:4] == "_"})
        return MonthOfUsage(
            month=month,
            total=_read_figures(values, ""),
            days={f"{month}-{number}": _read_figures(values, f"d{number}_") for number in days},
        )
    except UNREADABLE as error:
        raise ServiceUnavailable(f"{USAGE_PREFIX}{month}: {type(error).__name__}") from error


def _read_figures(values: Mapping[str, Any], prefix: str) -> Figures:
    return Figures(**{name: int(values.get(prefix + short, 0)) for name, short in ATTRIBUTES.items()})


def limits_item(user_id: str, changes: LimitChanges) -> dict[str, Any]:
    """Return the item of the limits that an operator has set for a user."""
    return {
        **limits_key(user_id),
        **{name: getattr(changes, name) for name in _USER_LIMITS if getattr(changes, name) is not UNSET},
        **_change_values("", changes.changed_at, changes.changed_by),
    }


def read_limits(item: Mapping[str, Any] | None) -> LimitChanges:
    """Return the limits that an operator has set for a user from their item. Without an item, none is set.

    Raises:
        ServiceUnavailable: this release cannot read the item.
    """
    try:
        values = deserialize(item or {})
        return LimitChanges(
            **{name: _read_limit(values[name]) for name in _USER_LIMITS if name in values},
            changed_at=read_time(values.get("changed_at")),
            changed_by=values.get("changed_by"),
        )
    except UNREADABLE as error:
        raise ServiceUnavailable(f"{LIMITS}: {type(error).__name__}") from error


def ceiling_values(characters_per_day: int | Unset | None, changed_at: datetime, changed_by: str) -> dict[str, Any]:
    """Return the attributes of the ceiling in the CONTROLS item. Attributes that are ``UNSET`` are to be removed."""
    return {"characters_per_day": characters_per_day, **_change_values("", changed_at, changed_by)}


def breaker_values(breaker: Breaker) -> dict[str, Any]:
    """Return the attributes of the breaker in the CONTROLS item. Attributes that are ``UNSET`` are to be removed."""
    return {
        "breaker_open": breaker.is_open,
        "breaker_reason": UNSET if breaker.reason is None else breaker.reason,
        **_change_values("breaker_", breaker.changed_at, breaker.changed_by),
    }


def read_controls(item: Mapping[str, Any] | None) -> Controls:
    """Return the ceiling and the breaker from their item. Without an item, no operator has changed them.

    Raises:
        ServiceUnavailable: this release cannot read the item.
    """
    try:
        values = deserialize(item or {})
        return Controls(
            characters_per_day=_read_limit(values["characters_per_day"]) if "characters_per_day" in values else UNSET,
            changed_at=read_time(values.get("changed_at")),
            changed_by=values.get("changed_by"),
            breaker=Breaker(
                is_open=bool(values.get("breaker_open", False)),
                reason=values.get("breaker_reason"),
                changed_at=read_time(values.get("breaker_changed_at")),
                changed_by=values.get("breaker_changed_by"),
            ),
        )
    except UNREADABLE as error:
        raise ServiceUnavailable(f"{CONTROLS}: {type(error).__name__}") from error


def _change_values(prefix: str, changed_at: datetime | None, changed_by: str | None) -> dict[str, str]:
    values = {"changed_at": encode_time(changed_at) if changed_at else None, "changed_by": changed_by}
    return {prefix + name: value for name, value in values.items() if value is not None}


def _read_limit(value: Decimal | None) -> Any:
    return None if value is None else int(value)
