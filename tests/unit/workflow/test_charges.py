"""Charges that are known before anything is spoken."""

from __future__ import annotations

import pytest

from castline.jobs.model import SynthesisMode
from castline.speech.providers.azure.provider import JOINT_MIN_UTTERANCES, AzureSpeech
from castline.speech.utterances import Utterance
from castline.synthesis.charges import charge, full_charge
from castline.synthesis.requests import charges, group_requests
from castline.synthesis.segments import plan_speech
from tests.unit.workflow.test_segments import dialogue_of

AZURE = AzureSpeech({})
BREAK = len("<break/>")
MANY = tuple(f"{number:03d}".ljust(60, "字") for number in range(JOINT_MIN_UTTERANCES + 20))


def alone(text: str) -> int:
    return len(text) + text.count("字")


def test_each_utterance_is_charged_once() -> None:
    assert full_charge(dialogue_of("a字", "b", "a字"), AZURE, 8) == alone("a字") + alone("b")


def test_a_beat_costs_nothing() -> None:
    beat = Utterance("……", "zh-TW-HsiaoYuNeural", "zh-TW")

    assert charges([beat], AZURE) == [0]
    assert full_charge(dialogue_of("……", "字"), AZURE, 8) == alone("字")


def test_batched_requests_have_breaks_between_utterances() -> None:
    # Given
    plan = plan_speech(dialogue_of(*MANY), AZURE)
    assert plan.mode is SynthesisMode.NATIVE

    # Then each request has one break less than utterances, in each batch
    requests = sum(min(8, len(batch.positions)) for batch in plan.batches)
    expected = sum(map(alone, MANY)) + BREAK * (len(MANY) - requests)
    assert charge(plan, AZURE, 8) == full_charge(dialogue_of(*MANY), AZURE, 8) == expected


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_what_is_stored_is_neither_charged_nor_grouped(concurrency: int) -> None:
    # Given every third utterance is stored
    plan = plan_speech(dialogue_of(*MANY), AZURE)
    stored = set(range(0, len(MANY), 3))

    # When
    rest = charge(plan, AZURE, concurrency, stored=stored)

    # Then the requests of each batch are made of what is missing in it
    missing = [[position for position in batch.positions if position not in stored] for batch in plan.batches]
    requests = [
        group_requests(
            [plan.utterances[position].utterance for position in batch],
            AZURE,
            batched_requests=True,
            concurrency=concurrency,
        )
        for batch in missing
    ]
    text = sum(alone(MANY[position]) for batch in missing for position in batch)
    breaks = sum(len(members) - 1 for batch in requests for members in batch)
    assert rest == text + BREAK * breaks
    assert rest < charge(plan, AZURE, concurrency)


def test_nothing_is_charged_where_everything_is_stored() -> None:
    plan = plan_speech(dialogue_of(*MANY), AZURE)

    assert charge(plan, AZURE, 8, stored=range(len(MANY))) == 0
    assert charge(plan, AZURE, 8, stored=()) == full_charge(dialogue_of(*MANY), AZURE, 8)
