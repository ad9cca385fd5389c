"""One HTTP request to a speech server, within its time limits."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from castline.speech.errors import ProviderMisconfigured, ProviderTimedOut, ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from castline.speech.providers.base import Timeouts

_READ_BYTES: Final = 1 << 16
# 20 minutes of PCM: much longer than the longest utterance lasts, and small enough for Lambda's memory.
_MAX_BODY_BYTES: Final = 20 * 60 * 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer of any status."""

    status: int
    headers: Message
    """The headers. Their names are case-insensitive."""
    body: bytes


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeouts: Timeouts,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Send a request over a new connection and read the whole answer. Redirects are not followed.

    A new connection costs two round trips, which are short compared with the synthesis. A kept connection would have
    to be checked before use: servers close idle ones after a few seconds, and Lambda freezes between two invocations.

    Args:
        method: GET or POST.
        url: http or https.
        headers: additional headers.
        body: the request's body.
        timeouts: the longest time until the first byte of the answer's body, and until its last byte.
        tls: the context for https. With None, a new one is made.

    Raises:
        ProviderMisconfigured: the server's certificate is not valid for it, or its answer is compressed or endless.
        ProviderTimedOut: the answer took too long.
        ProviderUnavailable: the server cannot be reached, or dropped the connection.
    """
    parts = urlsplit(url)
    begun = time.monotonic()
    end_at = begun + timeouts.all_chunks_ms / 1000
    first_at = min(begun + timeouts.first_chunk_ms / 1000, end_at)
    if parts.scheme == "https":
        tls = tls or ssl.create_default_context()
        connection: HTTPConnection = HTTPSConnection(parts.netloc, timeout=first_at - begun, context=tls)
    else:
        connection = HTTPConnection(parts.netloc, timeout=first_at - begun)
    received = bytearray()
    try:
        connection.connect()
        # The connection drops its reference to the socket if the server is going to close it. It is still read from.
        socket = connection.sock
        socket.settimeout(_left(first_at))
        connection.request(method, parts.path, body=body, headers={"Connection": "close", **headers})
        response = connection.getresponse()
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ProviderMisconfigured("the speech server sent a compressed answer, which was not requested")
        while True:
            socket.settimeout(_left(end_at if received else first_at))
            chunk = response.read1(_READ_BYTES)
            if not chunk:
                break
            received += chunk
            if len(received) > _MAX_BODY_BYTES:
                raise ProviderMisconfigured("the speech server's answer is too long")
        if response.length:
            raise IncompleteRead(b"", response.length)
    except ssl.SSLCertVerificationError:
        raise ProviderMisconfigured("the speech server's certificate is not valid for it") from None
    except TimeoutError:
        raise ProviderTimedOut("the speech server timed out") from None
    except (OSError, HTTPException) as error:
        raise ProviderUnavailable(
            f"the speech server could not be reached, or dropped the connection: {type(error).__name__}"
        ) from None
    finally:
        connection.close()
    return Answer(status=response.status, headers=response.headers, body=bytes(received))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
