"""Bookings of usage: writes of usage items, as parts of the transactions that create and end jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.dynamodb import serialize
from castline.table import user_key
from castline.usage import items
from castline.usage.model import Figures
from castline.usage.quotas import exceeded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from castline.usage.errors import QuotaExceeded
    from castline.usage.model import Quotas, Reservation


def reserve(table: str, user_id: str, reservation: Reservation, quotas: Quotas) -> list[TransactWriteItemTypeDef]:
    """Return the writes that count a new job and reserve its characters: for the user, then for all users.

    The condition of a write fails if the reservation exceeds a quota. A job that reserves nothing exceeds none.
    """
    day, figures = reservation.day, reservation.figures
    own: dict[str, int | None] = {}
    shared: dict[str, int | None] = {}
    if reservation.characters:
        in_day = items.day_prefix(day) + items.COMMITTED
        own = {in_day: quotas.user_per_day, items.COMMITTED: quotas.user_per_month}
        shared = {in_day: quotas.deployment_per_day}
    return [
        _add(table, user_id, day, figures, limits=own, is_new=True),
        _add(table, None, day, figures, limits=shared, is_new=True),
    ]


def book(table: str, user_id: str, day: str, change: Figures) -> list[TransactWriteItemTypeDef]:
    """Return the writes that change the usage of a user and of all users on a day; none if nothing changes."""
    if change == Figures():
        return []
    return [_add(table, user_id, day, change), _add(table, None, day, change)]


def refusal(reservation: Reservation, quotas: Quotas, reasons: Sequence[Mapping[str, Any]]) -> QuotaExceeded | None:
    """Return the refusal of a reservation.

    Args:
        reservation: the refused reservation.
        quotas: the quotas that it was compared with.
        reasons: DynamoDB's cancellation reasons for the writes of :func:`reserve`. A reason holds the item if the
            write's condition failed.

    Returns:
        None if no quota is exceeded.
    """
    own, everybody = (items.read_month(reservation.day[:7], reason.get("Item")) for reason in reasons)
    return exceeded(reservation, quotas, own=own, everybody=everybody)


def _add(
    table: str,
    user_id: str | None,
    day: str,
    figures: Figures,
    *,
    limits: Mapping[str, int | None] | None = None,
    is_new: bool = False,
) -> TransactWriteItemTypeDef:
    """Return the write that adds to the usage of a user, or of all users.

    Args:
        table: the name of the table.
        user_id: the user; None for the usage of all users.
        day: the day to add to. Its month is added to as well.
        figures: the figures to add.
        limits: limits of the committed characters, by attribute name. None is no limit.
        is_new: whether this may be the first write of the month's item.
    """
    month = day[:7]
    added: dict[str, int] = {}
    for field, attribute in items.ATTRIBUTES.items():
        if value := getattr(figures, field):
            added[attribute] = added[items.day_prefix(day) + attribute] = value
    values: dict[str, Any] = {f":{name}": value for name, value in added.items()}
    names = {f"#{name}": name for name in added}
    expression = "ADD " + ", ".join(f"#{name} :{name}" for name in added)
    if is_new:
        own = items.month_values(user_id, month)
        values |= {f":{name}": value for name, value in own.items()}
        names |= {f"#{name}": name for name in own}
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in own) + " " + expression
    conditions = []
    for name, limit in (limits or {}).items():
        if limit is None:
            continue
        room = limit - figures.committed_characters
        values[f":room_{name}"] = room
        # A comparison with a missing attribute is false.
        is_unused = f"attribute_not_exists(#{name}) OR " if room >= 0 else ""
        conditions.append(f"({is_unused}#{name} <= :room_{name})")
    update: dict[str, Any] = {
        "TableName": table,
        "Key": serialize(items.month_key(items.DEPLOYMENT if user_id is None else user_key(user_id), month)),
        "UpdateExpression": expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": serialize(values),
    }
    if conditions:
        update["ConditionExpression"] = " AND ".join(conditions)
        update["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {"Update": update}  # type: ignore[typeddict-item]
