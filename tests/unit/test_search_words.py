"""Search words."""

from __future__ import annotations

import unicodedata

from castline.search_words import contain_words


def test_words_are_found_however_they_are_typed() -> None:
    for text, words in [
        ("Lesson 1: Coffee", "coffee LESSON"), ("第１課：Ｃａｆé", "第1課 cafe\u0301"),
        ("第1課 Cafe\u0301", "第１課　ＣＡＦÉ"), ("Straße", "STRASSE"), ("第一課–餐廳", "餐廳"),
        (unicodedata.normalize("NFD", "가나다"), "나"), ("anything", ""),
    ]:  # fmt: skip
        assert contain_words(text, words)


def test_other_words_are_not_found() -> None:
    for text, words in [("Lesson 1", "lesson 2"), ("第一課", "第1課"), ("", "a"), ("Café", "cafe ")]:
        assert not contain_words(text, words)
