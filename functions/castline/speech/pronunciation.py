"""Pronunciations: how words are spoken that a voice would read otherwise."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_PRONUNCIATIONS: Final = 1_000
"""The most entries of one list."""
MAX_TEXT_CHARACTERS: Final = 100
"""Unicode code points of the written text at most."""
MAX_SPOKEN_CHARACTERS: Final = 200
"""Unicode code points of an alias or a phoneme at most."""


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
    """As it is written in scripts."""
    alias: str | None = None
    """The text that is spoken in its place."""
    phoneme: str | None = None
    alphabet: Alphabet | None = None
    """Of the phoneme; None with an alias."""
    language: str | None = None
    """The language tag of the utterances that it is for, such as ``en`` or ``zh-TW``; None for all."""

    @property
    def key(self) -> tuple[str, str]:
        """The text and the language, equal for all their spellings: what no two entries of a list have in common."""
        return unicodedata.normalize("NFC", self.text), (self.language or "").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenAs:
    """A stretch of an utterance's text that is pronounced otherwise than it is written."""

    start: int
    """The position of its first code point in the utterance's text."""
    end: int
    """One past its last code point."""
    alias: str | None = None
    phoneme: str | None = None
    alphabet: Alphabet | None = None
