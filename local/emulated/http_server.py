"""HTTP server of a WSGI application on a free port of this machine."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

ADDRESS = "127.0.0.1"


@contextmanager
def serving(app: WSGIApplication, *, name: str, handler: type[WSGIRequestHandler] | None = None) -> Iterator[int]:
    """Serve ``app`` on 127.0.0.1 while the context lasts; yield the port.

    Args:
        app: answers requests, each on a separate thread.
        name: the name of the listening thread.
        handler: reads requests; by default a handler that logs nothing.
    """
    server = make_server(ADDRESS, 0, app, threaded=True, request_handler=handler or QuietRequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=name, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class QuietRequestHandler(WSGIRequestHandler):
    """A request handler that keeps connections open and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (werkzeug's name)
        """Log nothing."""
