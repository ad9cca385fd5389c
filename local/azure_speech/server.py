"""Server of the Azure Speech emulator: the text-to-speech protocol on a port of this machine."""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from websockets.asyncio.server import ServerConnection, serve
from websockets.protocol import State

from local.azure_speech.engines import VoiceEngineName, make_engine
from local.azure_speech.faults import FaultPlan, Stall
from local.azure_speech.session import Behaviour, Session
from local.azure_speech.throttling import Refusal, Throttle
from local.azure_speech.traffic import Traffic
from local.azure_speech.voices import VOICES

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from websockets.http11 import Request, Response

    from local.azure_speech.throttling import Throttling

DEFAULT_KEY = "local-azure-speech-key"
_ADDRESS = "127.0.0.1"
_WEBSOCKET_PATH = "/cognitiveservices/websocket/v1"
_VOICES_PATH = "/cognitiveservices/voices/list"
_KEY_HEADER = "Ocp-Apim-Subscription-Key"
_MAX_FRAME_BYTES = 1 << 20
_CLOSE_SECONDS = 1.0
"""The time in which a client must answer when its connection is closed."""
_HAND_OVER_SECONDS = 0.02
_STOP_SECONDS = 3.0
"""The time for everything to end: longer than ``_CLOSE_SECONDS``, so that no connection is left open."""


class AzureSpeechEmulator:
    """An emulator on 127.0.0.1, on a separate thread, from ``start`` to ``stop`` or within a ``with`` block."""

    def __init__(
        self,
        *,
        key: str = DEFAULT_KEY,
        port: int = 0,
        voice_engine: VoiceEngineName | str = VoiceEngineName.ESPEAK,
        latency_ms: int = 0,
        max_requests_in_flight: int | None = None,
        throttling: Throttling | None = None,
        with_silence: bool | None = None,
        tls: ssl.SSLContext | None = None,
        faults: Iterable[str] = (),
        seed: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the emulator.

        Args:
            key: the only accepted key.
            port: the port; 0 selects a free one.
            voice_engine: ``espeak`` speaks; ``tone`` is fast and always returns the same bytes.
            latency_ms: the wait of each request before its first audio.
            max_requests_in_flight: the limit above which requests are throttled.
            throttling: the limits on the rate of requests; None for no limit.
            with_silence: whether each voice element begins and ends with silence, as Azure's do. By default, only
                ``espeak`` adds silence, so that a tone's length depends only on its text.
            tls: the TLS context with the certificate; None for no TLS.
            faults: orders of faults, in the notation of ``local.azure_speech.faults``.
            seed: makes random faults repeatable.
            clock: returns the time in seconds, by which rates are limited.

        Raises:
            ValueError: there is no such engine or fault.
        """
        self.key = key
        self.faults = FaultPlan(faults, seed=seed)
        """The plan of faults, which can be extended while the emulator runs."""
        self.traffic = Traffic()
        """The requests so far."""
        self._port = port
        self._tls = tls
        self.voice_engine = engine_name = VoiceEngineName(voice_engine)
        self._behaviour = Behaviour(
            engine=make_engine(engine_name),
            with_silence=engine_name is VoiceEngineName.ESPEAK if with_silence is None else with_silence,
            faults=self.faults,
            latency_seconds=latency_ms / 1000,
            max_requests_in_flight=max_requests_in_flight,
            throttle=Throttle(throttling, clock=clock) if throttling is not None else None,
        )
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    @property
    def host(self) -> str:
        """The address to give to the Speech SDK, such as ``ws://127.0.0.1:5005``."""
        return f"{'wss' if self._tls else 'ws'}://{_ADDRESS}:{self._port}"

    def start(self) -> None:
        """Start listening.

        Raises:
            OSError: the port is taken.
        """
        port: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(port)), name="azure-speech-emulator", daemon=True
        )
        self._thread.start()
        self._port = port.result()

    def stop(self) -> None:
        """Close every connection and stop listening. Stopping again does nothing."""
        if self._thread is not None and self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    async def _serve(self, port: Future[int]) -> None:
        self._loop = asyncio.get_running_loop()
        opened: WeakSet[ServerConnection] = WeakSet()
        stopping = self._stopping

        class Connection(ServerConnection):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                opened.add(self)
                if stopping.is_set():
                    self.transport.abort()

        try:
            server = await serve(
                self._handle,
                _ADDRESS,
                self._port,
                create_connection=Connection,
                process_request=self._admit,
                select_subprotocol=lambda _connection, offered: offered[0] if offered else None,
                ssl=self._tls,
                compression=None,
                max_size=_MAX_FRAME_BYTES,
                open_timeout=None,
                ping_interval=None,
                close_timeout=_CLOSE_SECONDS,
            )
        except OSError as error:
            port.set_exception(error)
            return
        port.set_result(next(iter(server.sockets)).getsockname()[1])
        await self._stopping.wait()
        # When the server is closed, asyncio loses a socket that it has accepted but not handed over. So the server
        # stops accepting first. Accepted sockets are handed over, and aborted, in the next few turns of the loop.
        for listening in server.sockets:
            self._loop.remove_reader(listening.fileno())
        await asyncio.sleep(_HAND_OVER_SECONDS)
        server.close()
        for connection in tuple(opened):
            if connection.protocol.state is State.CONNECTING:  # no request has arrived on it
                connection.transport.abort()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), _STOP_SECONDS)

    async def _handle(self, connection: ServerConnection) -> None:
        self.traffic.count_connection()
        await Session(connection, self._behaviour, self.traffic).run()

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer requests that open no WebSocket; return ``None`` to open one."""
        path = request.path.partition("?")[0]
        is_authorized = hmac.compare_digest(request.headers.get(_KEY_HEADER, "").encode(), self.key.encode())
        if path == _VOICES_PATH:
            if not is_authorized:
                return connection.respond(HTTPStatus.UNAUTHORIZED, "")
            await _send_voices(connection)
            return connection.respond(HTTPStatus.OK, "")  # to nobody: the connection is closed
        if path != _WEBSOCKET_PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        fault = self.faults.for_upgrade()
        if isinstance(fault, Stall):
            await connection.wait_closed()
        elif fault is not None:
            return connection.respond(HTTPStatus(fault), "")
        if not is_authorized:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        refusal = self._refusal_of_connection()
        if refusal is None:
            return None
        self.traffic.count_refusal(refusal)
        return connection.respond(HTTPStatus.TOO_MANY_REQUESTS, "")

    def _refusal_of_connection(self) -> Refusal | None:
        limit, throttle = self._behaviour.max_requests_in_flight, self._behaviour.throttle
        if limit is not None and self.traffic.in_flight >= limit:
            return Refusal.IN_FLIGHT
        return None if throttle is None else throttle.refusal_of_connection()


async def _send_voices(connection: ServerConnection) -> None:
    """Send the list and wait for the client to hang up.

    If the response were returned to ``websockets``, it would close the connection at once, and the Speech SDK would
    stop reading.
    """
    body = json.dumps([voice.as_json() for voice in VOICES.values()], ensure_ascii=False).encode()
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    connection.transport.write(head.encode() + body)
    with suppress(TimeoutError):
        await asyncio.wait_for(connection.wait_closed(), _CLOSE_SECONDS)
    connection.transport.abort()
