"""Secret with the keys of Speech resources: parses its accepted forms."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from castline.speech.errors import ProviderMisconfigured
from castline.speech.providers.base import ONLY_RESOURCE

if TYPE_CHECKING:
    from castline.speech.providers.base import Credentials, Resources

_FORMS: Final = {
    # The characters that an HTTP header can carry, without white space.
    "key": re.compile("[!-~]+"),
    "region": re.compile("[a-z0-9]+"),
    "host": re.compile("(ws|wss|http|https)://[!-~]+"),
}
_NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def parse_azure_secret(text: str) -> Resources:
    """Read a secret's text: a JSON object that is a Speech resource, or has a list of them as ``resources``.

    A resource has a ``key`` and either a ``region`` or a ``host``, and may have a ``name``, which is the region by
    default. Names must be unique.

    Raises:
        ProviderMisconfigured: the text has another form. The message holds nothing of the secret's content.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ProviderMisconfigured("the secret is not JSON") from None
    if not isinstance(content, dict):
        raise ProviderMisconfigured("the secret is not a JSON object")
    if "resources" not in content:
        return {_name(content): _credentials(content)}
    listed = content["resources"]
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise ProviderMisconfigured("the secret's resources are not a list of JSON objects")
    resources = {_name(each): _credentials(each) for each in listed}
    if len(resources) < len(listed):
        raise ProviderMisconfigured("resources of the secret have the same name, or the same region and no name")
    return resources


def _credentials(content: dict[str, Any]) -> Credentials:
    given = {name: content[name] for name in _FORMS if content.get(name) is not None}
    if given.keys() not in ({"key", "region"}, {"key", "host"}):
        raise ProviderMisconfigured("the secret needs a key, and either a region or a host")
    for name, value in given.items():
        if not isinstance(value, str) or not _FORMS[name].fullmatch(value):
            raise ProviderMisconfigured(f"the secret's {name} is malformed")
    return given


def _name(content: dict[str, Any]) -> str:
    for field in ("name", "region"):
        name = content.get(field)
        if name is not None:
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise ProviderMisconfigured(f"the secret's {field} is malformed")
            return name
    return ONLY_RESOURCE
