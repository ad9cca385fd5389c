"""Rules for the entries of a pronunciation set, checked before the set is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.pronunciation_sets.errors import UnknownPhoneme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline.pronunciation_sets.items import Entries
    from castline.speech.providers.registry import EnabledProvider

_SOME_LANGUAGE = ""


def demand_known_phonemes(entries: Entries, providers: Mapping[str, EnabledProvider]) -> None:
    """Refuse entries with phonemes that no enabled provider can speak.

    Args:
        entries: the entries.
        providers: the enabled speech providers by id.

    Raises:
        UnknownPhoneme: no enabled provider knows the phonemes of some entries.
    """
    unknown = tuple(_unknown_phonemes(entries, providers))
    if unknown:
        raise UnknownPhoneme(unknown)


def _unknown_phonemes(entries: Entries, providers: Mapping[str, EnabledProvider]) -> Iterator[int]:
    for position, entry in enumerate(entries):
        if entry.phoneme is None or entry.alphabet is None:
            continue
        language = entry.language or _SOME_LANGUAGE
        if not any(
            each.provider.is_phoneme(entry.phoneme, alphabet=entry.alphabet, language=language)
            for each in providers.values()
        ):
            yield position
