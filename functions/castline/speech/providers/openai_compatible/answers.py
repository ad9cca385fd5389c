"""Translation of an OpenAI-compatible server's answers into PCM or an error.

Servers describe errors in their own ways: OpenAI and LocalAI as ``{"error": {"message", "type", "param", "code"}}``,
Kokoro-FastAPI as ``{"detail": {"error", "message", "type"}}``, speaches as ``{"detail": "…"}``, and FastAPI itself as
``{"detail": [{"loc": ["body", "voice"], …}]}``. A description can hold the dialogue, so no part of it is passed on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from castline.pcm import SAMPLE_WIDTH_BYTES
from castline.speech.errors import (
    EmptyAudio,
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderTimedOut,
    ProviderUnavailable,
    VoiceNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.speech.errors import SpeechError

_SAMPLE_RATE_HZ: Final = 24_000

_ERROR_BY_STATUS: Final[Mapping[int, type[SpeechError]]] = {
    401: ProviderAuthFailed,
    402: ProviderQuotaExceeded,
    403: ProviderAuthFailed,
    404: ProviderMisconfigured,
    405: ProviderMisconfigured,
    408: ProviderTimedOut,
    409: ProviderUnavailable,
    425: ProviderUnavailable,
    429: ProviderThrottled,
}
_SPENT: Final = frozenset({"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached"})
_UNKNOWN_MODEL: Final = frozenset({"invalid_model", "model_not_found"})
_ABOUT_VOICE: Final = re.compile(
    r"(?:(?:the|unknown|invalid|unsupported|requested|specified|no such)\s+)*voice\b", re.IGNORECASE
)
# FastAPI's list of faults as OpenAI writes it into a message. The name of the field comes before the dialogue.
_PLACE: Final = re.compile(r"""\[\{[^{}]*?['"]loc['"]: [(\[]['"]body['"], ['"](\w+)['"]""")

_NOT_PCM_TYPE: Final = re.compile(
    r"text/|[\w.-]+/(?:[\w.-]+\+)?(?:json|xml)$|audio/(?:x-)?(?:mpeg|mp3|flac|ogg|opus|aac|mp4|m4a|webm)$"
)
_NOT_PCM_MAGIC: Final = (b"ID3", b"OggS", b"fLaC")
_MP3_FRAME_HEADERS: Final = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")
_MIN_MP3_FRAME_BYTES, _MAX_MP3_FRAME_BYTES = 24, 1441


def pcm_from_answer(content_type: str, body: bytes) -> bytes:
    """Return the audio of a successful answer as PCM: 16-bit little-endian mono at 24 kHz.

    LocalAI sends a WAV file whatever format is requested. A WAV file that holds such PCM is accepted.

    Raises:
        EmptyAudio: there is no audio.
        ProviderMisconfigured: the body is not such PCM.
        ProviderUnavailable: the body ends within a sample.
    """
    if not body:
        raise EmptyAudio("the speech server reported success and sent no audio")
    media_type, _, parameters = content_type.lower().partition(";")
    rate = re.search(r"\brate=(\d+)", parameters)
    if _NOT_PCM_TYPE.match(media_type.strip()) or (rate and int(rate[1]) != _SAMPLE_RATE_HZ):
        raise ProviderMisconfigured("the content type of the speech server's audio is not PCM at 24 kHz")
    if body.startswith(_NOT_PCM_MAGIC) or _is_text(body) or _is_mp3(body):
        raise ProviderMisconfigured("the first bytes of the speech server's audio are not PCM")
    pcm = _from_wav(body) if body.startswith(b"RIFF") and body[8:12] == b"WAVE" else body
    if not pcm:
        raise EmptyAudio("the speech server reported success and sent no audio")
    if len(pcm) % SAMPLE_WIDTH_BYTES:
        raise ProviderUnavailable("the speech server's audio ended within a sample")
    return pcm


def error_from_answer(status: int, body: bytes, *, retry_after: str = "") -> SpeechError:
    """Translate an answer without a success status.

    Args:
        status: the HTTP status.
        body: the body, or at least its beginning.
        retry_after: the ``Retry-After`` header.
    """
    described = _describe(body)
    error = _ERROR_BY_STATUS.get(status)
    if status in {400, 404, 422} and described.is_about_voice:
        error = VoiceNotFound
    elif status in {400, 422} and described.is_about_model:
        error = ProviderMisconfigured
    elif status == 429 and described.is_spent:
        error = ProviderQuotaExceeded
    elif error is None and 400 <= status < 500:
        error = ProviderRejectedInput
    elif error is None:
        # A redirect is not followed: it could take the key to another host.
        error = ProviderMisconfigured if status < 400 else ProviderUnavailable
    message = f"the speech server answered with HTTP status {status}"
    if re.fullmatch(r"\d{1,6}", retry_after):
        message += f", Retry-After {retry_after} s"
    return error(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Description:
    is_about_voice: bool
    is_about_model: bool
    is_spent: bool


def _describe(body: bytes) -> _Description:
    """Read an error's description from its body; an unknown form gives an empty description."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        content = content.get("error") or content.get("detail") or content
    place = ""
    if isinstance(content, list):
        loc = content[0].get("loc") if content and isinstance(content[0], dict) else None
        place = str(loc[-1]) if isinstance(loc, list) and loc else ""
    fields: Mapping[str, Any] = content if isinstance(content, dict) else {"message": content}
    message = fields.get("message")
    if isinstance(message, str) and (match := _PLACE.match(message)):
        place = match[1]
    codes = {str(fields.get(name)) for name in ("code", "type", "error")}
    subject = fields.get("param") or place
    return _Description(
        is_about_voice=subject == "voice"
        or "voice_not_found" in codes
        or (isinstance(message, str) and _ABOUT_VOICE.match(message) is not None),
        is_about_model=subject == "model" or bool(codes & _UNKNOWN_MODEL),
        is_spent=bool(codes & _SPENT),
    )


def _is_text(body: bytes) -> bool:
    """Return whether the body is JSON or HTML. The first bytes of PCM usually include one that text never has."""
    beginning = body[:256]
    return beginning.lstrip().startswith((b"{", b"[", b"<")) and re.search(rb"[^\t\n\r\x20-\xf4]", beginning) is None


def _is_mp3(body: bytes) -> bool:
    """Return whether the body begins with an MP3 frame, and another one like it follows."""
    header = body[:2]
    return header in _MP3_FRAME_HEADERS and header in body[_MIN_MP3_FRAME_BYTES : _MAX_MP3_FRAME_BYTES + 2]


def _from_wav(body: bytes) -> bytes:
    import io
    import wave

    try:
        with wave.open(io.BytesIO(body)) as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            pcm: bytes = file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        raise ProviderMisconfigured("the speech server sent a WAV file that cannot be read") from None
    if form != (_SAMPLE_RATE_HZ, 1, SAMPLE_WIDTH_BYTES):
        raise ProviderMisconfigured(
            f"the speech server sent a WAV file of {form[0]} Hz, {form[1]} channels and {form[2] * 8} bits"
        )
    return pcm
