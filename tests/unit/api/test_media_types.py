from __future__ import annotations

import pytest

from castline.api.media_types import prefers_json


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
