"""Clients: ``Castline`` blocks, ``AsyncCastline`` is awaited. Both have the methods of ``Operations``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack, closing
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, cast

import httpx

from castline_client.addresses import LOCAL, api_url, connection_options
from castline_client.methods import Awaited, Blocking
from castline_client.operations import Operations
from castline_client.retries import Service, attempts
from castline_client.steps import Exchange, Item, Open, Pause, Read, Request, Send

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator
    from types import TracebackType

    from castline_client.steps import Flow, Step

T = TypeVar("T")
Token = str | Callable[[], str]

TIMEOUT: Final = httpx.Timeout(30, connect=10)
"""Timeout of each attempt of a request."""
_FILE_TIMEOUT: Final = httpx.Timeout(60, connect=10)
"""Timeout of each piece of a file."""


class BearerToken(httpx.Auth):
    """Authentication with a token: a fixed one, or one that a function returns for each request."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request."""
        token = self._token if isinstance(self._token, str) else self._token()
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


class _Client(Operations):
    """Base of both clients, with their settings."""

    def __init__(
        self,
        url: str = LOCAL,
        *,
        token: Token | None = None,
        auth: httpx.Auth | None = None,
        user: str | None = None,
        language: str = "en",
        timeout: httpx.Timeout | float = TIMEOUT,
        pauses_seconds: tuple[float, ...] | None = None,
        on_pause: Callable[[str], object] = lambda _why: None,
    ) -> None:
        """Prepare the client without sending anything.

        Args:
            url: the address of Castline, with or without ``/api/v1``. The default is the local stack.
            token: a bearer token, or a function that is called for each request and returns a valid one.
            auth: any authentication that httpx accepts, instead of a token.
            user: the name of the user, for a local stack.
            language: the language of messages, as in ``Accept-Language``: ``en`` or ``zh-TW``.
            timeout: the timeout of each attempt of a request.
            pauses_seconds: the pauses between attempts of a request. The default is three pauses, of 3.5 s in total.
                ``()`` disables retries.
            on_pause: function that is called with the reason for each pause.

        Raises:
            ValueError: ``url`` is not an address.
        """
        self._service = Service(api_url(url), pauses_seconds)
        self._on_pause = on_pause
        headers = {"Accept": "application/json", "Accept-Language": language}
        if user:
            headers["X-User-Id"] = user
        self._http = self._connect(
            base_url=self._service.url,
            headers=headers,
            auth=BearerToken(token) if token is not None else auth,
            timeout=timeout,
            **connection_options(self._service.url),
        )

    def _connect(self, **options: Any) -> Any:
        """Create the HTTP client for the API."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """The API's URL."""
        return self._service.url

    def _tell(self, pause: Pause) -> None:
        if pause.reason:
            self._on_pause(pause.reason)


class Castline(_Client, Blocking):
    """Connection to one Castline, for use in a ``with`` or until ``close``. Several threads may share it."""

    _http: httpx.Client

    def _connect(self, **options: Any) -> httpx.Client:
        return httpx.Client(**options)

    def run(self, flow: Flow[T]) -> T:
        """Run the steps of an operation, and return its result."""
        return self._run(flow)

    def _run(self, flow: Flow[T]) -> T:
        steps = self._steps(flow)
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)
        raise TypeError("an operation of several results is iterated over")

    def iterate(self, flow: Flow[Any]) -> Iterator[Any]:
        """Run the steps of an operation, and yield its results."""
        yield from self._steps(flow)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """Open the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def _steps(self, flow: Flow[T]) -> Generator[Any, None, T]:
        course = _Course(flow)
        with closing(course), ExitStack() as opened:
            while (step := course.next_step()) is not None:
                if isinstance(step, Item):
                    yield step.value
                    course.succeed(None)
                    continue
                try:
                    course.succeed(self._take(step, opened))
                except Exception as error:  # noqa: BLE001 (the operation itself decides)
                    course.fail(error)
        return course.result

    def _take(self, step: Step, opened: ExitStack) -> Any:
        match step:
            case Request():
                return self._run(attempts(step, self._service))
            case Exchange(request):
                return self._http.request(request.method, request.path, **_request_options(request))
            case Pause(seconds):
                self._tell(step)
                return time.sleep(seconds)
            case Open(url, headers):
                # This client has no token: the URL is signed, and S3 refuses a request with both.
                client = opened.enter_context(httpx.Client(timeout=_FILE_TIMEOUT, **connection_options(url)))
                response = opened.enter_context(client.stream("GET", url, headers=headers)).raise_for_status()
                return _Source(response, response.iter_raw())
            case Read(source):
                return next(cast("_Source[Iterator[bytes]]", source).pieces, None)
            case Send(method, url, headers, pieces):
                with httpx.Client(timeout=_FILE_TIMEOUT, **connection_options(url)) as client:
                    return client.request(method, url, headers=headers, content=pieces())
        raise TypeError(step)


class AsyncCastline(_Client, Awaited):
    """Connection to one Castline for asyncio, for use in an ``async with`` or until ``aclose``."""

    _http: httpx.AsyncClient

    def _connect(self, **options: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(**options)

    async def run(self, flow: Flow[T]) -> T:
        """Run the steps of an operation, and return its result."""
        return await self._run(flow)

    async def _run(self, flow: Flow[T]) -> T:
        course = _Course(flow)
        async for _item in self._steps(course):
            raise TypeError("an operation of several results is iterated over")
        return course.result

    async def iterate(self, flow: Flow[Any]) -> AsyncIterator[Any]:
        """Run the steps of an operation, and yield its results."""
        async for item in self._steps(_Course(flow)):
            yield item

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        """Open the connection."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self.aclose()

    async def _steps(self, course: _Course[Any]) -> AsyncIterator[Any]:
        with closing(course):
            async with AsyncExitStack() as opened:
                while (step := course.next_step()) is not None:
                    if isinstance(step, Item):
                        yield step.value
                        course.succeed(None)
                        continue
                    try:
                        course.succeed(await self._take(step, opened))
                    except Exception as error:  # noqa: BLE001 (the operation itself decides)
                        course.fail(error)

    async def _take(self, step: Step, opened: AsyncExitStack) -> Any:
        match step:
            case Request():
                return await self._run(attempts(step, self._service))
            case Exchange(request):
                return await self._http.request(request.method, request.path, **_request_options(request))
            case Pause(seconds):
                self._tell(step)
                return await asyncio.sleep(seconds)
            case Open(url, headers):
                client = httpx.AsyncClient(timeout=_FILE_TIMEOUT, **connection_options(url))
                await opened.enter_async_context(client)
                response = await opened.enter_async_context(client.stream("GET", url, headers=headers))
                return _Source(response.raise_for_status(), response.aiter_raw())
            case Read(source):
                return await anext(cast("_Source[AsyncIterator[bytes]]", source).pieces, None)
            case Send(method, url, headers, pieces):
                async with httpx.AsyncClient(timeout=_FILE_TIMEOUT, **connection_options(url)) as client:
                    return await client.request(method, url, headers=headers, content=_awaited(pieces()))
        raise TypeError(step)


class _Course(Generic[T]):
    """Running operation: returns its next step, and receives the result of the step."""

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self._advance: Callable[[Any], Step] = flow.send
        self._value: Any = None
        self._result: Any = None

    @property
    def result(self) -> T:
        """The result of the operation, after its last step."""
        return cast("T", self._result)

    def next_step(self) -> Step | None:
        """Return the next step, or None at the end."""
        try:
            return self._advance(self._value)
        except StopIteration as end:
            self._result = end.value
            return None

    def succeed(self, value: Any) -> None:
        """Pass the result of the last step to the operation."""
        self._advance, self._value = self._flow.send, value

    def fail(self, error: Exception) -> None:
        """Raise the error of the last step in the operation."""
        self._advance, self._value = self._flow.throw, error

    def close(self) -> None:
        """Stop the operation at its current step."""
        self._flow.close()


P = TypeVar("P")


class _Source(Generic[P]):
    """Response whose body is read in pieces."""

    def __init__(self, response: httpx.Response, pieces: P) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.pieces = pieces


def _request_options(request: Request[Any]) -> dict[str, Any]:
    return {
        "params": {name: value for name, value in request.query.items() if value is not None},
        "headers": dict(request.headers),
        **({"json": request.body} if request.body is not None else {}),
    }


async def _awaited(pieces: Any) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
