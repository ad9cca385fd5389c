"""A road to the stack on which connections break."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tests.cli.forwarding import ForwardingHandler, ForwardingServer

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to the next requests of a kind.

    Attributes:
        method: of the requests.
        path: what theirs ends with, without the query.
        times: how many.
        status: what is answered in place of the stack; None to break the connection after the stack has answered.
        after_bytes: how much of the stack's body comes through before it breaks.
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
    """Passes requests on, but for the trouble that a test asks for.

    Attributes:
        troubles: what is to happen.
        requests: how often each method and path was asked for.
        statuses: how often each status was answered, to requests of which method.
        serves_parts: whether the Range header is passed on.
        ranges: the Range header of each request, or nothing.
    """

    handler: ClassVar[type[ForwardingHandler]] = _Handler

    def __init__(self, target: str = "") -> None:
        super().__init__(target)
        self.clear()

    def clear(self) -> None:
        """Forget all trouble, and all that was asked."""
        self.troubles: list[Trouble] = []
        self.met: Counter[Trouble] = Counter()
        self.requests: Counter[tuple[str, str]] = Counter()
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.serves_parts = True
        self.ranges: list[str] = []

    def count(self, method: str, end: str) -> int:
        """How many requests there were of that method for paths that end so."""
        return sum(number for (each, path), number in self.requests.items() if each == method and path.endswith(end))
