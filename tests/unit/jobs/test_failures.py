"""Table of failures: it has every error, and every failure has a message, whatever details are known."""

from __future__ import annotations

import inspect
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import infra
from castline.api.negotiation import Language
from castline.audio.errors import BrokenSegment
from castline.aws_errors import ServiceUnavailable
from castline.jobs.failures import KINDS, FailureCode, JobFailure
from castline.speech import errors
from castline.usecases.errors import SegmentsExpired

STATES = json.loads((Path(infra.__path__[0]) / "workflow.asl.json").read_text("utf-8"))["States"]
SPEECH_ERRORS = {
    name: error
    for name, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.SpeechError) and not error.__subclasses__()
}
TRANSIENT = {name for kind in KINDS.values() for name in kind.transient}
PERMANENT = {name for kind in KINDS.values() for name in kind.permanent}
EVERYTHING = {"turn_index": 7, "voice_id": "zh-TW-HsiaoYuNeural"}


def retried(task: dict[str, Any]) -> set[str]:
    return {name for retrier in task["Retry"] for name in retrier["ErrorEquals"]}


def test_the_workflow_retries_what_the_table_calls_transient() -> None:
    synthesize = STATES["Synthesize"]["ItemProcessor"]["States"]["SynthesizeBatch"]
    of_providers = {name for name in TRANSIENT if name in SPEECH_ERRORS}

    assert retried(synthesize) == TRANSIENT
    assert retried(STATES["Plan"]) == retried(STATES["Assemble"]) == TRANSIENT - of_providers


def test_the_table_names_every_error_of_ours_once() -> None:
    named = [name for kind in KINDS.values() for name in (*kind.transient, *kind.permanent)]

    assert len(named) == len(set(named))
    ours = (BrokenSegment, SegmentsExpired, ServiceUnavailable)
    assert {*SPEECH_ERRORS, *(error.__name__ for error in ours)} <= set(named)
    assert SegmentsExpired.__name__ in PERMANENT
    for name, error in SPEECH_ERRORS.items():
        assert (name in TRANSIENT) == issubclass(error, errors.TransientSpeechError)
    assert set(KINDS) == set(FailureCode)


ANY_DETAILS: list[Any] = [
    EVERYTHING, {}, {"turn_index": 7}, {"voice_id": None}, {"turn_index": {}, "voice_id": []},
    {"turn_index": True, "voice_id": "{turn_index}"}, None, [], "text",
]  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_a_failure_has_a_sentence_whatever_its_details(language: Language) -> None:
    for code, details in product(FailureCode, ANY_DETAILS):
        sentence = JobFailure.read(code, details).sentence(language)

        assert sentence
        assert "{" not in sentence
        if details == EVERYTHING:
            assert all(str(EVERYTHING[name]) in sentence for name in KINDS[code].details)


def test_an_unknown_code_is_an_internal_error() -> None:
    assert JobFailure.read("OF_A_NEWER_RELEASE", {}) == JobFailure(code=FailureCode.INTERNAL_ERROR)


def test_details_of_another_type_are_left_out() -> None:
    failure = JobFailure.read(FailureCode.VOICE_NOT_FOUND, {"turn_index": True, "voice_id": ["zh-TW-HsiaoYuNeural"]})

    assert failure.details == {}
