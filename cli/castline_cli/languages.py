"""Which language the service's messages come in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_LOCALE: Final = re.compile(r"([A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*)(?:[.@].*)?")


def accept_language(wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return the Accept-Language header for a language tag or a locale (``zh-TW``, ``zh_TW.UTF-8``).

    Without one the environment's locale decides, as POSIX has it: the first of LC_ALL, LC_MESSAGES and LANG that is
    set. English is the second choice always, and the first one where that is no language (``C``).
    """
    locale = wanted or next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    match = _LOCALE.fullmatch(locale)
    if match is None:
        return "en"
    return f"{match[1].replace('_', '-')}, en;q=0.5"
