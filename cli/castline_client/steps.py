"""The steps that the client's operations are made of, and the two ways of taking them.

An operation is a generator that yields steps (a request, a pause, a piece of a file) and returns its result. It does
no input or output itself. ``Castline`` takes the steps one after another, ``AsyncCastline`` awaits them: so each
operation is written once for both.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Flow = Generator["Step", Any, T]
"""An operation under way: yields steps, gets their results, returns a ``T``."""


# Without slots: Python 3.11 cannot make one of a frozen, generic class with slots, named as Request[T].
@dataclass(frozen=True)
class Request(Generic[T]):
    """A request to the API, which is tried again while that may help; its result is an ``Answer[T]``."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    """Parameters; those that are None are left out."""
    body: Any = None
    """The body, sent as JSON; None for none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_repeatable: bool = True
    """Whether it does no harm to send it again when no answer has arrived."""
    takes_redirect: bool = False
    """Whether an address in ``Location`` is an answer."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The API's answer to a request that it accepted."""

    text: str
    """The body as it was sent."""
    body: T
    """The same, read as JSON; None when it is not JSON."""
    headers: httpx.Headers
    is_unchanged: bool = False
    """Whether it is what the ``If-None-Match`` of the request named; then there is no body."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt of a request; its result is an ``httpx.Response``."""

    request: Request[Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which nothing happens."""

    seconds: float
    reason: str = ""
    """Why the next attempt has to wait; empty for the usual pace of polling."""


class Source(Protocol):
    """A response whose body is read piece by piece."""

    status_code: int
    headers: httpx.Headers


@dataclass(frozen=True, slots=True)
class Open:
    """Open a signed address, without the API's token; its result is a ``Source``."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """Read the next piece of a source; its result is ``bytes``, or None at the end."""

    source: Source


@dataclass(frozen=True, slots=True)
class Send:
    """Send pieces of a file to a signed address, without the API's token; its result is an ``httpx.Response``."""

    method: str
    url: str
    headers: Mapping[str, str]
    pieces: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Item:
    """One of the results of an operation that has several."""

    value: Any


Step = Request[Any] | Exchange | Pause | Open | Read | Send | Item


def ask(request: Request[T]) -> Flow[Answer[T]]:
    """Make a request, again while that may help."""
    answer: Answer[T] = yield request
    return answer


def giving_items_to(receive: Callable[[Any], object], flow: Flow[T]) -> Flow[T]:
    """Go through an operation of several results inside another one, which receives them."""
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
