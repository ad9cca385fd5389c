"""Dialogues as they are stored: what makes no use of a newer field is stored as it always was."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest

from castline.audio.profile import Loudness, Quality
from castline.dynamodb import serialize
from castline.jobs import items
from castline.jobs.model import Bed, Dialogue, Jingle, Music, SoundTurn, Turn, VoiceAssignment
from castline.jobs.plain_values import plain_values
from castline.scripts.parts import Markup
from castline.speech.pronunciation import Alphabet, Pronunciation
from tests.integration.examples import make_dialogue, make_job

OF_THE_FIRST_RELEASE: dict[str, Any] = {
    "provider": "azure",
    "turns": [{"speaker": "A", "text": "**你好**", "index": 0}],
    "voice_assignments": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": None}],
    "language": "zh-TW", "output_format": "mp3", "gap_ms": 300, "crossfade_ms": 50, "job_type": "multi_role_tts",
    "delivery": {"speed": 1.0, "pitch_percent": 0, "volume": 1.0},
}  # fmt: skip


MUSIC = Music(
    intro=Jingle(sound_id="a", gain_db=-3.0, fade_out_ms=1500, overlap_ms=1500),
    bed=Bed(sound_id="b", gain_db=-12.0, fade_in_ms=2000, fade_out_ms=4000, duck_db=10.0),
)
SOUNDS = (SoundTurn(sound_id="c", index=5), SoundTurn(sound_id="c", index=7, gain_db=-6.0, under=True))
"""Not valid, as those of another release may be: no turn comes after the second."""


def stored_and_read(dialogue: Dialogue) -> Dialogue | None:
    job = make_job()
    stored = [items.new_job_item(job), items.input_item(job.id, dialogue)]
    record = items.read_record([serialize(item) for item in stored])
    assert record is not None
    return record.dialogue


def test_a_dialogue_without_newer_fields_is_stored_as_by_the_first_release() -> None:
    assert plain_values(make_dialogue("**你好**")) == OF_THE_FIRST_RELEASE


def test_a_dialogue_of_the_first_release_is_spoken_as_it_stands() -> None:
    job = make_job()
    packed = zlib.compress(json.dumps(OF_THE_FIRST_RELEASE).encode())
    stored = [items.new_job_item(job), {**items.job_key(job.id, items.INPUT), "dialogue": packed}]

    record = items.read_record([serialize(item) for item in stored])

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
        {"quality": Quality.STUDIO, "recording": Quality.STANDARD, "loudness": Loudness.PODCAST},
        {"music": MUSIC},
        {"music": Music(outro=Jingle(sound_id="a"))},
        {"sounds": SOUNDS, "cover_id": "d"},
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
    dialogue = replace(make_dialogue("好"), **changes, is_stored=True)

    assert stored_and_read(dialogue) == dialogue


def test_how_it_sounds_is_stored_as_it_was_stored_first() -> None:
    dialogue = make_dialogue(
        "**你好**",
        quality=Quality.STUDIO,
        recording=Quality.STANDARD,
        loudness=Loudness.PODCAST,
        music=MUSIC,
        sounds=SOUNDS,
        cover_id="d",
        is_stored=True,
    )

    # Deployments have dialogues like this in their tables: a value may be added, but none changed.
    assert plain_values(dialogue) == OF_THE_FIRST_RELEASE | {
        "quality": "studio",
        "recording": "standard",
        "loudness": "podcast",
        "music": {
            "intro": {
                "sound_id": "a", "gain_db": -3.0, "fade_in_ms": 0, "fade_out_ms": 1500, "overlap_ms": 1500,
            },
            "outro": None,
            "bed": {
                "sound_id": "b", "gain_db": -12.0, "fade_in_ms": 2000, "fade_out_ms": 4000, "duck_db": 10.0,
            },
        },
        "sounds": [
            {"sound_id": "c", "gain_db": 0.0, "fade_in_ms": 0, "fade_out_ms": 0, "index": 5, "under": False},
            {"sound_id": "c", "gain_db": -6.0, "fade_in_ms": 0, "fade_out_ms": 0, "index": 7, "under": True},
        ],
        "cover_id": "d",
    }  # fmt: skip


def test_a_dialogue_of_the_first_release_has_no_loudness_target() -> None:
    dialogue = make_dialogue("**你好**")

    assert (dialogue.quality, dialogue.loudness, dialogue.music) == (Quality.STANDARD, Loudness.NONE, None)


def test_a_sound_of_a_newer_release_is_read_by_what_is_known_of_it() -> None:
    job, dialogue = make_job(), make_dialogue("好", sounds=SOUNDS, is_stored=True)
    values = plain_values(dialogue)
    values["sounds"][0]["reverb"] = "cathedral"
    packed = zlib.compress(json.dumps(values).encode())
    stored = [items.new_job_item(job), {**items.job_key(job.id, items.INPUT), "dialogue": packed}]

    record = items.read_record([serialize(item) for item in stored])

    assert record is not None
    assert record.dialogue == dialogue


@pytest.mark.parametrize("rendition_of", [None, "01a20fd9-03f4-771c-ab26-051b2dcc930e"])
def test_a_version_names_the_job_whose_speech_it_uses(rendition_of: str | None) -> None:
    job = make_job(rendition_of=rendition_of)
    item = items.new_job_item(job)

    assert ("rendition_of" in item) == (rendition_of is not None)
    assert items.read_job(serialize(item)).rendition_of == rendition_of
