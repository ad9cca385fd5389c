"""DynamoDB items of previews: how they are written and read.

USER#<user_id>   PREVIEW#<preview_id>    a preview whose reservation is not settled yet
USER#<user_id>   PREVIEWS#<minute>       the number of the user's previews in a minute; TTL removes it

A preview is in the index ``open_jobs`` as long as its item exists, so that the reconciler finds unsettled previews.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import UNREADABLE, deserialize, encode_time
from castline.previews.model import Preview
from castline.table import OPEN_JOBS, user_key
from castline.usage.model import Reservation

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIEW_PREFIX: Final = "PREVIEW#"
COUNTER_PREFIX: Final = "PREVIEWS#"
OPEN_PREVIEWS: Final = "PREVIEWS"
"""The partition of ``open_jobs`` with the previews that are not settled. It has capacity for 500 previews a second,
while a Speech resource takes 200 requests a second."""

_MINUTE: Final = timedelta(minutes=1)


def preview_key(user_id: str, preview_id: str) -> dict[str, str]:
    """Return the key of a preview."""
    return {"pk": user_key(user_id), "sk": PREVIEW_PREFIX + preview_id}


def counter_key(user_id: str, moment: datetime) -> dict[str, str]:
    """Return the key of the counter of a user's previews in the minute of ``moment``."""
    minute = moment.astimezone(UTC).isoformat(timespec="minutes").removesuffix("+00:00")
    return {"pk": user_key(user_id), "sk": COUNTER_PREFIX + minute}


def next_minute(moment: datetime) -> datetime:
    """Return the beginning of the minute after that of ``moment``."""
    return moment.replace(second=0, microsecond=0) + _MINUTE


def preview_item(preview: Preview) -> dict[str, Any]:
    """Return the item of a preview."""
    reservation = preview.reservation
    return {
        **preview_key(preview.user_id, preview.id),
        "user_id": preview.user_id,
        OPEN_JOBS.partition_key: OPEN_PREVIEWS,
        OPEN_JOBS.sort_key: open_sort(preview.created_at, preview.id),
        "created_at": encode_time(preview.created_at),
        "usage_day": reservation.day,
        "reserved_characters": reservation.characters,
        "price_per_million": reservation.price_per_million,
        "fingerprints": list(preview.fingerprints),
    }


def open_sort(moment: datetime, preview_id: str = "") -> str:
    """Return the sort key of an unsettled preview; without an id, a bound before all previews of ``moment``."""
    return f"{encode_time(moment)}#{preview_id}"


def key_of_open(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of a preview from its entry in ``open_jobs``."""
    return preview_key(item["user_id"]["S"], item[OPEN_JOBS.sort_key]["S"].partition("#")[2])


def read_preview(item: Mapping[str, Any]) -> Preview:
    """Return a preview from its item.

    Raises:
        ServiceUnavailable: this release cannot read the item.
    """
    try:
        values = deserialize(item)
        return Preview(
            id=values["sk"].removeprefix(PREVIEW_PREFIX),
            user_id=values["user_id"],
            created_at=datetime.fromisoformat(values["created_at"]),
            reservation=Reservation(
                day=values["usage_day"],
                characters=int(values["reserved_characters"]),
                price_per_million=values["price_per_million"],
                jobs=0,
            ),
            fingerprints=tuple(values["fingerprints"]),
        )
    except UNREADABLE as error:
        raise ServiceUnavailable(f"{PREVIEW_PREFIX}: {type(error).__name__}") from error
