from __future__ import annotations

from castline.api.negotiation import Language, preferred_language, prefers_json


def test_the_most_wanted_language_we_have() -> None:
    for header, language in [
        (None, Language.CHINESE), ("", Language.CHINESE), ("*", Language.CHINESE), ("en", Language.ENGLISH),
        ("en-GB", Language.ENGLISH), ("EN-us;q=0.3", Language.ENGLISH),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", Language.CHINESE),
        ("en-US,en;q=0.9,zh-TW;q=0.8", Language.ENGLISH), ("zh;q=0.4, en;q=0.5", Language.ENGLISH),
        ("fr-FR, en;q=0.5", Language.ENGLISH), ("fr-FR, de", Language.CHINESE), ("en;q=0", Language.CHINESE),
        ("en;q=nonsense", Language.CHINESE), ("english", Language.CHINESE), (";;,,;q=", Language.CHINESE),
        ("en;q=nan, zh", Language.CHINESE),
    ]:  # fmt: skip
        assert preferred_language(header) is language


def test_json_asked_for_by_name() -> None:
    for accept in [
        "application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json, text/plain, */*", "audio/mpeg;q=0.5, application/json", "application/json;q=0.1",
        "*/*, application/json;q=0.1",
    ]:  # fmt: skip
        assert prefers_json(accept)


def test_anything_else_is_the_audio() -> None:
    for accept in [
        None, "", "*/*", "application/*", "audio/mpeg",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
        "application/json;q=0", "application/json;q=nonsense", "audio/mpeg, application/json;q=0.5",
        "application/jsonp", ";;,,",
    ]:  # fmt: skip
        assert not prefers_json(accept)
