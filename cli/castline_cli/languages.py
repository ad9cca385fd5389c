"""Language of messages: the requested one, or that of the locale."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_LOCALE: Final = re.compile(r"([A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8})*)(?:[.@].*)?")
_OPTION: Final = "--lang"


class Language(StrEnum):
    """Language of messages. The value is its BCP 47 tag."""

    CHINESE = "zh-TW"
    ENGLISH = "en"


def wanted_tag(wanted: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the language tag for a tag or a locale (``zh-TW``, ``zh_TW.UTF-8``), or None.

    By default, the locale of the environment is used, as in POSIX: the first of LC_ALL, LC_MESSAGES and LANG that is
    set. ``C`` is not a language.
    """
    locale = wanted or next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    match = _LOCALE.fullmatch(locale)
    return match[1].replace("_", "-") if match else None


def accept_language(wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return the Accept-Language header: the requested language, and English as the second choice."""
    tag = wanted_tag(wanted, environment)
    return "en" if tag is None else f"{tag}, en;q=0.5"


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of a command line that is not parsed yet.

    The language comes from ``--lang``, ``CASTLINE_LANG`` or the locale. Any Chinese becomes Traditional Chinese, as
    in the service, and every other language becomes English.
    """
    option = None
    for at, word in enumerate(arguments):
        if word == _OPTION:
            option = next(iter(arguments[at + 1 : at + 2]), None)
        elif word.startswith(f"{_OPTION}="):
            option = word.partition("=")[2]
    tag = wanted_tag(option or environment.get("CASTLINE_LANG"), environment)
    return Language.CHINESE if tag is not None and tag.partition("-")[0].lower() == "zh" else Language.ENGLISH
