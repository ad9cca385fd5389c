"""Secret that holds the Azure Speech key, and its accepted forms."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from castline.speech.errors import ProviderMisconfigured

if TYPE_CHECKING:
    from castline.speech.providers.base import Credentials

_FORMS: Final = {
    # What an HTTP header can carry, without white space.
    "key": re.compile("[!-~]+"),
    "region": re.compile("[a-z0-9]+"),
    "host": re.compile("(ws|wss|http|https)://[!-~]+"),
}


def parse_azure_secret(text: str) -> Credentials:
    """Read a secret's text: a JSON object with a ``key`` and either a ``region`` or a ``host``.

    Raises:
        ProviderMisconfigured: it is something else. The message holds nothing of the secret's content.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ProviderMisconfigured("the secret is not JSON") from None
    if not isinstance(content, dict):
        raise ProviderMisconfigured("the secret is not a JSON object")
    given = {name: content[name] for name in _FORMS if content.get(name) is not None}
    if given.keys() not in ({"key", "region"}, {"key", "host"}):
        raise ProviderMisconfigured("the secret needs a key, and either a region or a host")
    for name, value in given.items():
        if not isinstance(value, str) or not _FORMS[name].fullmatch(value):
            raise ProviderMisconfigured(f"the secret's {name} is malformed")
    return given
