"""Message framing on the service's WebSocket.

A text message is header lines, an empty line and a body. A binary message is the length of its headers in two
bytes, the headers, and the audio.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

MAX_MESSAGE_BYTES = 65_536
TICKS_PER_SECOND = 10_000_000
"""The unit of offsets and durations: ticks of 100 ns."""

JsonObject = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A text message from the client."""

    path: str
    request_id: str
    body: str


def parse_client_message(message: str) -> ClientMessage:
    """Split ``message`` into the relevant headers and the body."""
    head, _, body = message.partition("\r\n\r\n")
    headers: dict[str, str] = {}
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return ClientMessage(path=headers.get("path", ""), request_id=headers.get("x-requestid", ""), body=body)


def json_message(path: str, request_id: str, body: JsonObject) -> str:
    """Frame ``body`` as a text message."""
    return (
        f"X-RequestId:{request_id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}\r\n\r\n"
        + json.dumps(body, ensure_ascii=False)
    )


def audio_message(request_id: str, stream_id: str, pcm: bytes) -> bytes:
    """Frame ``pcm`` as a binary message. A message without audio marks the end of the stream."""
    content_type = "Content-Type:audio/x-wav\r\n" if pcm else ""
    headers = f"X-RequestId:{request_id}\r\n{content_type}X-StreamId:{stream_id}\r\nPath:audio\r\n".encode()
    return len(headers).to_bytes(2, "big") + headers + pcm
