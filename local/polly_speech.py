"""Emulator of Amazon Polly: SynthesizeSpeech and DescribeVoices, as strict as documented.

botocore finds it by the environment variable ``AWS_ENDPOINT_URL_POLLY``. A fault is ordered as ``NAME [times=N]``. If
it is ordered for a run (``faults=["throttled times=2"]``), it strikes any request. If it is ordered in a text
(``{fault throttled times=2}``), it strikes requests with exactly this text; the marker is not spoken.
"""

from __future__ import annotations

import audioop
import json
import re
import threading
import xml.etree.ElementTree as ET
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from local.azure_speech import voices as azure
from local.azure_speech.engines import VoiceEngineName, make_engine
from local.azure_speech.faults import MARKER, without_markers
from local.azure_speech.ssml import Passage, Prosody
from local.named_faults import NamedFaults
from local.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

_PAGE_VOICES = 3
_MAX_CHARACTERS, _MAX_BILLED_CHARACTERS = 6_000, 3_000
_MAX_AUDIO_SECONDS = 600
_CHUNK_BYTES = 8_192
_STALL_SECONDS = 60.0
# Each engine with a burst limit has 10 for a rate of 8, or 100 for a rate of 80:
# https://docs.aws.amazon.com/polly/latest/dg/limits.html.
_BURST_FACTOR = 1.25
_TAG = re.compile(r"<[^>]*>")
_BARE_APOSTROPHE = re.compile(r"\w'\w")
_CJK = r"\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|(?:[^\W{_CJK}]|&apos;)+")
_SIGNATURE = re.compile("AWS4-HMAC-SHA256 Credential=[^,]+/polly/aws4_request,")
_PERCENT = re.compile(r"([+-]?)(\d+)%")


class _Voice(NamedTuple):
    language: str
    language_name: str
    engines: tuple[str, ...]
    sound: str
    """The Azure emulator's voice that it sounds like."""


VOICES = {
    "Joanna": _Voice("en-US", "US English", ("generative", "neural", "standard"), "en-US-AvaNeural"),
    "Matthew": _Voice("en-US", "US English", ("generative", "neural", "standard"), "en-US-AndrewNeural"),
    "Danielle": _Voice("en-US", "US English", ("generative", "long-form", "neural"), "en-US-JennyNeural"),
    "Amy": _Voice("en-GB", "British English", ("generative", "neural", "standard"), "en-GB-SoniaNeural"),
    "Zhiyu": _Voice("cmn-CN", "Chinese Mandarin", ("neural", "standard"), "zh-CN-XiaoxiaoNeural"),
    "Takumi": _Voice("ja-JP", "Japanese", ("neural", "standard"), "ja-JP-KeitaNeural"),
    "Mizuki": _Voice("ja-JP", "Japanese", ("standard",), "ja-JP-NanamiNeural"),
}


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


# Faults that replace the answer: status, code, message.
_ANSWERS = {
    "throttled": (400, "ThrottlingException", "Rate exceeded"),
    "internal-error": (500, "ServiceFailureException", ""),
    "unavailable": (503, "ServiceUnavailable", ""),
    "quota-exceeded": (402, "ServiceQuotaExceededException", ""),
    "access-denied": (403, "AccessDeniedException", "User is not authorized to perform: polly:SynthesizeSpeech"),
    "expired-token": (403, "ExpiredTokenException", "The security token included in the request is expired"),
    "language-not-supported": (400, "LanguageNotSupportedException", ""),
    "invalid-ssml": (400, "InvalidSsmlException", "Invalid SSML request"),
    "no-such-operation": (404, "UnknownOperationException", ""),
}
# Faults of the connection, or of an answer that reports success.
_MISHAPS = ("no-answer", "no-audio", "stalled", "trickle", "truncated", "empty-audio", "odd-audio", "html")
FAULTS = (*_ANSWERS, *_MISHAPS)
"""All faults by name."""


class _Spoken(NamedTuple):
    content_type: str
    body: bytes
    characters: int


class PollyEmulator:
    """An emulator on 127.0.0.1, on separate threads, from ``start`` to ``stop`` or within a ``with`` block."""

    def __init__(
        self,
        *,
        port: int = 0,
        voice_engine: VoiceEngineName | str = VoiceEngineName.ESPEAK,
        latency_ms: int = 0,
        requests_per_second: float | None = None,
        faults: Iterable[str] = (),
    ) -> None:
        """Prepare the emulator.

        Args:
            port: the port; 0 selects a free one.
            voice_engine: ``espeak`` speaks; ``tone`` is fast and always returns the same bytes.
            latency_ms: the wait of each request before its first audio.
            requests_per_second: the limit above which requests are throttled; None for no limit.
            faults: orders of faults, as ``NAME [times=N]``.

        Raises:
            ValueError: there is no such fault or engine.
            OSError: the port is taken.
        """
        self.next_faults: deque[str] = deque()
        """The names of the faults of the next requests; an empty name means no fault."""
        self.requests: list[dict[str, Any]] = []
        """The bodies of all SynthesizeSpeech requests, in order."""
        self.billed_characters = 0
        self.connections = 0
        self.latency_seconds = latency_ms / 1000
        self.bucket = (
            TokenBucket(requests_per_second, max(1.0, _BURST_FACTOR * requests_per_second))
            if requests_per_second is not None
            else None
        )
        """The limit on the rate of SynthesizeSpeech. It counts throttled requests as ``refusals``."""
        self.stopping = threading.Event()
        self._faults = NamedFaults(FAULTS, faults)
        self._engine = make_engine(VoiceEngineName(voice_engine))
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.emulator = self

    @property
    def url(self) -> str:
        """The value for ``AWS_ENDPOINT_URL_POLLY``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Answer requests."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="polly-emulator", daemon=True).start()

    def stop(self) -> None:
        """Stop answering, and end stalled requests. Stopping again does nothing."""
        if not self.stopping.is_set():
            self.stopping.set()
            self._server.shutdown()
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

    def synthesize(self, request: dict[str, Any]) -> tuple[_Spoken, str]:
        """Return the result of a SynthesizeSpeech request, and the name of its fault during sending, if any."""
        self.requests.append(request)
        if self.bucket is not None and not self.bucket.take():
            raise _Refused(*_ANSWERS["throttled"])
        fault = self.strike(str(request.get("Text", "")))
        spoken = self._speak(request)
        with self._lock:
            self.billed_characters += spoken.characters
        return spoken, fault

    def strike(self, text: str = "") -> str:
        """Return the name of the request's fault during sending, if any; refuse the request if the fault says so."""
        with self._lock:
            if self.next_faults and not MARKER.search(text):
                fault = self.next_faults.popleft()
            else:
                try:
                    fault = self._faults.for_text(text) or ""
                except ValueError as error:
                    raise _Refused(400, "InvalidSsmlException", str(error)) from None
        if fault in _ANSWERS:
            raise _Refused(*_ANSWERS[fault])
        return fault

    def _speak(self, request: dict[str, Any]) -> _Spoken:
        engine, ssml, voice = _check(request)
        speak = _parse(ssml, engine)
        prosody = next(iter(speak), speak)
        passage = Passage(
            without_markers("".join(speak.itertext())),
            azure.VOICES[voice.sound],
            Prosody(rate=_factor(prosody.get("rate", "100%")), pitch=_factor(prosody.get("pitch", "+0%"))),
        )
        pcm = audioop.ratecv(
            self._engine.speak(passage), 2, 1, 24_000, int(request.get("SampleRate", "16000")), None
        )[0]
        characters = len("".join(speak.itertext()))
        if request["OutputFormat"] == "pcm":
            return _Spoken("audio/pcm", pcm[: _MAX_AUDIO_SECONDS * 32_000], characters)
        return _Spoken("application/x-json-stream", _marks(ssml, duration_ms=len(pcm) // 32), characters)


def _check(request: dict[str, Any]) -> tuple[str, str, _Voice]:
    """Return the engine, the SSML and the voice of a request; refuse the request if the service would."""
    engine, ssml, voice_id = request.get("Engine", "standard"), request["Text"], request["VoiceId"]
    if voice_id not in VOICES:
        constraint = f"Member must satisfy enum value set: [{', '.join(VOICES)}]"
        message = (
            f"1 validation error detected: Value '{voice_id}' at 'voiceId' failed to satisfy constraint: {constraint}"
        )
        raise _Refused(400, "ValidationException", message)
    voice = VOICES[voice_id]
    if engine not in voice.engines:
        raise _Refused(400, "ValidationException", f"This voice does not support the selected engine: {engine}")
    if len(ssml) > _MAX_CHARACTERS or len(_TAG.sub("", ssml)) > _MAX_BILLED_CHARACTERS:
        raise _Refused(400, "TextLengthExceededException", "Maximum text length has been exceeded")
    marks = request.get("SpeechMarkTypes")
    if bool(marks) != (request["OutputFormat"] == "json"):
        raise _Refused(400, "MarksNotSupportedForFormatException")
    if marks and engine == "generative":
        raise _Refused(400, "ValidationException", "This voice does not support speech marks")
    if not marks and request.get("SampleRate", "16000") not in ("8000", "16000"):
        raise _Refused(400, "InvalidSampleRateException")
    return engine, ssml, voice


def _parse(ssml: str, engine: str) -> ET.Element:
    try:
        speak = ET.fromstring(ssml)  # noqa: S314 - what Castline has written
    except ET.ParseError:
        raise _Refused(*_ANSWERS["invalid-ssml"]) from None
    tags = [element.tag for element in speak.iter()]
    attributes = {name: value for element in speak.iter() for name, value in element.items()}
    allowed = {"rate", "volume", "pitch"} if engine == "standard" else {"rate", "volume"}
    is_valid = (
        tags in (["speak"], ["speak", "prosody"])
        and not speak.attrib
        and attributes.keys() <= allowed
        and all(_PERCENT.fullmatch(value) for value in attributes.values())
        and 0.2 <= _factor(attributes.get("rate", "100%")) <= 2
        and not _BARE_APOSTROPHE.search(_TAG.sub("", ssml))
    )
    if not is_valid:
        raise _Refused(*_ANSWERS["invalid-ssml"])
    return speak


def _factor(percent: str) -> float:
    match = _PERCENT.fullmatch(percent)
    sign, number = match.groups() if match else ("", "100")
    return 1 + int(sign + number) / 100 if sign else int(number) / 100


def _marks(ssml: str, *, duration_ms: int) -> bytes:
    """Spread the words over the audio in proportion to their positions. Positions are in bytes."""
    text = re.sub(f"{_TAG.pattern}|{MARKER.pattern}|&(?:amp|lt|gt);", lambda match: " " * len(match[0]), ssml)
    lead, length = len(text) - len(text.lstrip()), len(text.strip()) or 1
    marks = []
    for word in _WORD.finditer(text):
        start = len(text[: word.start()].encode())
        place = {"start": start, "end": start + len(word[0].encode()), "value": word[0]}
        time_ms = (word.start() - lead) * duration_ms // length
        marks.append(json.dumps({"time": time_ms, "type": "word", **place}) + "\n")
    return "".join(marks).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    emulator: PollyEmulator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.server.emulator.connections += 1
        super().setup()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self._answer_or_refuse(lambda: self._send_voices(address.path, query))

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer_or_refuse(lambda: self._send_speech(request))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
        """Log nothing."""

    def _answer_or_refuse(self, answer: Any) -> None:
        try:
            if not _SIGNATURE.match(self.headers["Authorization"] or ""):
                self._send(
                    403, "application/json", b"{}", {"x-amzn-ErrorType": "MissingAuthenticationTokenException"}
                )
            else:
                answer()
        except _Refused as refused:
            body = json.dumps({"message": refused.message}).encode()
            self._send(refused.status, "application/json", body, {"x-amzn-ErrorType": refused.code})

    def _send_voices(self, path: str, query: dict[str, str]) -> None:
        if path != "/v1/voices":
            raise _Refused(*_ANSWERS["no-such-operation"])
        found = [
            {
                "Gender": azure.VOICES[voice.sound].gender,
                "Id": voice_id,
                "LanguageCode": voice.language,
                "LanguageName": voice.language_name,
                "Name": voice_id,
                "SupportedEngines": voice.engines,
            }
            for voice_id, voice in VOICES.items()
            if query.get("Engine", voice.engines[0]) in voice.engines
        ]
        token = query.get("NextToken", "0")
        if not token.isdecimal() or int(token) > len(found):
            raise _Refused(400, "InvalidNextTokenException")
        end = int(token) + _PAGE_VOICES
        page = {"Voices": found[int(token) : end], "NextToken": str(end) if end < len(found) else None}
        body = b"<html></html>" if self.server.emulator.strike() == "html" else json.dumps(page).encode()
        self._send(200, "application/json", body, {})

    def _send_speech(self, request: dict[str, Any]) -> None:
        if self.path != "/v1/speech":
            raise _Refused(*_ANSWERS["no-such-operation"])
        spoken, fault = self.server.emulator.synthesize(request)
        body, content_type = spoken.body, spoken.content_type
        self.server.emulator.stopping.wait(self.server.emulator.latency_seconds)
        if fault == "no-answer":
            self._stall()
            return
        if fault in ("empty-audio", "odd-audio"):
            body = body[:-1] if fault == "odd-audio" else b""
        elif fault == "html":
            body, content_type = b"<html></html>", "text/html"
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("x-amzn-RequestCharacters", str(spoken.characters))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "no-audio":
            self._stall()
            return
        size = 1 if fault == "trickle" else _CHUNK_BYTES
        for start in range(0, len(body), size):
            chunk = body[start : start + size]
            if start and fault in ("stalled", "truncated"):
                self.wfile.write(b"%x\r\n%b" % (len(chunk), chunk[:1]))
                if fault == "stalled":
                    self._stall()
                self.close_connection = True
                return
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            if fault == "trickle" and self.server.emulator.stopping.wait(0.05):
                return
        self.wfile.write(b"0\r\n\r\n")

    def _stall(self) -> None:
        self.server.emulator.stopping.wait(_STALL_SECONDS)
        self.close_connection = True

    def _send(self, status: int, content_type: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
