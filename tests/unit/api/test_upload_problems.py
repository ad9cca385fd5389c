"""Problems of uploaded files: each is explained in every language."""

from __future__ import annotations

import pytest

from castline.api.messages import upload_problem_message
from castline.api.negotiation import Language
from castline.audio.upload_limits import UploadProblem


@pytest.mark.parametrize("problem", UploadProblem)
def test_every_problem_has_a_sentence_of_its_own_in_every_language(problem: UploadProblem) -> None:
    told = {upload_problem_message(problem, language) for language in Language}

    assert len(told) == len(Language)
    assert all(told)
