"""Classes of characters by writing system, as ranges for regular expressions."""

from __future__ import annotations

from typing import Final

DICTIONARY: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer: only a dictionary tells where their words end."""

CHINESE_AND_JAPANESE: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Kana and ideographs."""

UNSPACED: Final = DICTIONARY + CHINESE_AND_JAPANESE
"""The writing systems that put no space between words."""

GEORGIAN: Final = "\u10d0-\u10ff"
"""Letters that Unicode classifies as lower case, although Georgian has no capital letters."""

MARKS: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0df3\u0f71-\u0f84\u0f8d-\u0fbc\u135d-\u135f"
    "\u200c\u200d"
)
"""Vowel signs, points and joiners, which belong to the letter before them but do not match ``\\w``.

Ranges in which Unicode mixes marks and letters include both.
"""

LETTER: Final = rf"(?:(?![{UNSPACED}])[\w{MARKS}])"
"""A letter, digit or mark of a writing system that puts spaces between words."""
