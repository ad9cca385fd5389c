"""The page of the OpenAI-compatible provider says what its code does."""

from __future__ import annotations

import json
from typing import Final

from castline.speech import errors
from castline.speech.providers.openai_compatible.options import DEFAULT_BASE_URL, OPTION_NAMES
from castline.speech.providers.openai_compatible.provider import OpenAiProvider
from castline.workflow.failures import read_failure
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


def test_every_error_is_listed_with_the_code_that_the_job_gets() -> None:
    listed = {
        cells[1].strip("`"): cells[2].strip("`") for cells in rows(PAGE) if hasattr(errors, cells[1].strip("`"))
    }

    leaves = {
        error.__name__
        for group in (errors.TransientSpeechError, errors.PermanentSpeechError)
        for error in group.__subclasses__()
    }
    assert listed.keys() == leaves
    assert all(read_failure({"Error": name}).code == code for name, code in listed.items())
