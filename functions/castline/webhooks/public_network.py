"""Network backend of the webhook sender: connects to public addresses only.

Users choose the hosts of webhooks. A name may resolve to an address inside our network, possibly only the second time
it is resolved. Therefore a name is resolved once, its addresses are checked, and the connection is made to a checked
address instead of the name.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

import httpcore

from castline.webhooks.addresses import is_loopback, is_public

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Sequence

    Resolve = Callable[[str, int], Sequence[str]]

_MAX_ADDRESSES: Final = 4
"""Maximum number of addresses of a host that are tried."""
_CONNECT_SECONDS: Final = 5.0
"""Maximum time to connect to one address, so that time is left for another one."""


class NameNotResolved(Exception):
    """The host's name has no address, or DNS did not answer."""


class ForbiddenAddress(Exception):
    """An address of the host is not public."""


class TlsFailed(Exception):
    """The TLS handshake failed: the certificate is not valid for the host, or the server does not speak TLS."""


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host in the order in which they should be tried.

    Raises:
        NameNotResolved: the host has no address, or DNS did not answer.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotResolved(type(error).__name__) from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """A network backend that reaches only public addresses and, if allowed, this machine's own."""

    def __init__(self, *, allow_loopback: bool, resolve: Resolve = resolve) -> None:
        """Store the rules for addresses, and the resolver.

        Args:
            allow_loopback: whether 127.0.0.0/8 and ::1 may also be reached.
            resolve: returns the IP addresses of a host and a port, or raises NameNotResolved.
        """
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's interface)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host at one of its addresses, if all of them are allowed.

        Raises:
            ForbiddenAddress: one of the host's addresses is not allowed. No connection is made.
            NameNotResolved: the host has no address.
            httpcore.ConnectError: no address accepts the connection.
        """
        addresses = await _in_thread(lambda: self._resolve(host, port))
        if not addresses:
            raise NameNotResolved("no address")
        if not all(map(self._may_reach, addresses)):
            raise ForbiddenAddress
        failure: Exception | None = None
        for address in addresses[:_MAX_ADDRESSES]:
            try:
                stream = await self._inner.connect_tcp(
                    address, port, min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Stream(stream)
        assert failure is not None  # noqa: S101 (there was an address)
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def _may_reach(self, address: str) -> bool:
        return is_public(address) or (self._allow_loopback and is_loopback(address))


class Stream(httpcore.AsyncNetworkStream):
    """A connection that raises distinct errors for a failed handshake and for a connection closed by the server."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Return the next bytes.

        Raises:
            httpcore.ReadError: the server has closed the connection. httpcore itself would raise a protocol error.
        """
        received = await self._inner.read(max_bytes, timeout)
        if not received:
            raise httpcore.ReadError("closed by the server")
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send bytes."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Return the connection with TLS.

        Raises:
            TlsFailed: the handshake failed.
        """
        try:
            return Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except httpcore.ConnectError:
            raise TlsFailed from None
        except asyncio.CancelledError:
            # No other code has a reference to the connection yet.
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return information about the connection."""
        return self._inner.get_extra_info(info)


async def _in_thread(look_up: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Run a look-up that may hang in a separate thread.

    ``asyncio.run`` waits at its end for the threads of its own executor, but not for this thread.
    """
    future: Future[Sequence[str]] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(look_up())
        except Exception as error:  # noqa: BLE001 (raised where it is waited for)
            future.set_exception(error)

    threading.Thread(target=run, name="resolve", daemon=True).start()
    return await asyncio.wrap_future(future)
