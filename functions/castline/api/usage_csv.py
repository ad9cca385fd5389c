"""Usage as CSV (RFC 4180), with one line per user and day."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final

from castline.api.money import decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from castline.usage.model import Figures, MonthOfUsage

COLUMNS: Final = ("user_id", "day", "billed_characters", "jobs", "audio_seconds", "cost", "currency")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a cell for a formula."""


def to_csv(users: Iterable[tuple[str, MonthOfUsage]], currency: str, *, max_bytes: int) -> tuple[str, str | None]:
    """Return the usage of users on each day. The sums of the lines are exactly the usage of the month.

    An apostrophe is put before an id that a spreadsheet would take for a formula.

    Args:
        users: the users, and their usage in a month.
        currency: the currency of the costs.
        max_bytes: the maximum size of the text as escaped JSON. The first user is included even if it is larger.

    Returns:
        The text, and the id of the last user in it; None instead of the id if all users are in it.
    """
    parts, size, last = [_lines([COLUMNS])], 0, None
    for user_id, month in users:
        lines = _lines(_cells(user_id, day, figures, currency) for day, figures in month.days.items())
        size += len(json.dumps(lines))
        if last is not None and size > max_bytes:
            return "".join(parts), last
        parts.append(lines)
        last = user_id
    return "".join(parts), None


def _cells(user_id: str, day: str, figures: Figures, currency: str) -> tuple[object, ...]:
    return (
        f"'{user_id}" if user_id.startswith(_FORMULA_STARTS) else user_id,
        day,
        figures.billed_characters,
        figures.jobs,
        f"{figures.audio_ms // 1000}.{figures.audio_ms % 1000:03d}",
        decimal_text(figures.cost_micros),
        currency,
    )


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
