"""Proxy in front of the stack that may handle a request itself."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Self

import httpx

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_NOT_PASSED_ON = {"connection", "content-length", "transfer-encoding"}


class ForwardingHandler(BaseHTTPRequestHandler):
    """A handler that passes each request on as it is."""

    server: ForwardingServer
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        """Answer a request."""
        self.pass_on(self.body())

    def do_GET(self) -> None:
        self.handle_any()

    def do_POST(self) -> None:
        self.handle_any()

    def do_PUT(self) -> None:
        self.handle_any()

    def do_PATCH(self) -> None:
        self.handle_any()

    def do_DELETE(self) -> None:
        self.handle_any()

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def ask_stack(self, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the stack's answer to this request."""
        passed = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_PASSED_ON}
        return self.server.client.request(
            self.command, f"{self.server.target}{self.path}", content=body, headers=passed | dict(headers or {})
        )

    def pass_on(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        answer = self.ask_stack(body, headers)
        passed = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON}
        self.answer(answer.status_code, answer.content, passed)

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Log nothing."""


class ForwardingServer(ThreadingHTTPServer):
    """A server on a port of 127.0.0.1 within a ``with``; ``target`` is the stack's address."""

    handler: ClassVar[type[ForwardingHandler]] = ForwardingHandler
    daemon_threads = True

    def __init__(self, target: str = "") -> None:
        self.target = target
        self.client = httpx.Client(trust_env=False, verify=False, timeout=PATIENCE_SECONDS)  # noqa: S501 (plain HTTP)
        super().__init__(("127.0.0.1", 0), self.handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        self.client.close()
