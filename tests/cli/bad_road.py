"""Connection to the stack that a test can break."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from tests.cli.forwarding import ForwardingHandler, ForwardingServer

if TYPE_CHECKING:
    from collections.abc import Mapping

_PART_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault for the next requests of a kind.

    Attributes:
        method: the requests' method.
        path: the end of the requests' path, without the query.
        times: the number of requests to affect.
        status: the status to answer instead of the stack; None to break the connection after the stack has answered.
        after_bytes: the number of bytes of the stack's body to pass on before the break.
    """

    method: str
    path: str
    times: int = 1
    status: int | None = None
    after_bytes: int | None = None


class _Handler(ForwardingHandler):
    server: BadRoad

    def handle_any(self) -> None:
        path = self.path.partition("?")[0]
        self.server.came_at.append((time.monotonic(), self.command, path))
        self.server.requests[self.command, path] += 1
        self.server.ranges.append(self.headers.get("Range", ""))
        if not self.server.serves_parts:
            del self.headers["Range"]
        for trouble in self.server.troubles:
            if (
                trouble.method == self.command
                and path.endswith(trouble.path)
                and self.server.met[trouble] < trouble.times
            ):
                self.server.met[trouble] += 1
                self._break(trouble)
                return
        super().handle_any()

    def body(self) -> bytes:
        if not self.server.pause_seconds:
            return super().body()
        left = int(self.headers.get("Content-Length", 0))
        parts: list[bytes] = []
        while left:
            time.sleep(self.server.pause_seconds)
            part = self.rfile.read(min(left, _PART_BYTES))
            if not part:
                raise ConnectionError("the client has left")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.server.statuses[self.command, status] += 1
        super().answer(status, body, headers)

    def _break(self, trouble: Trouble) -> None:
        if trouble.status is not None:
            self.body()
            self.answer(trouble.status, b'{"message": "trouble"}', {"Content-Type": "application/json"})
            return
        answer = self.ask_stack(self.body())
        if trouble.after_bytes is not None:
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content[: trouble.after_bytes])
            self.wfile.flush()
        self.close_connection = True


class BadRoad(ForwardingServer):
    """A proxy that passes requests on, except for the faults that a test orders.

    Attributes:
        troubles: the ordered faults.
        requests: the number of requests by method and path.
        came_at: the time at which each request came, with its method and path.
        statuses: the number of answers by status and request method.
        serves_parts: whether the Range header is passed on.
        ranges: the Range header of each request, or nothing.
        pause_seconds: the time between the parts, of 256 KB, in which the body of a request is read.
    """

    handler: ClassVar[type[ForwardingHandler]] = _Handler

    def __init__(self, target: str = "") -> None:
        super().__init__(target)
        self.clear()

    def clear(self) -> None:
        """Remove all faults, and forget all requests."""
        self.troubles: list[Trouble] = []
        self.met: Counter[Trouble] = Counter()
        self.requests: Counter[tuple[str, str]] = Counter()
        self.came_at: list[tuple[float, str, str]] = []
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.serves_parts = True
        self.ranges: list[str] = []
        self.pause_seconds = 0.0

    def count(self, method: str, end: str) -> int:
        """Return the number of requests with this method and this end of the path."""
        return sum(number for (each, path), number in self.requests.items() if each == method and path.endswith(end))
