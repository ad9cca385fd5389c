"""Regions of languages: normalizes language tags, and adds the region that the user expects to a tag without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_LANGUAGE: Final = "zh-TW"
"""The language that is assumed when nothing else names one."""

# Older or alternative codes of languages, and the codes that lists of voices use for them.
_PRIMARY: Final = {"cmn": "zh", "in": "id", "iw": "he", "ji": "yi", "nn": "nb", "no": "nb", "tl": "fil", "yue": "zh"}
_REGION_OF_SCRIPT: Final = {("zh", "hant"): "TW", ("zh", "hans"): "CN"}
# Default regions of the languages that have voices in several regions. They are CLDR's likely subtags, except that
# the region of Chinese is Taiwan.
_LIKELY: Final = {
    "ar": "EG", "bn": "BD", "de": "DE", "en": "US", "es": "ES", "fr": "FR", "it": "IT", "nl": "NL", "pt": "BR",
    "sw": "KE", "ta": "IN", "ur": "PK", "zh": "TW",
}  # fmt: skip
_YUE: Final = "yue"


def normalized(tag: str) -> str:
    """Return a language tag as lists of voices write it: ``zh-TW`` for ``zh-Hant``, ``nb`` for ``no``.

    The writing system is left out of Chinese tags with ``Hant`` or ``Hans``. It decides the region if there is none.
    Two-letter subtags become upper case; longer ones stay as they are.
    """
    first, *rest = tag.split("-")
    primary = _PRIMARY.get(first.casefold(), first.casefold())
    script = rest.pop(0).casefold() if rest and len(rest[0]) == 4 and rest[0].isalpha() else None
    if not rest and script is not None and (region := _REGION_OF_SCRIPT.get((primary, script))):
        rest = [region]
    elif script is not None and (primary, script) not in _REGION_OF_SCRIPT:
        rest.insert(0, script.title())
    if first.casefold() == _YUE and not rest:
        rest = ["HK"]
    return "-".join([primary, *(part.upper() if len(part) == 2 else part for part in rest)])


def primary_of(tag: str) -> str:
    """Return the language of a tag, without its region."""
    return tag.partition("-")[0].casefold()


def with_region(tag: str, preferred: Sequence[str], available: Sequence[str]) -> str:
    """Return a language tag with a region.

    A tag that has a region keeps it. Otherwise, the region is that of the first tag in ``preferred`` that is of the
    same language and has voices. If there is none, it is the default region of the language, or else the region with
    the most voices.

    Args:
        tag: a normalized tag.
        preferred: normalized tags, the best first.
        available: the languages of the voices, one for each voice.
    """
    primary = primary_of(tag)
    if tag != primary:
        return tag
    regions = [each for each in available if primary_of(each) == primary]
    wanted = (each for each in preferred if primary_of(each) == primary and each in regions)
    likely = f"{primary}-{_LIKELY[primary]}" if primary in _LIKELY else None
    if (found := next(wanted, likely)) is not None and (found in regions or not regions):
        return found
    return max(dict.fromkeys(regions), key=regions.count) if regions else tag
