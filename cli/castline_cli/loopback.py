"""Listener on this machine, to which the browser returns once after a sign-in."""

from __future__ import annotations

import hmac
import html
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qs, urlsplit

from castline_cli.errors import FileProblem, SignedOut
from castline_cli.strings import language, t

if TYPE_CHECKING:
    from types import TracebackType

    from castline_cli.oidc import Attempt

PORT: Final = 18650
"""Port that is registered with issuers; ``infra/sign_in.py`` registers it."""
PATH: Final = "/callback"
_PAGE: Final = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><title>Castline</title>
<body style="font: 1.2rem system-ui; display: grid; place-content: center; height: 90vh; text-align: center">
<h1>{title}</h1><p>{text}</p></body></html>
"""


class CallbackListener:
    """Listener on 127.0.0.1, for use in a ``with``."""

    def __init__(self, port: int) -> None:
        """Bind the port; 0 chooses a free one.

        Raises:
            FileProblem: the port is in use.
        """
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise FileProblem(
                t(
                    "cannot listen on 127.0.0.1:{port}: {strerror}. Is another castline waiting for a sign-in?",
                    port=port,
                    strerror=error.strerror,
                )
            ) from error

    @property
    def redirect_uri(self) -> str:
        """The redirect URI for the issuer. Issuers allow ``http`` only for ``localhost``."""
        return f"http://localhost:{self._server.server_port}{PATH}"

    def receive_code(self, attempt: Attempt, *, issuer: str, timeout_seconds: float) -> str:
        """Wait for the code of ``attempt``. Requests of other attempts are refused.

        Raises:
            SignedOut: the issuer refused the sign-in, or the time is over.
        """
        server = self._server
        server.attempt, server.issuer = attempt, issuer
        deadline = time.monotonic() + timeout_seconds
        while server.answer is None:
            server.timeout = deadline - time.monotonic()
            if server.timeout <= 0:
                raise SignedOut(t("the sign-in timed out; try again"))
            server.handle_request()
        if "code" not in server.answer:
            reason = server.answer.get("error_description") or server.answer.get("error") or t("it returned no code")
            raise SignedOut(t("the sign-in was refused: {reason}", reason=reason))
        return server.answer["code"]

    def __enter__(self) -> Self:
        """Listen."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.server_close()


class _Server(HTTPServer):
    attempt: Attempt
    issuer: str
    answer: dict[str, str] | None = None

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore errors: a browser may close its connection."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0  # browsers open connections that they never use

    def do_GET(self) -> None:
        """Receive the code, if the request belongs to the attempt."""
        parts = urlsplit(self.path)
        if parts.path != PATH:
            self.send_error(404)
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        is_ours = hmac.compare_digest(query.get("state", "").encode(), self.server.attempt.state.encode())
        if not is_ours or query.get("iss", self.server.issuer) != self.server.issuer:
            self._show(
                400,
                t("This is not the sign-in that castline is waiting for"),
                t("Use the page that castline has opened."),
            )
            return
        self.server.answer = query
        if "code" in query:
            self._show(200, t("You are signed in"), t("You may close this window and go back to the terminal."))
        else:
            self._show(403, t("You are not signed in"), query.get("error_description") or query.get("error", ""))

    def _show(self, status: int, title: str, text: str) -> None:
        page = _PAGE.format(language=language(), title=html.escape(title), text=html.escape(text)).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Log nothing, because the URL contains the code."""
