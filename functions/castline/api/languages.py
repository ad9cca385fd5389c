"""Which language a client wants to read."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language that messages are written in; the value is its BCP 47 tag."""

    CHINESE = "zh-TW"
    ENGLISH = "en"


DEFAULT = Language.CHINESE

_BY_PRIMARY_SUBTAG = {"zh": Language.CHINESE, "en": Language.ENGLISH, "*": DEFAULT}


def preferred_language(accept_language: str | None) -> Language:
    """The best of our languages for an ``Accept-Language`` header (RFC 9110); the default when none is wanted."""
    best, best_quality = DEFAULT, 0.0
    for language_range in (accept_language or "").split(","):
        tag, _, parameter = language_range.partition(";")
        language = _BY_PRIMARY_SUBTAG.get(tag.strip().lower().partition("-")[0])
        quality = _quality(parameter)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(1.0, float(value)) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
