from __future__ import annotations

from castline.speech.errors import (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderTimedOut,
    ProviderUnavailable,
    VoiceNotFound,
)
from castline.speech.providers.azure.sdk_errors import error_from_cancellation


def closed(code: int, reason: str) -> str:
    return (
        f"Connection was closed by the remote host. Error code: {code}. Error details: {reason} "
        "USP state: TurnStarted. Received audio size: 0 bytes."
    )


def refused(status: int) -> str:
    return (
        f"WebSocket upgrade failed: Internal service error ({status}). Error Details: Failed with HTTP {status} "
        "wss://eastasia.tts.speech.microsoft.com/cognitiveservices/websocket/v1 X-ConnectionId: 0123"
    )


def test_every_cancellation_has_its_error() -> None:
    for code, details, expected in [
        ("AuthenticationFailure", "WebSocket upgrade failed: Authentication error (401).", ProviderAuthFailed),
        ("BadRequest", closed(1007, "Unsupported voice en-US-NopeNeural."), VoiceNotFound),
        ("BadRequest", closed(1007, "SSML parsing error: 0x80045003"), ProviderRejectedInput),
        ("BadRequest", closed(1007, "Invalid text: is there an unsupported voice in it?"), ProviderRejectedInput),
        ("BadRequest", closed(1007, "Throttled due to too many requests"), ProviderThrottled),
        ("BadRequest", "WebSocket upgrade failed: Bad request (400).", ProviderRejectedInput),
        ("Forbidden", "", ProviderQuotaExceeded),
        ("ServiceError", refused(404), ProviderMisconfigured),
        ("ServiceError", refused(409), ProviderMisconfigured),
        ("ServiceError", refused(500), ProviderUnavailable),
        ("ServiceError", closed(1011, "(404)"), ProviderUnavailable),
        ("ServiceTimeout", "USP error: timeout waiting for the first audio chunk", ProviderTimedOut),
        ("TooManyRequests", closed(4429, "The request is throttled"), ProviderThrottled),
        ("ServiceUnavailable", "WebSocket upgrade failed: Service unavailable (503).", ProviderUnavailable),
        ("ConnectionFailure", "Connection failed (no connection to the remote host).", ProviderUnavailable),
        ("RuntimeError", "", ProviderUnavailable),
        ("ACodeOfALaterSdk", "", ProviderUnavailable),
    ]:
        assert type(error_from_cancellation(code, details)) is expected


def test_the_message_keeps_the_codes_and_nothing_else() -> None:
    # Given details with an address, an id and the dialogue in them
    by_close = error_from_cancellation("BadRequest", closed(1007, "Invalid text 你好 at wss://example.org"))
    by_status = error_from_cancellation("ServiceError", refused(404))

    # Then only the codes are told
    assert str(by_close) == "Azure Speech reported BadRequest, WebSocket close code 1007"
    assert str(by_status) == "Azure Speech reported ServiceError, HTTP status 404"
