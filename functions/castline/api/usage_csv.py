"""Usage as CSV (RFC 4180): a line for each user and day."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from castline.api.money import decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from castline.usage.model import MonthOfUsage

COLUMNS: Final = ("user_id", "day", "billed_characters", "jobs", "audio_seconds", "cost", "currency")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""Characters that make a spreadsheet take a cell for a formula."""


def to_csv(users: Iterable[tuple[str, MonthOfUsage]], currency: str) -> str:
    """Return the usage of users on each day. The lines add up to the usage of the month, to the last digit.

    An id that a spreadsheet would take for a formula is preceded by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for user_id, month in users:
        for day, figures in month.days.items():
            writer.writerow(
                (
                    f"'{user_id}" if user_id.startswith(_FORMULA_STARTS) else user_id,
                    day,
                    figures.billed_characters,
                    figures.jobs,
                    f"{figures.audio_ms // 1000}.{figures.audio_ms % 1000:03d}",
                    decimal_text(figures.cost_micros),
                    currency,
                )
            )
    return text.getvalue()
