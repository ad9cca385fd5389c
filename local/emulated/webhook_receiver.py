"""Receiver of webhooks that accepts every one."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookReceiver:
    """The address of a receiver, and the webhooks that it has received so far."""

    url: str
    received: list[Webhook]


@contextmanager
def receiving() -> Iterator[WebhookReceiver]:
    """Receive webhooks on a port of 127.0.0.1 while the context lasts."""
    received: list[Webhook] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(Webhook(dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="webhook-receiver", daemon=True)
    thread.start()
    try:
        yield WebhookReceiver(f"http://127.0.0.1:{server.server_port}/castline", received)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
