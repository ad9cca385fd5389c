"""Formats of values for users."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from castline_cli.api import Json

# Control characters other than white space, and marks that change the direction of text.
_DISTURBING: Final = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
)


def duration(milliseconds: int) -> str:
    """Format a duration: 6.3 s, 1:02:03."""
    seconds = milliseconds / 1000
    if seconds < 60:
        return cell("{seconds:.1f} s", seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(bytes_: int) -> str:
    """Format an amount of data: 77 KB, 1.5 MB."""
    return f"{bytes_ / 1000:.0f} KB" if bytes_ < 1_000_000 else f"{bytes_ / 1_000_000:.1f} MB"


def cost(amount: Json) -> str:
    """Format an amount of money: 0.0023 USD, 12.50 USD."""
    units = amount["amount"]
    return f"{units:,.{2 if units >= 1 else 4}f} {amount['currency']}"


def loudness(lufs: float | None) -> str:
    """Format an integrated loudness: -16.2 LUFS; empty for None."""
    return "" if lufs is None else f"{lufs:.1f} LUFS"


def moment(time: str | None) -> str:
    """Format a time from the API in the local time zone; empty for None."""
    if time is None:
        return ""
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def place(job: Json) -> str:
    """Format a place in the queue: 12 batches ahead, starts at about 14:03; empty for a job without one."""
    queue = job.get("queue")
    if queue is None:
        return ""
    ahead, start = queue["ahead"], queue["estimated_start_at"]
    before = (
        cell("next in the queue")
        if ahead == 0
        else cell("1 batch ahead")
        if ahead == 1
        else cell("{ahead:,} batches ahead", ahead=ahead)
    )
    if start is None:
        return before
    return before + cell(", starts at about {time:%H:%M}", time=datetime.fromisoformat(start).astimezone())


def progress(job: Json) -> str:
    """Format the progress of a job: 3/40 segments, about 12 s left, or its place in the queue; empty if unknown."""
    completed, total = job["progress"]["completed_segments"], job["progress"]["total_segments"]
    if not total:
        return place(job)
    return t("{completed}/{total} segments", completed=completed, total=total) + time_left(job)


def time_left(job: Json) -> str:
    """Format the estimated time until a job is spoken, as an addition to its progress; empty if unknown."""
    seconds = job["progress"].get("seconds_left")
    return "" if seconds is None else cell(", about {duration} left", duration=duration(seconds * 1000))


def line(text: str) -> str:
    """Return a free text as one line without control characters, so that it cannot break a table."""
    return " ".join(_DISTURBING.sub("", text).split())


def titles(job: Json) -> list[tuple[str, str]]:
    """Return the title, author and album of a job, each with its label; empty for missing ones."""
    return [(cell(name), line(job.get(name) or "")) for name in ("title", "author", "album")]


def cast(job: Json) -> list[tuple[str, str]]:
    """Return each speaker with the id of the voice. The speaker of a single text has an empty name."""
    given = job["input_params"]
    if "voice_id" in given:
        return [("", given["voice_id"])]
    return [(each["speaker"], each["voice_id"]) for each in given["voice_assignments"]]
