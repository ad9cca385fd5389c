"""Session on one open WebSocket: it answers requests with audio, one after another."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

from local.azure_speech.faults import (
    THROTTLED_REASON,
    Abort,
    Close,
    Moment,
    NoAudio,
    OddAudio,
    Stall,
    without_markers,
)
from local.azure_speech.protocol import (
    MAX_MESSAGE_BYTES,
    TICKS_PER_SECOND,
    audio_message,
    json_message,
    parse_client_message,
)
from local.azure_speech.rendering import render
from local.azure_speech.ssml import Passage, SsmlRefused, parse_ssml
from local.azure_speech.throttling import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from websockets.asyncio.server import ServerConnection

    from local.azure_speech.engines import VoiceEngine
    from local.azure_speech.faults import FaultPlan, RequestFault
    from local.azure_speech.protocol import ClientMessage
    from local.azure_speech.rendering import Boundary, Rendering
    from local.azure_speech.throttling import Throttle
    from local.azure_speech.traffic import RequestRecord, Traffic

_SAMPLE_RATES_HZ = {"raw-24khz-16bit-mono-pcm": 24_000, "raw-48khz-16bit-mono-pcm": 48_000}
"""The sample rate of each supported output format."""
_CHUNK_BYTES = 32_768
_MAX_AUDIO_SECONDS = 600
"""The documented quota of a real-time request."""
_MAX_CLOSE_REASON_BYTES = 123
_THROTTLED = Close(4429, THROTTLED_REASON)
_METADATA_OPTION = {
    "WordBoundary": "wordBoundaryEnabled",
    "PunctuationBoundary": "punctuationBoundaryEnabled",
    "SentenceBoundary": "sentenceBoundaryEnabled",
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The settings of every session of one emulator."""

    engine: VoiceEngine
    with_silence: bool
    """Whether each voice element begins and ends with silence."""
    faults: FaultPlan
    latency_seconds: float
    max_requests_in_flight: int | None
    throttle: Throttle | None


@dataclass(frozen=True, slots=True)
class AudioOptions:
    """The output that the client requests."""

    output_format: str = "raw-24khz-16bit-mono-pcm"
    metadata: frozenset[str] = frozenset()
    """The names of the metadata options that are on, such as ``wordBoundaryEnabled``."""

    @classmethod
    def from_context(cls, body: str) -> AudioOptions:
        """Read the body of a ``synthesis.context`` message."""
        audio = json.loads(body)["synthesis"]["audio"]
        options = audio.get("metadataOptions", {})
        return cls(audio["outputFormat"], frozenset(name for name, is_on in options.items() if is_on))


class _Broken(Exception):
    """The request gets no regular answer, and the connection serves no further request."""

    def __init__(self, fault: Close | Abort | Stall) -> None:
        super().__init__()
        self.fault = fault


class Session:
    """The connection of one client."""

    def __init__(self, connection: ServerConnection, behaviour: Behaviour, traffic: Traffic) -> None:
        """Serve ``connection``."""
        self._connection = connection
        self._behaviour = behaviour
        self._traffic = traffic
        request = connection.request
        self._connection_id = request.headers.get("X-ConnectionId", "") if request else ""

    async def run(self) -> None:
        """Answer requests until the client leaves or a request ends the connection."""
        options = AudioOptions()
        try:
            async for raw_message in self._connection:
                if isinstance(raw_message, bytes):
                    continue
                message = _parse(raw_message)
                if message.path == "synthesis.context":
                    options = AudioOptions.from_context(message.body)
                elif message.path == "ssml":
                    await self._answer(message.request_id, message.body, options)
        except ConnectionClosed:
            pass
        except _Broken as broken:
            await self._break(broken.fault)

    async def _answer(self, request_id: str, ssml: str, options: AudioOptions) -> None:
        with self._traffic.request(self._connection_id, ssml) as record:
            try:
                await self._speak(request_id, record, options)
                record.outcome = "completed"
            except _Broken as broken:
                record.outcome = _outcome(broken.fault)
                raise
            except ConnectionClosed:
                record.outcome = "client left"
                raise
        # The request is counted as ended before the client knows, so that the client's next request does not overlap.
        await self._connection.send(json_message("turn.end", request_id, {}))

    async def _speak(self, request_id: str, record: RequestRecord, options: AudioOptions) -> None:
        if refusal := self._refusal(record):
            self._traffic.count_refusal(refusal)
            fault: RequestFault | None = _THROTTLED
        else:
            fault = self._behaviour.faults.for_request(record.ssml)

        _strike(fault, Moment.BEFORE_TURN_START)
        context = {"serviceTag": uuid.uuid4().hex}
        await self._connection.send(json_message("turn.start", request_id, {"context": context}))

        _strike(fault, Moment.BEFORE_AUDIO)
        rendering = await self._render(record, options)
        await asyncio.sleep(self._behaviour.latency_seconds)
        stream_id = uuid.uuid4().hex.upper()
        await self._connection.send(
            json_message(
                "response", request_id, {"context": context, "audio": {"type": "inline", "streamId": stream_id}}
            )
        )
        if isinstance(fault, OddAudio):
            rendering = replace(rendering, pcm=rendering.pcm[:-1])
        if not isinstance(fault, NoAudio):
            await self._send_audio(request_id, stream_id, rendering, options, fault)
        _strike(fault, Moment.BEFORE_TURN_END)

    def _refusal(self, record: RequestRecord) -> Refusal | None:
        limit, throttle = self._behaviour.max_requests_in_flight, self._behaviour.throttle
        if limit is not None and record.in_flight > limit:
            return Refusal.IN_FLIGHT
        return None if throttle is None else throttle.refusal_of_request()

    def _check_voices(self, names: Sequence[str]) -> None:
        throttle = self._behaviour.throttle
        if throttle is not None and (refusal := throttle.refusal_of_voices(names)):
            self._traffic.count_refusal(refusal)
            raise _Broken(_THROTTLED)

    async def _render(self, record: RequestRecord, options: AudioOptions) -> Rendering:
        sample_rate_hz = _SAMPLE_RATES_HZ.get(options.output_format)
        if sample_rate_hz is None:
            raise _Broken(Close(1007, f"Unsupported audio format {options.output_format}"))
        try:
            heard = parse_ssml(without_markers(record.ssml), with_silence=self._behaviour.with_silence)
        except SsmlRefused as refusal:
            raise _Broken(Close(1007, str(refusal))) from None
        voices = list(dict.fromkeys(part.voice.short_name for part in heard if isinstance(part, Passage)))
        record.voice = voices[0] if voices else ""
        self._check_voices(voices)
        engine = self._behaviour.engine
        if engine.takes_time:
            rendering = await asyncio.to_thread(render, heard, engine, sample_rate_hz)
        else:
            rendering = render(heard, engine, sample_rate_hz)
        if rendering.ticks(len(rendering.pcm)) > _MAX_AUDIO_SECONDS * TICKS_PER_SECOND:
            raise _Broken(Close(1007, f"The audio is longer than {_MAX_AUDIO_SECONDS} seconds"))
        return rendering

    async def _send_audio(
        self,
        request_id: str,
        stream_id: str,
        rendering: Rendering,
        options: AudioOptions,
        fault: RequestFault | None,
    ) -> None:
        boundaries = [
            boundary for boundary in rendering.boundaries if _METADATA_OPTION[boundary.kind] in options.metadata
        ]
        size_bytes = len(rendering.pcm)
        for start in range(0, size_bytes, _CHUNK_BYTES):
            chunk = rendering.pcm[start : start + _CHUNK_BYTES]
            end_ticks = rendering.ticks(start + len(chunk))
            due = [_as_metadata(boundary) for boundary in boundaries if boundary.offset_ticks < end_ticks]
            if due:
                del boundaries[: len(due)]
                await self._connection.send(json_message("audio.metadata", request_id, {"Metadata": due}))
            await self._connection.send(audio_message(request_id, stream_id, chunk))
            if start + _CHUNK_BYTES >= size_bytes / 2:
                _strike(fault, Moment.AMID_AUDIO)
        await self._connection.send(audio_message(request_id, stream_id, b""))
        if "sessionEndEnabled" in options.metadata:
            session_end = {"Type": "SessionEnd", "Data": {"Offset": rendering.ticks(size_bytes)}}
            await self._connection.send(json_message("audio.metadata", request_id, {"Metadata": [session_end]}))

    async def _break(self, fault: Close | Abort | Stall) -> None:
        match fault:
            case Close(code, reason):
                await self._connection.close(code, reason.encode()[:_MAX_CLOSE_REASON_BYTES].decode(errors="ignore"))
            case Abort():
                self._connection.transport.abort()
            case Stall():
                await self._connection.wait_closed()


def _parse(raw_message: str) -> ClientMessage:
    if len(raw_message.encode()) > MAX_MESSAGE_BYTES:
        raise _Broken(Close(1007, f"Websocket message size cannot exceed {MAX_MESSAGE_BYTES} bytes"))
    return parse_client_message(raw_message)


def _strike(fault: RequestFault | None, moment: Moment) -> None:
    if isinstance(fault, Close | Abort | Stall) and fault.moment is moment:
        raise _Broken(fault)


def _outcome(fault: Close | Abort | Stall) -> str:
    match fault:
        case Close(code):
            return f"closed {code}"
        case Abort():
            return "reset"
        case Stall():
            return "stalled"


def _as_metadata(boundary: Boundary) -> dict[str, object]:
    is_sentence = boundary.kind == "SentenceBoundary"
    return {
        "Type": "SentenceBoundary" if is_sentence else "WordBoundary",
        "Data": {
            "Offset": boundary.offset_ticks,
            "Duration": boundary.duration_ticks,
            "text": {"Text": boundary.text, "Length": len(boundary.text), "BoundaryType": boundary.kind},
        },
    }
