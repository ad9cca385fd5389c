"""Forms of the secret with the keys of Speech resources."""

from __future__ import annotations

import json

import pytest

from castline.speech.errors import ProviderMisconfigured
from castline.speech.providers.azure.secret import parse_azure_secret

EAST = {"key": "key-1", "region": "eastasia"}
WEST = {"key": "key-2", "region": "westeurope"}


def test_one_resource_or_several() -> None:
    for content, resources in [
        (EAST, {"eastasia": EAST}),
        ({"key": "key-1", "host": "ws://127.0.0.1:9"}, {"default": {"key": "key-1", "host": "ws://127.0.0.1:9"}}),
        ({**EAST, "name": "first"}, {"first": EAST}),
        ({"resources": [EAST]}, {"eastasia": EAST}),
        ({"resources": [EAST, WEST]}, {"eastasia": EAST, "westeurope": WEST}),
        ({"resources": [{**EAST, "name": "a"}, {**EAST, "name": "b"}]}, {"a": EAST, "b": EAST}),
        ({"resources": [{**EAST, "note": "kept by others"}, WEST]}, {"eastasia": EAST, "westeurope": WEST}),
    ]:
        assert parse_azure_secret(json.dumps(content)) == resources


def test_anything_else_is_refused_without_telling_the_key() -> None:
    for content in [
        {"resources": []}, {"resources": None}, {"resources": EAST}, {"resources": ["key-1"]},
        {"resources": [EAST, {}]}, {"resources": [EAST, {"key": "key-2"}]}, {"resources": [EAST, EAST]},
        {"resources": [{**EAST, "name": "a"}, {**WEST, "name": "a"}]},
        {"resources": [{**EAST, "name": "a#b"}]}, {"resources": [{**EAST, "name": ""}]},
        {"resources": [{**EAST, "name": 7}]}, {"resources": [{**EAST, "region": 7}]},
        {"resources": [{"resources": [EAST]}]},
    ]:  # fmt: skip
        with pytest.raises(ProviderMisconfigured) as refusal:
            parse_azure_secret(json.dumps(content))

        assert "key-1" not in str(refusal.value)
