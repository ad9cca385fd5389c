"""Search words."""

from __future__ import annotations

import unicodedata

import pytest

from castline.search_words import contain_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lesson 1: Coffee", "coffee LESSON"),
        ("第１課：Ｃａｆé", "第1課 cafe\u0301"),
        ("第1課 Cafe\u0301", "第１課　ＣＡＦÉ"),
        ("Straße", "STRASSE"),
        ("第一課–餐廳", "餐廳"),
        (unicodedata.normalize("NFD", "가나다"), "나"),
        ("anything", ""),
    ],
)
def test_words_are_found_however_they_are_typed(text: str, words: str) -> None:
    assert contain_words(text, words)


@pytest.mark.parametrize(
    ("text", "words"), [("Lesson 1", "lesson 2"), ("第一課", "第1課"), ("", "a"), ("Café", "cafe ")]
)
def test_other_words_are_not_found(text: str, words: str) -> None:
    assert not contain_words(text, words)
