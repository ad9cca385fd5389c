"""Receiver of webhooks that answers in every way, also wrongly."""

import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from tests.patience import PATIENCE_SECONDS

_TLS_HANDSHAKE = b"\x16"


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """A server on a loopback address, within a ``with``. Its answer depends on the path of the URL.

    Attributes:
        requests: the requests that have come.
        connections: the number of connections that were accepted.
        server_names: the names that clients have asked for in their TLS handshakes.
    """

    def __init__(self, *, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.server_names: list[str | None] = []
        self._tls = tls
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.server_names.append(name)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def url(self, path: str = "/200", *, host: str = "127.0.0.1") -> str:
        """Return a URL of the receiver."""
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_SECONDS)
        with suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                received = _read(connection)
                self.requests.append(received)
                self._answer(connection, received.path)

    def _answer(self, connection: Any, path: str) -> None:  # noqa: C901 (one answer a path)
        send = connection.sendall
        match path.partition("?")[0].strip("/").split("/"):
            case [status] if status.isdigit():
                send(f"HTTP/1.1 {status} Status\r\nContent-Length: 6\r\n\r\nanswer".encode())
            case ["redirect", status]:
                send(
                    f"HTTP/1.1 {status} Status\r\nLocation: {self.url('/trap')}\r\nContent-Length: 0\r\n\r\n".encode()
                )
            case ["silent"]:
                self._stopping.wait(2 * PATIENCE_SECONDS)
            case ["slow-headers"]:
                self._drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 4000)
            case ["slow-body"]:
                send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nslow ")
                self._drip(connection, b"slow " * 1000)
            case ["huge"]:
                send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
                while not self._stopping.is_set():
                    send(b"x" * 65536)
            case ["huge-chunk"]:
                send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n" + b"x" * 2_000_000)
            case ["header-bomb"]:
                send(b"HTTP/1.1 200 OK\r\n")
                while not self._stopping.is_set():
                    send(b"X-Bomb: " + b"x" * 1000 + b"\r\n")
            case ["informational"]:
                while not self._stopping.is_set():
                    send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
                    time.sleep(0.01)
            case ["closes"]:
                pass
            case ["closes-in-headers"]:
                send(b"HTTP/1.1 200 OK\r\nContent-Le")
            case ["closes-in-body"]:
                send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            case ["resets"]:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            case ["garbage"]:
                send(b"\x16\x03\x01\x00\xa5 this is no HTTP \xff\xfe\r\n\r\n")
            case ["bad-length"]:
                send(b"HTTP/1.1 200 OK\r\nContent-Length: twelve\r\n\r\n")
            case ["switching"]:
                send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
            case ["binary"]:
                send(b"HTTP/1.1 500 Oops\r\nContent-Length: 8\r\n\r\n\x00\x1b[31m\xff\n")
            case ["zip"]:
                send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00")
            case _:
                send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def _drip(self, connection: Any, content: bytes) -> None:
        for byte in content:
            if self._stopping.wait(0.05):
                return
            connection.sendall(bytes([byte]))


def _read(connection: Any) -> Received:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionError
        received += chunk
        if received.startswith(_TLS_HANDSHAKE):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            raise ConnectionError
    head, _, body = received.partition(b"\r\n\r\n")
    request_line, *lines = head.decode("ascii").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Received(request_line.split(" ")[1], headers, body)
