"""Receiver of webhooks on this machine, for development: checks them, and passes them on if asked to."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from castline_cli.errors import FileProblem
from castline_cli.signatures import is_signed
from castline_cli.strings import t
from castline_client.addresses import connection_options

if TYPE_CHECKING:
    from types import TracebackType

_MAX_BODY_BYTES: Final = 1_000_000
"""Events have about a kilobyte."""
_FORWARD_SECONDS: Final = 14.0
"""Castline itself waits for 15 s."""
_PASSED_ON: Final = ("content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature")
_UNAUTHORIZED: Final = 401
_BAD_GATEWAY: Final = 502


@dataclass(frozen=True, slots=True)
class Received:
    """A request that has been answered."""

    body: str
    is_signed: bool
    """Whether its signature is right. The other ones are refused."""
    status: int
    """The status that was answered: of a request that is passed on, the one that came back, or 502."""
    problem: str = ""
    """The reason why it could not be passed on."""


class Receiver:
    """A server on 127.0.0.1 within a ``with``. What it has received waits to be taken by ``take``."""

    def __init__(self, port: int, *, forward_to: str | None = None) -> None:
        """Take the port; 0 takes a free one.

        Args:
            port: on 127.0.0.1.
            forward_to: a URL that each request is passed on to, with its headers, once its signature is checked.

        Raises:
            FileProblem: the port is in use.
        """
        self.secret = ""
        """The secret that requests have to be signed with; set before the first one can come."""
        self._forward_to = forward_to
        self._received: queue.Queue[Received] = queue.Queue()
        try:
            self._server = _Server(("127.0.0.1", port), _Handler, self)
        except OSError as error:
            raise FileProblem(
                t("cannot listen on 127.0.0.1:{port}: {strerror}", port=port, strerror=error.strerror)
            ) from error

    @property
    def url(self) -> str:
        """The URL at which the receiver listens."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def take(self, *, timeout_seconds: float) -> Received | None:
        """Return what was received next; None if nothing comes in time."""
        try:
            return self._received.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def receive(self, headers: Any, body: bytes) -> int:
        """Judge a request, pass it on if need be, and return the status of the answer."""
        text = body.decode("utf-8", "replace")
        if not is_signed(headers, body, self.secret, now=time.time()):
            received = Received(text, is_signed=False, status=_UNAUTHORIZED)
        elif self._forward_to is None:
            received = Received(text, is_signed=True, status=204)
        else:
            received = self._forward(self._forward_to, headers, body)
        self._received.put(received)
        return received.status

    def _forward(self, url: str, headers: Any, body: bytes) -> Received:
        passed_on = {name: headers[name] for name in _PASSED_ON if name in headers}
        try:
            with httpx.Client(timeout=_FORWARD_SECONDS, **connection_options(url)) as client:
                status = client.post(url, content=body, headers=passed_on).status_code
        except httpx.HTTPError as error:
            problem = type(error).__name__
            return Received(body.decode("utf-8", "replace"), is_signed=True, status=_BAD_GATEWAY, problem=problem)
        return Received(body.decode("utf-8", "replace"), is_signed=True, status=status)

    def __enter__(self) -> Self:
        """Listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], receiver: Receiver) -> None:
        super().__init__(address, handler)
        self.receiver = receiver

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 20.0

    def do_POST(self) -> None:
        """Answer a webhook."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal() and int(length) <= _MAX_BODY_BYTES):
            self.send_error(413)
            return
        status = self.server.receiver.receive(self.headers, self.rfile.read(int(length)))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Say nothing: the command tells what was received."""
