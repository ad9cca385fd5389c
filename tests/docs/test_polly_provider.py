"""Page of Amazon Polly: it agrees with the code."""

from __future__ import annotations

import json
from typing import Final

from castline.speech.providers.polly.provider import DEFAULT_ENGINE, AmazonPolly
from tests.docs.pages import code, read, row_of

PAGE: Final = read("docs/providers/polly.md")
ENGINES: Final = ("generative", "long-form", "neural", "standard")


def test_the_options_are_explained_and_the_example_is_accepted() -> None:
    assert row_of(PAGE, "engine")[1] == f"`{DEFAULT_ENGINE}`"
    (example,) = code(PAGE, "json")
    options = json.loads(example)
    AmazonPolly(options)
    assert all(row_of(PAGE, option) for option in options)


def test_what_each_engine_takes_and_gives_is_true() -> None:
    for engine in ENGINES:
        _, rate, pitch, words = row_of(PAGE, engine)
        traits = AmazonPolly({"engine": engine}).traits("Joanna")
        assert (rate == "yes", pitch == "yes", words == "yes") == (
            traits.takes_rate,
            traits.takes_pitch,
            traits.reports_words,
        )


def test_the_longest_text_is_named() -> None:
    assert f"One text has {AmazonPolly.capabilities.max_utterance_characters} characters at most" in PAGE
