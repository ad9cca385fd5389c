"""Emulator of an OpenAI-compatible speech server, spoken by espeak-ng or by tones.

It answers like OpenAI and Kokoro-FastAPI: chunked PCM, OpenAI's errors, Kokoro's list of voices. A fault is ordered
as ``NAME [times=N]``. If it is ordered for a run (``faults=["throttled times=2"]``), it strikes any request. If it is
ordered in a text (``{fault throttled times=2}``), it strikes requests with exactly this text; the marker is not
spoken.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from local.azure_speech.engines import VoiceEngineName, make_engine
from local.azure_speech.faults import without_markers
from local.azure_speech.ssml import Passage, Prosody
from local.azure_speech.voices import VOICES as AZURE_VOICES
from local.named_faults import NamedFaults
from local.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

DEFAULT_KEY: Final = "local-openai-speech-key"
MAX_CHARACTERS: Final = 4096
VOICES: Final = {
    "af_sky": "en-US-JennyNeural",
    "am_adam": "en-US-GuyNeural",
    "jf_alpha": "ja-JP-NanamiNeural",
    "zf_xiaobei": "zh-TW-HsiaoChenNeural",
    "zf_xiaoni": "zh-TW-HsiaoYuNeural",
    "zm_yunxi": "zh-TW-YunJheNeural",
}
"""The voices, and for each the Azure emulator's voice that it sounds like."""

_PCM_TYPE: Final = "audio/pcm"

# A status, and the error's code and parameter.
_REFUSALS: Final[dict[str, tuple[int, str | None, str | None]]] = {
    "bad-request": (400, None, None),
    "unsupported-voice": (400, None, "voice"),
    "unauthorized": (401, "invalid_api_key", None),
    "forbidden": (403, "unsupported_country_region_territory", None),
    "not-found": (404, "model_not_found", None),
    "throttled": (429, "rate_limit_exceeded", None),
    "quota-exceeded": (429, "insufficient_quota", None),
    "internal-error": (500, None, None),
    "bad-gateway": (502, None, None),
    "unavailable": (503, None, None),
}
# A content type, and the body that is sent instead of PCM with status 200.
_BODIES: Final[dict[str, tuple[str, bytes]]] = {
    "empty-audio": (_PCM_TYPE, b""),
    "odd-audio": (_PCM_TYPE, bytes(4801)),
    "json": ("application/json", b'{"status": "queued"}'),
    "html": (_PCM_TYPE, b"<!doctype html><title>Welcome</title>"),
    "wav": (_PCM_TYPE, b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 1, 22050, 44100, 2, 16)),
    "mp3": ("audio/mpeg", b"ID3" + bytes(100)),
}
_BREAKS: Final = frozenset(
    {"no-answer", "no-audio", "stalled", "reset", "reset-amid-audio", "truncated", "trickle", "redirect"}
)
FAULTS: Final = frozenset({*_REFUSALS, *_BODIES, *_BREAKS})
"""All faults by name."""


class OpenAiSpeechEmulator:
    """An emulator on 127.0.0.1, on separate threads, from ``start`` to ``stop`` or within a ``with`` block."""

    def __init__(
        self,
        *,
        key: str = DEFAULT_KEY,
        port: int = 0,
        model: str = "tts-1",
        voice_engine: VoiceEngineName | str = VoiceEngineName.ESPEAK,
        lists_voices: bool = True,
        latency_ms: int = 0,
        requests_per_second: float | None = None,
        faults: Iterable[str] = (),
    ) -> None:
        """Prepare the emulator.

        Args:
            key: the only accepted key; empty for a server that needs no key.
            port: the port; 0 selects a free one.
            model: the only model.
            voice_engine: ``espeak`` speaks; ``tone`` is fast and always returns the same bytes.
            lists_voices: whether it has ``GET /audio/voices``, which OpenAI does not have.
            latency_ms: the wait of each request before its first audio.
            requests_per_second: the limit above which requests are throttled; None for no limit.
            faults: orders of faults, as ``NAME [times=N]``.

        Raises:
            ValueError: there is no such engine or fault.
            OSError: the port is taken.
        """
        self.key, self.model, self.lists_voices = key, model, lists_voices
        self.latency_seconds = latency_ms / 1000
        self.engine = make_engine(VoiceEngineName(voice_engine))
        self.requests: list[dict[str, Any]] = []
        """The bodies of all requests for speech."""
        self.bucket = TokenBucket(requests_per_second) if requests_per_second is not None else None
        """The limit on the rate of requests for speech. It counts throttled requests as ``refusals``."""
        self.stopping = threading.Event()
        self.faults = NamedFaults(sorted(FAULTS), faults)
        self._thread: threading.Thread | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"emulator": self}))

    @property
    def url(self) -> str:
        """The ``base_url`` for the provider."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def start(self) -> None:
        """Answer requests."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[0.05], name="openai-speech-emulator", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, and end stalled requests. Stopping again does nothing."""
        self.stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


class _Refused(Exception):
    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        retry_after_seconds: int = 20,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param
        self.retry_after_seconds = retry_after_seconds


class _Handler(BaseHTTPRequestHandler):
    emulator: OpenAiSpeechEmulator
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name in the base class)
        pass

    def do_GET(self) -> None:
        self._answer("/v1/audio/voices" if self.emulator.lists_voices else "", self._list_voices)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer("/v1/audio/speech", lambda: self._speak(json.loads(body)))

    def _answer(self, path: str, answer: Callable[[], None]) -> None:
        with suppress(ConnectionError):
            try:
                self._admit(path)
                answer()
            except _Refused as refused:
                self._refuse(refused)

    def _admit(self, path: str) -> None:
        if self.emulator.key and self.headers.get("Authorization") != f"Bearer {self.emulator.key}":
            raise _Refused(401, "Incorrect API key provided.", code="invalid_api_key")
        if self.path != path:
            raise _Refused(404, f"Invalid URL ({self.command} {self.path})")

    def _list_voices(self) -> None:
        voices = [{"id": voice, "name": voice} for voice in VOICES]
        self._send(200, "application/json", json.dumps({"voices": voices}).encode())

    def _speak(self, body: dict[str, Any]) -> None:
        self.emulator.requests.append(body)
        self._throttle()
        text, speed = body["input"], body.get("speed", 1.0)
        if body["model"] != self.emulator.model:
            raise _Refused(404, f"The model `{body['model']}` does not exist", code="model_not_found")
        if body["voice"] not in VOICES:
            fault = {
                "type": "enum",
                "loc": ("body", "voice"),
                "msg": "Input should be another",
                "input": body["voice"],
            }
            raise _Refused(400, str([fault]))
        if len(text) > MAX_CHARACTERS:
            fault = {
                "type": "string_too_long",
                "loc": ("body", "input"),
                "msg": "String should be shorter",
                "input": text,
            }
            raise _Refused(400, str([fault]))
        if body["response_format"] != "pcm" or not 0.25 <= speed <= 4:
            raise _Refused(400, "The emulator gives PCM, at a speed from 0.25 to 4.")
        try:
            fault_name = self.emulator.faults.for_text(text)
        except ValueError as error:
            raise _Refused(400, str(error)) from None
        if fault_name in _REFUSALS:
            status, code, param = _REFUSALS[fault_name]
            raise _Refused(status, "It was asked for.", code=code, param=param)
        if fault_name == "redirect":
            self._send(307, "text/plain", b"", Location=f"{self.emulator.url}/audio/speech")
            return
        if fault_name in _BODIES:
            self._send(200, *_BODIES[fault_name])
            return
        self.emulator.stopping.wait(self.emulator.latency_seconds)
        passage = Passage(without_markers(text), AZURE_VOICES[VOICES[body["voice"]]], Prosody(rate=speed))
        self._stream(self.emulator.engine.speak(passage), fault_name)

    def _throttle(self) -> None:
        bucket = self.emulator.bucket
        if bucket is not None and not bucket.take():
            seconds = bucket.wait_seconds
            raise _Refused(
                429,
                f"Rate limit reached for {self.emulator.model}. Please try again in {math.ceil(1000 * seconds)}ms.",
                code="rate_limit_exceeded",
                retry_after_seconds=math.ceil(seconds) or 1,
            )

    def _stream(self, pcm: bytes, fault: str | None) -> None:
        """Send the audio in chunks, as far as the fault allows."""
        if fault in {"no-answer", "reset"}:
            self._break_off(fault)
            return
        self.send_response(200)
        self.send_header("Content-Type", _PCM_TYPE)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "no-audio":
            self._break_off(fault)
            return
        size = max(2, len(pcm) // 8 * 2)
        for position in range(0, len(pcm), size):
            if fault == "trickle":
                self.emulator.stopping.wait(0.2)
            elif position and fault:
                self._break_off(fault)
                return
            chunk = pcm[position : position + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _break_off(self, fault: str) -> None:
        self.close_connection = True
        if fault in {"no-answer", "no-audio", "stalled"}:
            self.emulator.stopping.wait()
        elif fault != "truncated":  # a reset instead of an orderly end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _refuse(self, refused: _Refused) -> None:
        error = {
            "message": str(refused),
            "type": "invalid_request_error",
            "param": refused.param,
            "code": refused.code,
        }
        headers = {"Retry-After": str(refused.retry_after_seconds)} if refused.status == 429 else {}
        self._send(refused.status, "application/json", json.dumps({"error": error}).encode(), **headers)

    def _send(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
