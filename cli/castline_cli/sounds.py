"""Sounds in the service: lookup, waiting for the check of an upload, and output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline_cli import shown
from castline_cli.errors import Misused, NotFound, Unreachable
from castline_cli.strings import cell, t, told
from castline_client import WaitTimedOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from castline_cli.api import Api, Json
    from castline_cli.session import Session

_PART: Final = re.compile(r"[0-9a-f-]{4,36}")


def list_sounds(api: Api) -> list[Json]:
    """Return the user's sounds, newest first."""
    sounds: list[Json] = api.get("/sounds").body["items"]
    return sounds


def find_sound(sounds: Iterable[Json], written: str) -> Json | None:
    """Return the sound with a name, an id, or a part of an id, or None.

    Args:
        sounds: the sounds of the user.
        written: an exact name, an id, or at least four characters of the beginning or end of an id.

    Raises:
        Misused: ``written`` matches several sounds.
    """
    sounds = [*sounds]
    part = written.strip().rstrip("…").lower()
    by_id = [each for each in sounds if each["id"] == part]
    by_name = [each for each in sounds if each["name"] == written]
    by_part = [each for each in sounds if each["id"].startswith(part) or each["id"].endswith(part)]
    found = by_id or by_name or (by_part if _PART.fullmatch(part) else [])
    if len(found) > 1:
        lines = "\n  ".join(f"{each['id']}  {shown.line(each['name'])}, {each['status']}" for each in found[:5])
        raise Misused(
            t(
                "{written} matches {count} sounds; write the id of one:\n  {lines}",
                count=len(found),
                written=written,
                lines=lines,
            )
        )
    return found[0] if found else None


def demand_sound(api: Api, written: str, session: Session) -> Json:
    """Return the sound that ``find_sound`` finds.

    Raises:
        NotFound: no sound matches ``written``.
        Misused: ``written`` matches several sounds.
    """
    sound = find_sound(list_sounds(api), written)
    if sound is None:
        listing = session.command("sounds", "list")
        raise NotFound(
            t("there is no sound {written}; {listing} lists your sounds", written=written, listing=listing)
        )
    return sound


def wait_until_checked(api: Api, sound_id: str, session: Session) -> Json:
    """Poll an uploaded sound until it is ready, and return it.

    Raises:
        Refused: the file cannot be used; the message is the service's.
        Unreachable: the check takes too long.
        NotFound: the sound has been deleted.
    """
    try:
        return dict(api.wait_for_sound(sound_id))
    except WaitTimedOut as error:
        look = session.command("sounds", "show", sound_id)
        raise Unreachable(t("{problem}; see {look}", problem=told(error), look=look)) from error


def facts(sound: Json) -> Sequence[tuple[str, str]]:
    """Return the details of a sound, each with its label."""
    rate, channels, loudness = (sound.get(name) for name in ("sample_rate_hz", "channels", "loudness_lufs"))
    problem = sound.get("error")
    pairs = [
        (cell("sound"), sound["id"]),
        (cell("name"), shown.line(sound["name"])),
        (cell("status"), cell(sound["status"])),
        (cell("problem"), f"{problem['message']} ({problem['code']})" if problem else ""),
        (cell("kind"), f"{cell(sound['kind'])}, {sound['content_type']}"),
        (cell("size"), shown.size(sound["size_bytes"])),
        (cell("length"), length(sound)),
        (cell("channels"), str(channels or "")),
        (cell("sample rate"), f"{rate:,} Hz" if rate else ""),
        (cell("loudness"), shown.loudness(loudness)),
        (cell("uploaded"), shown.moment(sound["created_at"])),
        (cell("kept until"), shown.moment(sound.get("expires_at"))),
    ]
    return [(name, value) for name, value in pairs if value]


def length(sound: Json) -> str:
    """Return the duration of a sound; empty if it has none, or it is not known yet."""
    milliseconds = sound.get("duration_ms")
    return "" if milliseconds is None else shown.duration(milliseconds)
