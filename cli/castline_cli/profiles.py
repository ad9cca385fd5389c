"""Where sign-ins are kept: a file for each API in the user's configuration folder, which nobody else can read.

<configuration>/castline/sign-ins/<address, percent-encoded>.json     one sign-in
<configuration>/castline/default-api                                  the API that was signed in to last
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import typer

from castline_cli.errors import FileProblem
from castline_cli.strings import t

if TYPE_CHECKING:
    from typing import Self

_FOLDER: Final = "sign-ins"
_DEFAULT: Final = "default-api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What an issuer gives for a sign-in."""

    access_token: str
    expires_at: float
    """Seconds since 1970, by this machine's clock."""
    refresh_token: str | None = None
    id_token: str | None = None

    def succeeded_by(self, new: Tokens) -> Tokens:
        """Return ``new``, keeping the old refresh and ID tokens where the issuer sent none."""
        return replace(
            new,
            refresh_token=new.refresh_token or self.refresh_token,
            id_token=new.id_token or self.id_token,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A sign-in to one API."""

    api: str
    """Its address, with ``/api/v1``."""
    site: str
    """What people sign in at: the address for ``castline login``."""
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    tokens: Tokens

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Make a profile from the ``fields`` that ``asdict`` made of it."""
        return cls(**{**fields, "scopes": tuple(fields["scopes"]), "tokens": Tokens(**fields["tokens"])})


class Profiles:
    """The sign-ins of whoever runs this."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use a folder, by default the one that the system has for configuration."""
        self._folder = folder or Path(typer.get_app_dir("castline"))

    def find(self, api: str) -> Profile | None:
        """Return the stored sign-in to an API; None if there is none.

        Raises:
            FileProblem: there is one, but it cannot be read.
        """
        path = self._path(api)
        try:
            return Profile.from_json(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FileProblem(t("cannot read {name}: {strerror}", name=path, strerror=error.strerror)) from error
        except (ValueError, TypeError, KeyError) as error:
            raise FileProblem(t("{path} is damaged; delete it and sign in again", path=path)) from error

    def default_api(self) -> str | None:
        """Return the API of the last sign-in; None if that sign-in has ended."""
        try:
            api = (self._folder / _DEFAULT).read_text("utf-8").strip()
        except OSError:
            return None
        return api if self._path(api).exists() else None

    def save(self, profile: Profile) -> None:
        """Keep a sign-in, in place of an earlier one to the same API.

        Raises:
            FileProblem: it cannot be written.
        """
        self._write(self._path(profile.api), json.dumps(asdict(profile), indent=2))

    def make_default(self, api: str) -> None:
        """Let commands that name no API use this one, until it is signed out from.

        Raises:
            FileProblem: that cannot be written.
        """
        self._write(self._folder / _DEFAULT, f"{api}\n")

    def delete(self, api: str) -> None:
        """Forget a sign-in, if there is one.

        Raises:
            FileProblem: it cannot be deleted.
        """
        path = self._path(api)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FileProblem(t("cannot delete {path}: {strerror}", path=path, strerror=error.strerror)) from error

    def _path(self, api: str) -> Path:
        return self._folder / _FOLDER / f"{quote(api, safe='')}.json"

    def _write(self, path: Path, text: str) -> None:
        """Write a file that only its owner can read, all of it or nothing."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.unlink(missing_ok=True)
            with open(temporary, "x", encoding="utf-8", opener=_for_its_owner) as file:
                file.write(text)
            temporary.replace(path)
        except OSError as error:
            raise FileProblem(t("cannot write {path}: {strerror}", path=path, strerror=error.strerror)) from error


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
