"""Lookup of voices by id, or by the name that ``castline voices`` shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline_cli.errors import Misused
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from castline_cli.api import Api, Json

_ID: Final = re.compile(r"[a-z]{2,3}-.+|.*:.*")
"""Pattern of ids that cannot be names: they begin with a language, or contain a colon."""
_AROUND_THE_NAME: Final = re.compile(r"^[a-z]{2,3}(?:-[A-Za-z0-9]+)*-|Neural$")
_SHOWN: Final = 5


class VoiceNames:
    """Voices of a provider by name. They are requested when the first name has to be looked up."""

    def __init__(self, api: Api, provider: str) -> None:
        self._api = api
        self.provider = provider
        self._listed: list[Json] | None = None

    def id_of(self, written: str, *, language: str | None) -> str:
        """Return the id of a voice. A text that is not a name is returned as an id, which the service checks.

        Args:
            written: an id or a name, regardless of case.
            language: the language to speak, which decides between voices with the same name.

        Raises:
            Misused: several voices have the name.
        """
        if _ID.fullmatch(written):
            return written
        called = [voice for voice in self._voices() if written.casefold() in _names(voice)]
        found = _in_language(called, language) or called
        if len(found) > 1:
            lines = "\n  ".join(f"{each['voice_id']}  {each['name']}, {each['language']}" for each in found[:_SHOWN])
            raise Misused(
                t(
                    "{count} voices are called {name}; write the id of one:\n  {lines}",
                    count=len(found),
                    name=written,
                    lines=lines,
                )
            )
        return str(found[0]["voice_id"]) if found else written

    def _voices(self) -> list[Json]:
        if self._listed is None:
            listed: list[Json] = self._api.get("/voices", {"provider": self.provider}).body["items"]
            self._listed = listed
        return self._listed


def _names(voice: Json) -> set[str]:
    """Return the names of a voice: its name, its id, and the name within the id."""
    return {
        each.casefold() for each in (voice["name"], voice["voice_id"], _AROUND_THE_NAME.sub("", voice["voice_id"]))
    }


def _in_language(voices: Iterable[Json], language: str | None) -> list[Json]:
    """Return the voices of a language, or else those of the same language in other regions."""
    if language is None:
        return []
    voices = [*voices]
    primary = language.partition("-")[0]
    own = [voice for voice in voices if voice["language"] == language]
    return own or [voice for voice in voices if voice["language"].partition("-")[0] == primary]
