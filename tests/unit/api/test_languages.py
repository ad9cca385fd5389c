from __future__ import annotations

import pytest

from castline.api.languages import Language, preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.CHINESE),
        ("", Language.CHINESE),
        ("*", Language.CHINESE),
        ("en", Language.ENGLISH),
        ("en-GB", Language.ENGLISH),
        ("EN-us;q=0.3", Language.ENGLISH),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", Language.CHINESE),
        ("en-US,en;q=0.9,zh-TW;q=0.8", Language.ENGLISH),
        ("zh;q=0.4, en;q=0.5", Language.ENGLISH),
        ("fr-FR, en;q=0.5", Language.ENGLISH),
        ("fr-FR, de", Language.CHINESE),
        ("en;q=0", Language.CHINESE),
        ("en;q=nonsense", Language.CHINESE),
        ("english", Language.CHINESE),
        (";;,,;q=", Language.CHINESE),
    ],
)
def test_the_most_wanted_language_we_have(header: str | None, language: Language) -> None:
    assert preferred_language(header) is language
