"""Pronunciations: aliases and phonemes for words that a voice would pronounce differently."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_PRONUNCIATIONS: Final = 1_000
"""The most entries of one list."""
MAX_TEXT_CHARACTERS: Final = 100
"""The maximum length of the written text, in Unicode code points."""
MAX_SPOKEN_CHARACTERS: Final = 200
"""The maximum length of an alias or a phoneme, in Unicode code points."""


class Alphabet(StrEnum):
    """A phonetic alphabet."""

    IPA = "ipa"
    """The International Phonetic Alphabet."""
    SAPI = "sapi"
    """Microsoft's phones for a language; for Mandarin, syllables in pinyin with tones: ``chong 2 qing 4``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    """A word or phrase, and how it is spoken: either as another text or by its phonemes."""

    text: str
    """The word or phrase as it is written in scripts."""
    alias: str | None = None
    """The text that is spoken instead."""
    phoneme: str | None = None
    alphabet: Alphabet | None = None
    """The alphabet of the phoneme; None with an alias."""
    language: str | None = None
    """The language tag of the utterances that the entry is for, such as ``en`` or ``zh-TW``; None for all."""

    @property
    def key(self) -> tuple[str, str]:
        """The text and the language, in a form that is equal for all spellings. It is unique within a list."""
        return unicodedata.normalize("NFC", self.text), (self.language or "").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenAs:
    """A stretch of an utterance's text that is not pronounced as it is written."""

    start: int
    """The position of the stretch's first code point in the utterance's text."""
    end: int
    """One past the position of the stretch's last code point."""
    alias: str | None = None
    phoneme: str | None = None
    alphabet: Alphabet | None = None
