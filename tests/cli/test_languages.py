from __future__ import annotations

import pytest

from castline_cli.languages import accept_language


@pytest.mark.parametrize(
    ("wanted", "environment", "header"),
    [
        (None, {}, "en"),
        (None, {"LANG": "C"}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "POSIX"}, "en"),
        (None, {"LANG": "zh_TW.UTF-8"}, "zh-TW, en;q=0.5"),
        (None, {"LANG": "zh_TW"}, "zh-TW, en;q=0.5"),
        (None, {"LANG": "de_DE@euro"}, "de-DE, en;q=0.5"),
        (None, {"LANG": "en_GB.UTF-8"}, "en-GB, en;q=0.5"),
        (None, {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh-TW, en;q=0.5"),
        (None, {"LANG": "zh_TW.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "zh_TW.UTF-8", "LC_ALL": ""}, "zh-TW, en;q=0.5"),
        ("zh-Hant-TW", {"LANG": "en_GB.UTF-8"}, "zh-Hant-TW, en;q=0.5"),
        ("en", {"LANG": "zh_TW.UTF-8"}, "en, en;q=0.5"),
        ("x\r\ny: z", {}, "en"),
    ],
)
def test_the_header_says_what_is_wanted(wanted: str | None, environment: dict[str, str], header: str) -> None:
    assert accept_language(wanted, environment) == header
