"""List of Azure's voices over HTTPS, for the API function, which has no Speech SDK."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import urllib3

from castline.speech.errors import (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderThrottled,
    ProviderUnavailable,
)
from castline.speech.providers.azure.voice_ids import is_voice_id
from castline.speech.voice_list import Gender, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from castline.speech.errors import SpeechError

_PATH: Final = "/cognitiveservices/voices/list"
_TIMEOUT: Final = urllib3.Timeout(connect=2, read=8)
_GENDERS: Final = {"Female": Gender.FEMALE, "Male": Gender.MALE}
_REGION: Final = re.compile("[a-z0-9]+")
_ERROR_BY_STATUS: Final[Mapping[int, type[SpeechError]]] = {
    401: ProviderAuthFailed,
    403: ProviderQuotaExceeded,
    404: ProviderMisconfigured,
    429: ProviderThrottled,
}


def fetch_voices(
    *,
    key: str,
    region: str | None = None,
    host: str | None = None,
    dropped: Callable[[int], None] = lambda _count: None,
) -> tuple[Voice, ...]:
    """Fetch the voices of Azure Speech, in its own order, without those whose ids a job could not use.

    Args:
        key: the Speech resource's key.
        region: the resource's region, such as ``eastasia``.
        host: the address for the SDK, such as ``ws://127.0.0.1:5005``, instead of ``region``.
        dropped: called with the number of unreadable entries, if there are any.

    Raises:
        ProviderMisconfigured: the answer is not a list of voices, or has no usable voice.
        SpeechError: another of ``castline.speech.errors``. The message names neither the address nor the key.
    """
    try:
        with urllib3.PoolManager(num_pools=1, timeout=_TIMEOUT, retries=False) as pool:
            answer = pool.request("GET", _address(region, host) + _PATH, headers={"Ocp-Apim-Subscription-Key": key})
    except urllib3.exceptions.HTTPError as error:
        raise ProviderUnavailable(f"Azure Speech could not be reached: {type(error).__name__}") from None
    if answer.status != 200:
        error_type = _ERROR_BY_STATUS.get(answer.status, ProviderUnavailable)
        raise error_type(f"Azure Speech answered with HTTP status {answer.status}")
    try:
        described = json.loads(answer.data)
    except (ValueError, RecursionError):
        described = None
    if not isinstance(described, list):
        raise ProviderMisconfigured("Azure Speech did not answer with a list of voices")
    readable = [voice for each in described if (voice := _read(each)) is not None]
    if len(readable) < len(described):
        dropped(len(described) - len(readable))
    voices = tuple(voice for voice in readable if is_voice_id(voice.voice_id))
    if not voices:
        raise ProviderMisconfigured("Azure Speech answered with a list without a usable voice")
    return voices


def _address(region: str | None, host: str | None) -> str:
    if host is not None:
        return re.sub("^ws", "http", host.rstrip("/"))
    if region is None or not _REGION.fullmatch(region):
        raise ProviderMisconfigured("the secret has no valid region")
    return f"https://{region}.tts.speech.microsoft.com"


def _read(described: Any) -> Voice | None:
    """Read one entry of the list; return None for an entry that is not a voice."""
    if not isinstance(described, dict):
        return None
    texts = [
        described.get(name) for name in ("ShortName", "LocalName", "Locale", "LocaleName", "Gender", "DisplayName")
    ]
    styles = described.get("StyleList") or []
    if not isinstance(styles, list) or not all(isinstance(text, str) for text in [*texts, *styles]):
        return None
    return Voice(
        voice_id=described["ShortName"],
        name=described["LocalName"],
        language=described["Locale"],
        language_name=described["LocaleName"],
        gender=_GENDERS.get(described["Gender"], Gender.NEUTRAL),
        styles=tuple(styles),
        latin_name=described["DisplayName"],
    )
