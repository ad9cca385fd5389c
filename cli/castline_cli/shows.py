"""Shows, as commands read and apply them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline_cli.errors import Misused
from castline_cli.speakers import speaker_key
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_cli.api import Api, Json

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
"""Pattern of a name. It is checked here because ``.`` and ``..`` would change the path of the request."""
OF_ALL_JOBS: Final = (
    *("provider", "title", "author", "album"),
    *("pronunciations", "pronunciation_sets"),
    *("output_format", "quality", "loudness", "music", "cover_id"),
)
"""Fields that a show has in common with the requests of all jobs."""
OF_DIALOGUES: Final = ("gap_ms", "crossfade_ms")
"""Fields that a show has in common only with the request of a dialogue."""


def path_of(name: str) -> str:
    """Return the path of a show.

    Raises:
        Misused: the name is not valid.
    """
    if not _NAME.fullmatch(name):
        raise Misused(
            t(
                "{name!r} is not a valid name for a show; use 1 to 64 of A to Z, a to z, digits, -, _ and ., "
                "and do not begin with .",
                name=name,
            )
        )
    return f"/shows/{name}"


def read_show(api: Api, name: str | None) -> Json:
    """Return the fields of a show; empty if ``name`` is None.

    Raises:
        NotFound: the show does not exist.
        Misused: the name is not valid.
    """
    found: Json = {} if name is None else api.get(path_of(name)).body
    return found


def members_of(show: Json) -> dict[str, Json]:
    """Return the fields of each member of a show's cast, by speaker key."""
    return {
        speaker_key(member["speaker"]): {name: value for name, value in member.items() if name not in _NOT_TAKEN}
        for member in show.get("cast") or ()
    }


_NOT_TAKEN: Final = frozenset({"speaker", "voice_name"})


def show_of_job(job: Json) -> Json:
    """Return the fields of a show with the cast, music and format of a job, but not its title."""
    given = job["input_params"]
    fields: Json = {
        name: given[name] for name in (*OF_ALL_JOBS, *OF_DIALOGUES) if name != "title" and given.get(name) is not None
    }
    fields |= {name: job[name] for name in ("author", "album") if job.get(name)}
    return {**fields, "cast": given.get("voice_assignments") or []}


def merged(own: Json, show: Json, names: Sequence[str]) -> Json:
    """Return the fields of a request: its own, and those of a show that it does not set."""
    fields: Json = {name: show[name] for name in names if show.get(name) not in (None, [])}
    for name in ("pronunciations", "pronunciation_sets"):
        if name in own and name in fields:
            own = {**own, name: _without_doubles([*own[name], *fields[name]])}
    return {**fields, **own}


def _without_doubles(entries: Sequence[str | Mapping[str, str]]) -> list[str | Mapping[str, str]]:
    """Return the first entry of each text and language."""
    seen: set[object] = set()
    kept = []
    for entry in entries:
        key = entry if isinstance(entry, str) else (entry["text"], entry.get("language"))
        if key not in seen:
            seen.add(key)
            kept.append(entry)
    return kept
