"""Dialogues as they are stored: what makes no use of a newer field is stored as it always was."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest

from castline.jobs import items
from castline.jobs.model import Dialogue, Turn, VoiceAssignment
from castline.jobs.plain_values import plain_values
from castline.scripts.parts import Markup
from castline.speech.pronunciation import Alphabet, Pronunciation
from tests.integration.examples import make_dialogue, make_job

OF_THE_FIRST_RELEASE: dict[str, Any] = {
    "provider": "azure",
    "turns": [{"speaker": "A", "text": "**你好**", "index": 0}],
    "voice_assignments": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": None}],
    "language": "zh-TW",
    "output_format": "mp3",
    "gap_ms": 300,
    "crossfade_ms": 50,
    "job_type": "multi_role_tts",
    "delivery": {"speed": 1.0, "pitch_percent": 0, "volume": 1.0},
}


def stored_and_read(dialogue: Dialogue) -> Dialogue | None:
    job = make_job()
    stored = [items.new_job_item(job), items.input_item(job.id, dialogue)]
    record = items.read_record([items.serialize(item) for item in stored])
    assert record is not None
    return record.dialogue


def test_a_dialogue_without_newer_fields_is_stored_as_by_the_first_release() -> None:
    assert plain_values(make_dialogue("**你好**")) == OF_THE_FIRST_RELEASE


def test_a_dialogue_of_the_first_release_is_spoken_as_it_stands() -> None:
    job = make_job()
    packed = zlib.compress(json.dumps(OF_THE_FIRST_RELEASE).encode())
    stored = [items.new_job_item(job), {**items.job_key(job.id, items.INPUT), "dialogue": packed}]

    record = items.read_record([items.serialize(item) for item in stored])

    assert record is not None
    assert record.dialogue == make_dialogue("**你好**")
    assert record.dialogue.markup is Markup.LITERAL


@pytest.mark.parametrize(
    "changes",
    [
        {"markup": Markup.AUTO},
        {"pronunciations": (Pronunciation(text="AWS", alias="A W S", language="en"),)},
        {"pronunciations": (Pronunciation(text="重慶", phoneme="chong 2 qing 4", alphabet=Alphabet.SAPI),)},
        {
            "turns": (
                Turn(speaker="A", text="好", index=0, style="sad", pause_after_ms=0, take=2, chapter="一", speed=0.5),
            )
        },
        {
            "voice_assignments": (
                VoiceAssignment(
                    speaker="A",
                    voice_id="zh-CN-XiaoxiaoNeural",
                    pitch=-5,
                    volume=0.0,
                    style_degree=2.0,
                    language="zh-CN",
                    styles=("cheerful", "sad"),
                ),
            )
        },
    ],
)
def test_newer_fields_are_read_as_they_were_stored(changes: dict[str, Any]) -> None:
    dialogue = replace(make_dialogue("好"), **changes)

    assert stored_and_read(dialogue) == dialogue
