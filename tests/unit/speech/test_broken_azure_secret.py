"""Secrets of Speech resources that somebody has broken: each is refused, and none is told."""

from __future__ import annotations

import pytest

from castline.speech.errors import ProviderMisconfigured
from castline.speech.providers.azure.secret import parse_azure_secret


@pytest.mark.parametrize(
    "text",
    [
        "not JSON: secret-key",
        "",
        "[]",
        "{}",
        "null",
        '"secret-key"',
        '{"key": "secret-key"}',
        '{"region": "eastasia"}',
        '{"key": "secret-key", "region": "eastasia", "host": "ws://127.0.0.1:9"}',
        '{"key": null, "region": "eastasia"}',
        '{"key": "", "region": "eastasia"}',
        '{"key": 7, "region": "eastasia"}',
        '{"key": "secret-key\\n", "region": "eastasia"}',
        '{"key": "secret\\u0000key", "region": "eastasia"}',
        '{"key": "secret-key", "region": "East Asia"}',
        '{"key": "secret-key", "region": ""}',
        '{"key": "secret-key", "host": "nowhere"}',
        '{"key": "secret-key", "host": ["ws://127.0.0.1:9"]}',
    ],
)
def test_it_is_refused_without_telling_the_key(text: str) -> None:
    with pytest.raises(ProviderMisconfigured) as refusal:
        parse_azure_secret(text)

    assert "secret" not in str(refusal.value).replace("the secret", "")
