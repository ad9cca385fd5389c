"""Translation of the Azure Speech SDK's failures into speech errors."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.speech.errors import SpeechError

# Any other name of the SDK's `CancellationErrorCode` means ProviderUnavailable.
_ERROR_BY_CODE: Final[Mapping[str, type[SpeechError]]] = MappingProxyType(
    {
        "AuthenticationFailure": ProviderAuthFailed,
        "BadRequest": ProviderRejectedInput,
        "Forbidden": ProviderQuotaExceeded,
        "ServiceTimeout": ProviderTimedOut,
        "TooManyRequests": ProviderThrottled,
    }
)
_HTTP_STATUS = re.compile(r"WebSocket upgrade failed: [^(]*\((\d{3})\)")
_CLOSE_CODE_AND_REASON = re.compile(r"Error code: (\d{4})\. Error details: (.*)", re.DOTALL)


def error_from_cancellation(code: str, details: str) -> SpeechError:
    """Translate a cancelled synthesis.

    Args:
        code: the name of the SDK's ``CancellationErrorCode``.
        details: the SDK's text. It can hold the service's address and the dialogue. Only its HTTP status and its
            WebSocket close code go into the returned error's message.
    """
    http_status = _match(_HTTP_STATUS, details)
    close_code = _match(_CLOSE_CODE_AND_REASON, details)
    reason = _match(_CLOSE_CODE_AND_REASON, details, group=2).lower()

    error = _ERROR_BY_CODE.get(code, ProviderUnavailable)
    if code == "ServiceError" and http_status in {"404", "409"}:
        error = ProviderMisconfigured
    elif code == "BadRequest" and reason.startswith("unsupported voice"):
        error = VoiceNotFound
    elif code == "BadRequest" and reason.startswith("throttled"):
        error = ProviderThrottled

    message = f"Azure Speech reported {code}"
    if http_status:
        message += f", HTTP status {http_status}"
    elif close_code:
        message += f", WebSocket close code {close_code}"
    return error(message)


def _match(pattern: re.Pattern[str], text: str, group: int = 1) -> str:
    match = pattern.search(text)
    return match.group(group) if match else ""
