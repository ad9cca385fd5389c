"""Faster requests to AWS, without work whose results the local cloud does not use."""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from unittest.mock import patch

from botocore import parsers
from botocore.useragent import UserAgentString
from moto import backend_index
from moto.core.base_backend import BaseBackend
from moto.moto_api._internal.moto_random import MotoRandom

_ASKED_OFTEN = ("s3", "dynamodb")
_LETTERS = string.ascii_letters
_LETTERS_AND_DIGITS = string.ascii_letters + string.digits


@contextmanager
def light_requests() -> Iterator[None]:
    """Send a constant user agent, make request ids in one step, and find a request's service at once."""
    addresses: dict[type, Any] = {}
    read_addresses = BaseBackend.urls.fget

    def addresses_once(backend: Any) -> Any:
        kind = type(backend)
        if kind not in addresses:
            addresses[kind] = read_addresses(backend)
        return addresses[kind]

    def random_string(chance: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
        drawn = "".join(chance.choices(_LETTERS_AND_DIGITS if include_digits else _LETTERS, k=length))
        return drawn.lower() if lower_case else drawn

    parse_any_time = parsers.DEFAULT_TIMESTAMP_PARSER

    def parse_time(value: Any) -> datetime:
        """Parse S3's times, which have the format of HTTP, without trying other formats first."""
        return parsedate_to_datetime(value) if str(value).endswith("GMT") else parse_any_time(value)

    # moto compares a request's address with those of 200 services in turn, so the frequent services come first.
    services = sorted(backend_index.backend_url_patterns, key=lambda each: each[0] not in _ASKED_OFTEN)

    with (
        patch.object(backend_index, "backend_url_patterns", services),
        patch.object(parsers, "DEFAULT_TIMESTAMP_PARSER", parse_time),
        patch.object(UserAgentString, "to_string", lambda _agent: "castline-local"),
        patch.object(BaseBackend, "urls", property(addresses_once)),
        patch.object(MotoRandom, "get_random_string", random_string),
    ):
        yield
