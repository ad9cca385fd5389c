"""Content negotiation (RFC 9110): the language and media type that a client prefers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_JSON: Final = "application/json"
CSV: Final = "text/csv"


class Language(StrEnum):
    """Language of messages. The value is its BCP 47 tag."""

    CHINESE = "zh-TW"
    ENGLISH = "en"


_DEFAULT: Final = Language.CHINESE
_BY_PRIMARY_SUBTAG: Final = {"zh": Language.CHINESE, "en": Language.ENGLISH, "*": _DEFAULT}


def preferred_language(accept_language: str | None) -> Language:
    """Return the supported language that an ``Accept-Language`` header prefers, or else the default."""
    best, best_quality = _DEFAULT, 0.0
    for tag, quality in _preferences(accept_language):
        language = _BY_PRIMARY_SUBTAG.get(tag.partition("-")[0])
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def preferred_tags(accept_language: str | None) -> list[str]:
    """Return the language tags of an ``Accept-Language`` header, most preferred first."""
    wanted = [(tag, quality) for tag, quality in _preferences(accept_language) if quality > 0 and "*" not in tag]
    return [tag for tag, _ in sorted(wanted, key=lambda each: -each[1]) if tag]


def prefers_json(accept: str | None) -> bool:
    """Return whether an ``Accept`` header names JSON, and no other type with a higher quality.

    Wildcards do not count, so browsers and curl get the file itself.
    """
    return _prefers(_JSON, accept)


def prefers_csv(accept: str | None) -> bool:
    """Return whether an ``Accept`` header names CSV, and no other type with a higher quality."""
    return _prefers(CSV, accept)


def _prefers(media_type: str, accept: str | None) -> bool:
    qualities: dict[str, float] = {}
    for name, quality in _preferences(accept):
        if name and "*" not in name:
            qualities[name] = max(quality, qualities.get(name, 0.0))
    return qualities.get(media_type, 0.0) > 0 and qualities[media_type] == max(qualities.values())


def _preferences(header: str | None) -> list[tuple[str, float]]:
    """Return the names that a header lists, in lower case, each with its quality from 0 to 1."""
    parts = ([part.strip().lower() for part in each.split(";")] for each in (header or "").split(","))
    return [(name, _quality(parameters)) for name, *parameters in parts]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
