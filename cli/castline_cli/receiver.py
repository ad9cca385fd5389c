"""Receiver of webhooks on this machine, for development: verifies and optionally forwards them."""

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
"""Maximum bytes of a request body. Events have about a kilobyte."""
_FORWARD_SECONDS: Final = 14.0
"""Timeout in seconds of forwarding, less than the 15 s for which Castline waits."""
_PASSED_ON: Final = ("content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature")
_UNAUTHORIZED: Final = 401
_BAD_GATEWAY: Final = 502


@dataclass(frozen=True, slots=True)
class Received:
    """Request that was received and answered."""

    body: str
    is_signed: bool
    """Whether the signature is valid. Requests without a valid one are refused."""
    status: int
    """The status of the response. For a forwarded request, it is that of the target, or 502."""
    problem: str = ""
    """The reason why the request could not be forwarded."""


class Receiver:
    """Server on 127.0.0.1, for use in a ``with``. Received requests are queued until ``take`` returns them."""

    def __init__(self, port: int, *, forward_to: str | None = None) -> None:
        """Bind the port; 0 chooses a free one.

        Args:
            port: the port on 127.0.0.1.
            forward_to: a URL to which verified requests are forwarded with their headers.

        Raises:
            FileProblem: the port is in use.
        """
        self.secret = ""
        """The secret that signs the requests. Set it before the first request can arrive."""
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
        """Return the next received request, or None after the timeout."""
        try:
            return self._received.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def receive(self, headers: Any, body: bytes) -> int:
        """Verify a request, forward it if configured, and return the status of the response."""
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
        """Ignore errors: a client may close its connection."""


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
        """Log nothing, because the command prints the received requests."""
