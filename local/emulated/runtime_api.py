"""Lambda's Runtime API: a function's process fetches its events there and posts its results."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from local.emulated.http_server import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION: Final = "/2018-06-01/runtime/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeEvent:
    """An event for the process, as JSON text, with the invocation's headers."""

    payload: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeAnswer:
    """The answer of the process, as JSON text; ``error_type`` is set unless it is a result."""

    payload: str
    error_type: str | None = None


class RuntimeApi:
    """The Runtime API for one process, on a port of its own, until it is closed.

    Attributes:
        address: host and port, for ``AWS_LAMBDA_RUNTIME_API``.
        ready: an event that is set when the process has asked for its first event.
        answers: a queue of the process's answers. Its owner may add messages of its own.
    """

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.answers: queue.SimpleQueue[RuntimeAnswer] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[RuntimeEvent | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="lambda-runtime-api", daemon=True
        )
        self._thread.start()
        self.address = f"{ADDRESS}:{self._server.server_port}"

    def send(self, event: RuntimeEvent) -> None:
        """Give the process its next event."""
        self._events.put(event)

    def wait_for_event(self) -> RuntimeEvent | None:
        """Wait for the next event and return it; None if the API is closed first."""
        self.ready.set()
        return self._events.get()

    def close(self) -> None:
        """Stop serving; the process must have ended."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._events.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__((ADDRESS, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        event = self.server.api.wait_for_event() if self.path == f"{_VERSION}invocation/next" else None
        if event is None:
            self._send(404, b"", {})
        else:
            self._send(200, event.payload.encode(), event.headers)

    def do_POST(self) -> None:
        body = self._body().decode()
        error_type = self.headers.get("Lambda-Runtime-Function-Error-Type")
        if not self.path.endswith("/response"):
            error_type = error_type or "Unhandled"
        self.server.api.answers.put(RuntimeAnswer(payload=body, error_type=error_type))
        self._send(202, b'{"status":"OK"}', {})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts: list[bytes] = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        """Log nothing."""
