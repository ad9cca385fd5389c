"""Times of a job's words, sentences, turns or chapters, as tables and as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from castline_cli.strings import cell

if TYPE_CHECKING:
    from castline_cli.api import Json

_FIELDS: Final = ("start_ms", "end_ms", "turn_index", "speaker", "text", "title", "estimated")


def rows_of(timings: Json) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the columns and the rows of a table of timings."""
    is_of_chapters = timings["level"] == "chapter"
    named = ("title",) if is_of_chapters else ("speaker", "text") if timings["level"] != "turn" else ("speaker",)
    columns = ("from", "to", *named, *(("",) if timings["estimated"] else ()))
    rows = [
        (
            seconds(item["start_ms"]),
            seconds(item["end_ms"]),
            *(item.get(name, "") for name in named),
            *((cell("estimated") if item.get("estimated") else "",) if timings["estimated"] else ()),
        )
        for item in timings["items"]
    ]
    return columns, rows


def csv_of(timings: Json) -> str:
    """Return timings as CSV (RFC 4180), with the names of the API's fields as its first row."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(_FIELDS)
    for item in timings["items"]:
        rows.writerow([*(item.get(name, "") for name in _FIELDS[:-1]), str(item.get("estimated", False)).lower()])
    return written.getvalue()


def seconds(milliseconds: int) -> str:
    """Format a time for a table."""
    return cell("{seconds:.3f} s", seconds=milliseconds / 1000)
