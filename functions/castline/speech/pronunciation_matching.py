"""Matching of pronunciations: finds the stretches of a text to which they apply.

An entry's text is compared in Unicode's form NFD. Case is ignored if the entry has no capital letter. The longest
entry that begins at a position applies there, and matches do not overlap. In writing systems with spaces between
words, a match is a whole word. A match never splits a letter from its accents.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from castline.speech.pronunciation import Pronunciation, SpokenAs
from castline.speech.writing_systems import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_UNSPACED: Final = re.compile(f"[{UNSPACED}]")
# Korean has spaces between words, but a particle is attached to the word that it belongs to.
_HANGUL: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
# The vowels and final consonants of syllables that are written in parts.
_HANGUL_PART: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")
_MAX_LETTER_CHARACTERS: Final = 32
"""The most characters of a letter with its marks: sorting marks takes time quadratic in their number."""
_ANY_LANGUAGE: Final = ""
_CACHED_INDEXES: Final = 32


def find_spoken_as(text: str, pronunciations: tuple[Pronunciation, ...], *, language: str) -> tuple[SpokenAs, ...]:
    """Return the stretches of ``text`` to which a pronunciation applies, in order and without overlap.

    Of entries with the same text, the one for the most specific language applies; of several such entries, the first.
    The index of the entries is cached for the next call with the same tuple.

    Args:
        text: the text of one utterance, without markup.
        pronunciations: the entries.
        language: the language tag of the utterance. An entry for ``en`` also applies to ``en-US`` (RFC 4647, basic
            filtering).
    """
    if not pronunciations:
        return ()
    found = _index(_Identity(pronunciations)).matches(text, _ranges_for(language))
    return tuple(
        SpokenAs(start=start, end=end, alias=entry.alias, phoneme=entry.phoneme, alphabet=entry.alphabet)
        for start, end, entry in found
    )


def used_in(
    utterances: Iterable[tuple[str, str]], pronunciations: tuple[Pronunciation, ...]
) -> tuple[Pronunciation, ...]:
    """Return the pronunciations that ``find_spoken_as`` may find in ``utterances``, in their own order.

    ``find_spoken_as`` may find fewer, because a longer entry can hide a shorter one. It finds no other entries, even
    in pieces of the texts.

    Args:
        utterances: texts without markup, each with the language tag that it is spoken in.
        pronunciations: the entries.
    """
    if not pronunciations:
        return ()
    texts: dict[str, list[str]] = {}
    for text, language in utterances:
        texts.setdefault(language, []).append(text)
    index = _index(_Identity(pronunciations))
    used = {each for language in texts for each in index.occurring(texts[language], _ranges_for(language))}
    return tuple(entry for entry in pronunciations if id(entry) in used)


class _Identity:
    """Cache key of a tuple, equal only to itself. Hashing all entries of the tuple at each call would take longer."""

    def __init__(self, pronunciations: tuple[Pronunciation, ...]) -> None:
        self.pronunciations = pronunciations

    def __hash__(self) -> int:
        return id(self.pronunciations)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.pronunciations is other.pronunciations


class _Index:
    """Index of pronunciations by their text, for any language.

    The texts are sorted. To find the longest text with which a string begins, take the last text that does not sort
    after the string. The longest one is that text or one of the texts with which that text begins.
    """

    def __init__(self, pronunciations: Iterable[Pronunciation]) -> None:
        entries: dict[str, dict[str | None, dict[str, Pronunciation]]] = {}
        for each in pronunciations:
            as_written = None if each.text == each.text.lower() else _decomposed(each.text)
            by_language = entries.setdefault(_fold(each.text), {}).setdefault(as_written, {})
            by_language.setdefault((each.language or _ANY_LANGUAGE).lower(), each)
        self._keys = sorted(entries)
        self._entries = [entries[key] for key in self._keys]
        """The entries of each key, by their spelling (None if case is ignored), and then by language."""
        self._prefix_of = list(_longest_prefixes(self._keys))
        self._longest = max(map(len, self._keys))
        self._first = re.compile("[" + "".join(re.escape(each) for each in {key[0] for key in self._keys}) + "]")

    def matches(self, text: str, languages: Sequence[str]) -> Iterator[tuple[int, int, Pronunciation]]:
        """Yield start, end and entry of every match for the first of ``languages`` that has one."""
        resume = 0
        for start, found in self._occurrences(text):
            if start >= resume:
                for number, end in found:
                    entry = self._choose(number, text[start:end], languages)
                    if entry is not None:
                        yield start, end, entry
                        resume = end
                        break

    def occurring(self, texts: Iterable[str], languages: Sequence[str]) -> set[int]:
        """Return the ids of the entries for ``languages`` that occur in ``texts``."""
        used: set[int] = set()
        missing: dict[int, dict[str | None, list[int]]] = {}
        complete = {-1}  # the keys for which all entries were found, and for all their prefixes
        for text in texts:
            for start, found in self._occurrences(text):
                passed: list[int] = []
                for number, end in found:
                    if number in complete:
                        break
                    if number not in missing:
                        missing[number] = self._ids(number, languages)
                    for as_written in (None, _decomposed(text[start:end])):
                        used.update(missing[number].pop(as_written, ()))
                    passed.append(number)
                for number in reversed(passed):
                    if not missing[number] and self._prefix_of[number] in complete:
                        complete.add(number)
        return used

    def _ids(self, number: int, languages: Sequence[str]) -> dict[str | None, list[int]]:
        """Return the ids of a key's entries for ``languages``, by their spelling."""
        ids = {
            as_written: [id(by_language[language]) for language in languages if language in by_language]
            for as_written, by_language in self._entries[number].items()
        }
        return {as_written: those for as_written, those in ids.items() if those}

    def _occurrences(self, text: str) -> Iterator[tuple[int, Iterator[tuple[int, int]]]]:
        """Yield each position at which keys may begin, with the numbers and ends of those keys, the longest first."""
        folded, positions = _folded(text)
        for candidate in self._first.finditer(folded):
            start = positions[candidate.start()]
            if start >= 0 and not _is_inside_word(text, start):
                yield start, self._beginning_at(candidate.start(), text, folded, positions)

    def _beginning_at(self, at: int, text: str, folded: str, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
        ahead = folded[at : at + self._longest]
        number = bisect_right(self._keys, ahead) - 1
        while number >= 0:
            if ahead.startswith(self._keys[number]):
                end = positions[at + len(self._keys[number])]
                if end >= 0 and not _is_inside_word(text, end, after_word=True):
                    yield number, end
            number = self._prefix_of[number]

    def _choose(self, number: int, written: str, languages: Sequence[str]) -> Pronunciation | None:
        entries = self._entries[number]
        in_this_case, in_any_case = entries.get(_decomposed(written), {}), entries.get(None, {})
        for language in languages:
            entry = in_this_case.get(language) or in_any_case.get(language)
            if entry is not None:
                return entry
        return None


@lru_cache(_CACHED_INDEXES)
def _index(identity: _Identity) -> _Index:
    return _Index(identity.pronunciations)


def _longest_prefixes(keys: Sequence[str]) -> Iterator[int]:
    """Yield, for each of the sorted ``keys``, the number of the longest other key that is a prefix of it, or -1."""
    open_prefixes: list[int] = []
    for number, key in enumerate(keys):
        while open_prefixes and not key.startswith(keys[open_prefixes[-1]]):
            open_prefixes.pop()
        yield open_prefixes[-1] if open_prefixes else -1
        open_prefixes.append(number)


def _ranges_for(language: str) -> list[str]:
    """Return the language ranges that ``language`` is in, the most specific first."""
    subtags = language.lower().split("-")
    return ["-".join(subtags[:count]) for count in range(len(subtags), 0, -1)] + [_ANY_LANGUAGE]


def _is_inside_word(text: str, position: int, *, after_word: bool = False) -> bool:
    """Return whether ``position`` is between two letters or digits that belong to one word.

    Args:
        text: the text.
        position: the start of a match, or its end if ``after_word`` is true.
        after_word: whether a Korean particle may follow.
    """
    if not 0 < position < len(text) or not _is_of_word(text[position]) or not _is_of_word(text[position - 1]):
        return False
    return not (after_word and _HANGUL.match(text[position]))


def _is_of_word(character: str) -> bool:
    """Return whether ``character`` is a letter, digit or mark of a writing system with spaces between words."""
    return (character.isalnum() or unicodedata.category(character)[0] == "M") and not _UNSPACED.match(character)


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Return ``text`` in the form for comparison, and for each position in that form the position in ``text``.

    A position inside a letter and its marks maps to -1. The last position maps to the end of ``text``.
    """
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    pieces: list[str] = []
    positions: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end in (len(text), start + _MAX_LETTER_CHARACTERS) or not _continues_letter(text[end]):
            piece = _fold_letter(text[start:end])
            pieces.append(piece)
            positions.append(start)
            positions.extend([-1] * (len(piece) - 1))
            start = end
    return "".join(pieces), [*positions, len(text)]


def _continues_letter(character: str) -> bool:
    return character > "\u02ff" and (
        unicodedata.category(character)[0] == "M" or _HANGUL_PART.match(character) is not None
    )


def _fold(text: str) -> str:
    return _decomposed(_decomposed(text).casefold())


_fold_letter: Final = lru_cache(4096)(_fold)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)
