"""Headers, caching and configuration of the console's page, for every host that serves it."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent.parent / "web" / "dist"
"""The folder of the built page."""
INDEX = "index.html"
CONFIGURATION = "config.json"
"""The path of the configuration, which the page reads first. It is not a file of the build."""
HASHED = "assets/"
"""The folder of files whose names contain a hash of their content. These files never change."""

FOR_EVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"

_API = "/api/v1"
_TYPES = mimetypes.MimeTypes()
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Sign-in settings of the page's users: OpenID Connect's authorization code flow with PKCE."""

    issuer: str
    """The issuer. Its discovery document is at ``<issuer>/.well-known/openid-configuration``."""
    client_id: str
    scopes: tuple[str, ...] = ("openid", "email")


def configuration(*, environment: str, sign_in: SignIn | None) -> dict[str, Any]:
    """Build the content of ``/config.json``. Without ``sign_in``, the page asks for a user name."""
    return {
        "environment": environment,
        "api": _API,
        "sign_in": None
        if sign_in is None
        else {"issuer": sign_in.issuer, "client_id": sign_in.client_id, "scopes": list(sign_in.scopes)},
    }


def files(folder: Path = FOLDER) -> dict[str, Path]:
    """Return the built page's files by their paths in the build. Files that others load come first."""
    paths = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    return dict(sorted(paths.items(), key=lambda item: (item[0] == INDEX, item[0])))


def content_type(path: str) -> str:
    """Return the media type of a file, by its name."""
    type_, _ = _TYPES.guess_type(path)
    if type_ is None:
        return "application/octet-stream"
    return f"{type_}; charset=utf-8" if type_.startswith("text/") else type_


def cache_control(path: str) -> str:
    """Return the ``Cache-Control`` header of a file, by its path in the build."""
    return FOR_EVER if path.startswith(HASHED) else ALWAYS_ASK


def security_headers(*, connect: Iterable[str] = (), storage: Iterable[str] = ()) -> dict[str, str]:
    """Build the security headers of the page's files.

    Args:
        connect: additional origins that the page may call, such as the issuer's.
        storage: origins of presigned URLs, at which the page plays audio, shows covers and uploads sounds.
    """
    stored = tuple(storage)
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *stored],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *connect, *stored],
        "media-src": ["'self'", "blob:", *stored],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return {
        "Content-Security-Policy": "; ".join(" ".join([name, *sources]) for name, sources in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
