"""Storage of sign-ins: one file per API in the user's configuration folder, readable only by the user.

<configuration>/castline/sign-ins/<address, percent-encoded>.json     one sign-in
<configuration>/castline/default-api                                  the API of the last sign-in
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
    """Tokens of a sign-in."""

    access_token: str
    expires_at: float
    """The expiry of the access token, in seconds since 1970 by this machine's clock."""
    refresh_token: str | None = None
    id_token: str | None = None

    def succeeded_by(self, new: Tokens) -> Tokens:
        """Return ``new``, with the old refresh and ID tokens if the issuer sent none."""
        return replace(
            new,
            refresh_token=new.refresh_token or self.refresh_token,
            id_token=new.id_token or self.id_token,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Sign-in to one API."""

    api: str
    """The URL of the API, with ``/api/v1``."""
    site: str
    """The address that was given to ``castline login``."""
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    tokens: Tokens

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Return a profile from the ``fields`` that ``asdict`` returned."""
        return cls(**{**fields, "scopes": tuple(fields["scopes"]), "tokens": Tokens(**fields["tokens"])})


class Profiles:
    """Sign-ins of the user who runs the command."""

    def __init__(self, folder: Path | None = None) -> None:
        """Set the folder, by default that of the system for configuration."""
        self._folder = folder or Path(typer.get_app_dir("castline"))

    def find(self, api: str) -> Profile | None:
        """Return the stored sign-in to an API, or None.

        Raises:
            FileProblem: the stored sign-in cannot be read.
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
        """Store a sign-in, replacing an earlier one to the same API.

        Raises:
            FileProblem: the sign-in cannot be written.
        """
        self._write(self._path(profile.api), json.dumps(asdict(profile), indent=2))

    def make_default(self, api: str) -> None:
        """Make an API the default of commands that name none, until the user signs out of it.

        Raises:
            FileProblem: the default cannot be written.
        """
        self._write(self._folder / _DEFAULT, f"{api}\n")

    def delete(self, api: str) -> None:
        """Delete a sign-in, if there is one.

        Raises:
            FileProblem: the sign-in cannot be deleted.
        """
        path = self._path(api)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FileProblem(t("cannot delete {path}: {strerror}", path=path, strerror=error.strerror)) from error

    def _path(self, api: str) -> Path:
        return self._folder / _FOLDER / f"{quote(api, safe='')}.json"

    def _write(self, path: Path, text: str) -> None:
        """Write a file atomically, readable only by its owner."""
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
