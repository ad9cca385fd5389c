"""Steps of the client's operations.

An operation is a generator that yields steps (a request, a pause, a piece of a file) and returns its result. It does
no input or output itself. ``Castline`` runs the steps, and ``AsyncCastline`` awaits them, so that each operation is
written once for both.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Flow = Generator["Step", Any, T]
"""Running operation: it yields steps, receives their results and returns a ``T``."""


# No slots: in Python 3.11, ``Request[T](...)`` fails for a frozen generic dataclass with slots.
@dataclass(frozen=True)
class Request(Generic[T]):
    """Request to the API, with retries. Its result is an ``Answer[T]``."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    """The query parameters; those that are None are left out."""
    body: Any = None
    """The body, which is sent as JSON; None for no body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_repeatable: bool = True
    """Whether the request may be sent again if no response has arrived."""
    takes_redirect: bool = False
    """Whether a redirect counts as an answer."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """Response of the API to a request that it accepted."""

    text: str
    """The body as text."""
    body: T
    """The body as parsed JSON; None if it is not JSON."""
    headers: httpx.Headers
    is_unchanged: bool = False
    """Whether the response is 304, because ``If-None-Match`` names the current ETag. It then has no body."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt of a request. Its result is an ``httpx.Response``."""

    request: Request[Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause before the next step."""

    seconds: float
    reason: str = ""
    """The reason for the pause; empty for the normal interval of polling."""


class Source(Protocol):
    """Response whose body is read in pieces."""

    status_code: int
    headers: httpx.Headers


@dataclass(frozen=True, slots=True)
class Open:
    """Request to a signed URL, without the API's token. Its result is a ``Source``."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """Reading of the next piece of a source. Its result is ``bytes``, or None at the end."""

    source: Source


@dataclass(frozen=True, slots=True)
class Send:
    """Upload of a file to a signed URL, without the API's token. Its result is an ``httpx.Response``."""

    method: str
    url: str
    headers: Mapping[str, str]
    pieces: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Item:
    """One result of an operation that has several."""

    value: Any


Step = Request[Any] | Exchange | Pause | Open | Read | Send | Item


def ask(request: Request[T]) -> Flow[Answer[T]]:
    """Send a request, with retries, and return its answer."""
    answer: Answer[T] = yield request
    return answer


def giving_items_to(receive: Callable[[Any], object], flow: Flow[T]) -> Flow[T]:
    """Run an operation with several results inside another one, and pass each result to ``receive``."""
    advance: Callable[[Any], Step] = flow.send
    value: Any = None
    try:
        while True:
            try:
                step = advance(value)
            except StopIteration as end:
                result: T = end.value
                return result
            try:
                if isinstance(step, Item):
                    value = receive(step.value)
                else:
                    value = yield step
                advance = flow.send
            except Exception as error:  # noqa: BLE001 (the operation itself decides)
                advance, value = flow.throw, error
    finally:
        flow.close()
