from __future__ import annotations

import pytest

from castline.api.negotiation import Language, preferred_language, prefers_json


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
        ("en;q=nan, zh", Language.CHINESE),
    ],
)
def test_the_most_wanted_language_we_have(header: str | None, language: Language) -> None:
    assert preferred_language(header) is language


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json, text/plain, */*",
        "audio/mpeg;q=0.5, application/json",
        "application/json;q=0.1",
        "*/*, application/json;q=0.1",
    ],
)
def test_json_asked_for_by_name(accept: str) -> None:
    assert prefers_json(accept)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/*",
        "audio/mpeg",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
        "application/json;q=0",
        "application/json;q=nonsense",
        "audio/mpeg, application/json;q=0.5",
        "application/jsonp",
        ";;,,",
    ],
)
def test_anything_else_is_the_audio(accept: str | None) -> None:
    assert not prefers_json(accept)
