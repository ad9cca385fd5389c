"""Descriptors that make methods of both clients from operations."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from castline_client.steps import Flow

P = ParamSpec("P")
T = TypeVar("T")


class Blocking(ABC):
    """Client whose methods return results."""

    @abstractmethod
    def run(self, flow: Flow[T]) -> T:
        """Run the steps of an operation, and return its result."""

    @abstractmethod
    def iterate(self, flow: Flow[Any]) -> Iterator[Any]:
        """Run the steps of an operation, and yield its results."""


class Awaited(ABC):
    """Client whose methods are awaited."""

    @abstractmethod
    async def run(self, flow: Flow[T]) -> T:
        """Run the steps of an operation, and return its result."""

    @abstractmethod
    def iterate(self, flow: Flow[Any]) -> AsyncIterator[Any]:
        """Run the steps of an operation, and yield its results."""


class Method(Generic[P, T]):
    """Method with one result, which ``Castline`` returns and ``AsyncCastline`` lets callers await."""

    def __init__(self, operation: Callable[P, Flow[T]]) -> None:
        self._operation = operation
        self.__doc__ = operation.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Callable[Concatenate[Any, P], Any]: ...
    @overload
    def __get__(self, client: Blocking, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: Awaited, owner: type) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, client: Any, owner: type) -> Callable[..., Any]:
        """Return the bound method for a client, or a function for a class, which ``help`` shows."""
        return _bound(self._operation, client, "run")


class Listing(Generic[P, T]):
    """Method with several results: an iterator in ``Castline``, an async iterator in ``AsyncCastline``."""

    def __init__(self, operation: Callable[P, Flow[None]], _of: type[T]) -> None:
        self._operation = operation
        self.__doc__ = operation.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Callable[Concatenate[Any, P], Any]: ...
    @overload
    def __get__(self, client: Blocking, owner: type) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: Awaited, owner: type) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: Any, owner: type) -> Callable[..., Any]:
        """Return the bound method for a client, or a function for a class, which ``help`` shows."""
        return _bound(self._operation, client, "iterate")


def _bound(operation: Callable[..., Flow[Any]], client: Any, taken_by: str) -> Callable[..., Any]:
    """Return a function that calls an operation and lets a client run its steps."""
    if client is None:

        @functools.wraps(operation)
        def unbound(client: Any, /, *arguments: Any, **options: Any) -> Any:
            return getattr(client, taken_by)(operation(*arguments, **options))

        return unbound

    @functools.wraps(operation)
    def method(*arguments: Any, **options: Any) -> Any:
        return getattr(client, taken_by)(operation(*arguments, **options))

    return method
