"""Names of files that are made of titles: every system takes them, and nothing in them deceives."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from castline.audio.file_names import file_stem


def test_a_title_becomes_a_name_that_every_system_takes() -> None:
    for title, stem in [
        ("第一課–餐廳", "第一課–餐廳"), ("Episode 1: Coffee", "Episode 1- Coffee"), ("AC/DC \\ live", "AC-DC - live"),
        ("../../etc/passwd", "etc-passwd"), ("  two \n lines\t", "two lines"), ("evil\u202egpj.exe", "evilgpj.exe"),
        ("\ufeffA\u200bB", "AB"), ("What?", "What"), ("...", None), ("///", None), ("\u202e", None), ("CON", None),
        ("nul.txt", None), ("Console", "Console"), ("😀" * 60, "😀" * 45), ("字" * 200, "字" * 60),
    ]:  # fmt: skip
        assert file_stem(title) == stem


@given(st.text(max_size=200))
def test_whatever_the_title_is(title: str) -> None:
    stem = file_stem(title)

    if stem is not None:
        assert 0 < len(stem.encode("utf-8")) <= 180
        assert not set(stem) & set('/\\:*?"<>|')
        assert all(unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in stem)
        assert stem == stem.strip(". ")
