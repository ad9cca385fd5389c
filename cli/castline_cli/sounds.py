"""Sounds that the service keeps: which one is meant, and waiting until an upload has been checked."""

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
    """Return the sound that a user has named: by its name, its id, or a part of the id; None if there is none.

    Args:
        sounds: those of the user.
        written: a name as it is, or an id, or at least four characters of its beginning or its end.

    Raises:
        Misused: it names several sounds.
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
    """Return the sound that a user has named, as ``find_sound`` does.

    Raises:
        NotFound: there is no such sound.
        Misused: it names several sounds.
    """
    sound = find_sound(list_sounds(api), written)
    if sound is None:
        listing = session.command("sounds", "list")
        raise NotFound(
            t("there is no sound {written}; {listing} lists your sounds", written=written, listing=listing)
        )
    return sound


def wait_until_checked(api: Api, sound_id: str, session: Session) -> Json:
    """Look at an uploaded sound until it is ready, and return it.

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
    """Return what is known of a sound, each with its name."""
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
    """Return the duration of a sound; empty where it has none, or none is known yet."""
    milliseconds = sound.get("duration_ms")
    return "" if milliseconds is None else shown.duration(milliseconds)
