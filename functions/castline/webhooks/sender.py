"""Sender of webhooks: sends one request, and returns its outcome."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import certifi
import httpcore

from castline.webhooks.errors import ForbiddenUrl
from castline.webhooks.limits import MAX_EXCERPT_BYTES
from castline.webhooks.model import Attempt, AttemptError
from castline.webhooks.public_network import ForbiddenAddress, NameNotResolved, PublicNetwork, TlsFailed, resolve
from castline.webhooks.urls import demand_allowed_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from castline.webhooks.public_network import Resolve

    Headers = list[tuple[str | bytes, str | bytes]]

TIMEOUT_SECONDS: Final = 15.0
"""Maximum time from the DNS look-up to the status of the response, as recommended by Standard Webhooks."""
_EXCERPT_SECONDS: Final = 1.0
"""Maximum time for reading the beginning of the response body. The status alone decides the attempt's outcome."""

_HEADERS: Final = {
    "accept-encoding": "identity",
    "connection": "close",
    "content-type": "application/json",
    "user-agent": "Castline-Webhooks/1",
}

# httpcore's debug lines contain hosts and headers.
logging.getLogger("httpcore").setLevel(logging.WARNING)


class WebhookSender:
    """Sends requests to public addresses only, follows no redirects, and reads only the beginning of a response.

    Each request has its own connection. The proxy settings of the environment are ignored.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool,
        timeout_seconds: float = TIMEOUT_SECONDS,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare the network and TLS.

        Args:
            allow_loopback: whether this machine's own addresses are also allowed, with plain HTTP as well.
            timeout_seconds: maximum time until the status of the response.
            resolve: returns the IP addresses of a host and a port.
            tls: the certificates to trust; by default those of certifi.
        """
        self._allow_loopback = allow_loopback
        self._timeout_seconds = timeout_seconds
        self._network = PublicNetwork(allow_loopback=allow_loopback, resolve=resolve)
        self._tls = tls or ssl.create_default_context(cafile=certifi.where())

    def send(self, url: str, *, body: str, headers: Mapping[str, str], at: datetime) -> Attempt:
        """Send a body to a URL once, and return the attempt, successful or not.

        Args:
            url: the URL, which is checked again.
            body: the exact text of the body, which is sent in UTF-8.
            headers: the headers with the signature.
            at: the time of the attempt.
        """
        begun = time.monotonic()
        exchange = _Exchange()
        try:
            allowed = demand_allowed_url(url, allow_loopback=self._allow_loopback)
            asyncio.run(
                self._exchange(allowed, body.encode("utf-8"), [*_HEADERS.items(), *headers.items()], exchange)
            )
        except ForbiddenUrl:
            exchange.error = AttemptError.FORBIDDEN_ADDRESS
        return Attempt(
            at=at,
            status_code=exchange.status_code,
            error=exchange.error,
            duration_ms=round((time.monotonic() - begun) * 1000),
            response_excerpt=exchange.excerpt,
        )

    async def _exchange(self, url: str, body: bytes, headers: Headers, exchange: _Exchange) -> None:
        try:
            async with asyncio.timeout(self._timeout_seconds) as limit:
                pool = httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=self._network)
                async with pool, pool.stream("POST", url, headers=headers, content=body) as response:
                    limit.reschedule(None)
                    exchange.status_code = response.status
                    exchange.error = _error_of_status(response.status)
                    exchange.excerpt = await _read_excerpt(response)
        except (TimeoutError, httpcore.TimeoutException):
            exchange.error = AttemptError.TIMEOUT
        except ForbiddenAddress:
            exchange.error = AttemptError.FORBIDDEN_ADDRESS
        except NameNotResolved:
            exchange.error = AttemptError.DNS_FAILED
        except (TlsFailed, ssl.SSLError):
            # With TLS 1.3, a server refuses a client without a certificate only after the handshake.
            exchange.error = AttemptError.TLS_FAILED
        except (httpcore.NetworkError, OSError):
            exchange.error = AttemptError.CONNECTION_FAILED
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            exchange.error = AttemptError.PROTOCOL_ERROR


class _Exchange:
    """The outcome of a request so far."""

    def __init__(self) -> None:
        self.status_code: int | None = None
        self.error: AttemptError | None = None
        self.excerpt: str | None = None


def _error_of_status(status_code: int) -> AttemptError | None:
    if 200 <= status_code < 300:
        return None
    return AttemptError.REDIRECT if 300 <= status_code < 400 else AttemptError.BAD_STATUS


async def _read_excerpt(response: httpcore.Response) -> str | None:
    """Return the beginning of a response body as text; None if it is empty.

    The status has already decided the attempt's outcome. A slow, endless or broken body does not change it.
    """
    received = bytearray()
    with suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
        async with asyncio.timeout(_EXCERPT_SECONDS):
            async for chunk in response.aiter_stream():
                received += chunk
                if len(received) >= MAX_EXCERPT_BYTES:
                    break
    text = received[:MAX_EXCERPT_BYTES].decode("utf-8", errors="replace")
    return (
        "".join(character if character.isprintable() or character in "\n\t" else "\ufffd" for character in text)
        or None
    )
