"""The deployment's options for an OpenAI-compatible server."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from castline.speech.providers.base import InvalidProviderOptions
from castline.speech.providers.openai_compatible.voices import is_voice_id, read_voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.speech.voice_list import Voice

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"

OPTION_NAMES: Final = frozenset({"base_url", "model", "voices", "takes_speed", "extra_body"})
_OWN_FIELDS: Final = frozenset({"model", "input", "voice", "response_format", "speed", "stream_format"})
# A name without a domain, such as a container's. A name that begins with a digit may be an address in disguise.
_SINGLE_LABEL: Final = re.compile("[a-z][a-z0-9_-]*")
# The suffixes of RFC 6761, RFC 6762 and RFC 8375, and the one that ICANN reserves for private networks.
_PRIVATE_SUFFIXES: Final = (".localhost", ".local", ".home.arpa", ".internal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Validated options."""

    model: str
    base_url: str = DEFAULT_BASE_URL
    """The server's address, without a slash at its end."""
    voices: tuple[Voice, ...] = ()
    takes_speed: bool = True
    """Whether the model supports ``speed``."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Additional fields of every request, such as ``instructions`` or ``sample_rate``."""


def parse_options(given: Mapping[str, Any]) -> Options:
    """Check the options of a deployment.

    Raises:
        InvalidProviderOptions: one is missing, unknown or malformed.
    """
    if unknown := sorted(given.keys() - OPTION_NAMES):
        raise InvalidProviderOptions(f"unknown option {unknown[0]}")
    model = given.get("model")
    if not isinstance(model, str) or not model.strip():
        raise InvalidProviderOptions("model is not the name of a model")
    # OpenAI's gpt models are language models, which are told the pace in words.
    takes_speed = given.get("takes_speed", not model.startswith("gpt-"))
    if not isinstance(takes_speed, bool):
        raise InvalidProviderOptions("takes_speed is neither true nor false")
    return Options(
        model=model,
        base_url=_base_url(given.get("base_url", DEFAULT_BASE_URL)),
        voices=_voices(given.get("voices", [])),
        takes_speed=takes_speed,
        extra_body=_extra_body(given.get("extra_body", {})),
    )


def _base_url(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise InvalidProviderOptions("base_url is not an address")
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidProviderOptions("base_url is not an address") from None
    if parts.scheme not in {"https", "http"} or not host or port == 0:
        raise InvalidProviderOptions("base_url does not begin with https:// or http:// and a host")
    if "@" in parts.netloc or "?" in value or "#" in value:
        raise InvalidProviderOptions("base_url has a user, a query or a fragment")
    if parts.scheme == "http" and not _is_private(host):
        raise InvalidProviderOptions("base_url is neither https:// nor an address in a private network")
    return value.rstrip("/")


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _SINGLE_LABEL.fullmatch(host) is not None or host.endswith(_PRIVATE_SUFFIXES)
    return address.is_private and not address.is_link_local and not address.is_unspecified


def _voices(value: Any) -> tuple[Voice, ...]:
    if not isinstance(value, list):
        raise InvalidProviderOptions("voices is not a list")
    voices = [read_voice(each) for each in value]
    if not all(voice is not None and is_voice_id(voice.voice_id) for voice in voices):
        raise InvalidProviderOptions("voices has an entry that is neither a voice id nor an object with an id")
    readable = tuple(voice for voice in voices if voice is not None)
    if len({voice.voice_id for voice in readable}) < len(readable):
        raise InvalidProviderOptions("voices has the same id twice")
    return readable


def _extra_body(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise InvalidProviderOptions("extra_body is not an object")
    if own := sorted(value.keys() & _OWN_FIELDS):
        raise InvalidProviderOptions(f"extra_body has {own[0]}, which Castline sets itself")
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise InvalidProviderOptions("extra_body is not JSON") from None
    return value
