"""Page of the OpenAI-compatible provider: it agrees with the code."""

from __future__ import annotations

import json
from typing import Final

from castline.speech.providers.openai_compatible.options import DEFAULT_BASE_URL, OPTION_NAMES
from castline.speech.providers.openai_compatible.provider import OpenAiProvider
from tests.docs.pages import code, read, row_of, rows

PAGE: Final = read("docs/providers/openai.md")


def test_every_option_is_explained() -> None:
    explained = {cells[0].strip("`") for cells in rows(PAGE) if cells[0].strip("`") in OPTION_NAMES}

    assert explained == OPTION_NAMES
    assert row_of(PAGE, "base_url")[1] == f"`{DEFAULT_BASE_URL}`"


def test_the_examples_are_accepted() -> None:
    *options, secret = code(PAGE, "json")

    providers = [OpenAiProvider(json.loads(example)) for example in options]

    assert all(provider.read_secret(secret) for provider in providers)
