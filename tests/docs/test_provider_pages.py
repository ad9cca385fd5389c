"""Every speech provider has a page, and its table of errors is whole."""

from __future__ import annotations

from typing import Final

import pytest

from castline.speech import errors
from castline.speech.providers.registry import PROVIDERS
from castline.workflow.task_errors import read_failure
from tests.docs.pages import read, rows

LEAVES: Final = {
    error.__name__
    for group in (errors.TransientSpeechError, errors.PermanentSpeechError)
    for error in group.__subclasses__()
}


@pytest.mark.parametrize("provider_id", sorted(PROVIDERS))
def test_every_error_is_listed_with_the_code_that_the_job_gets(provider_id: str) -> None:
    listed = {
        cells[1].strip("`"): cells[2].strip("`")
        for cells in rows(read(f"docs/providers/{provider_id}.md"))
        if len(cells) > 2 and hasattr(errors, cells[1].strip("`"))
    }

    assert listed.keys() == LEAVES
    assert all(read_failure({"Error": name}).code == code for name, code in listed.items())
