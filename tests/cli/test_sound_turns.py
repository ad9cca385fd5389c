"""Sounds among the turns of a script in JSON: what is parsed without them, and where they are put back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from castline.scripts.formats import ScriptFormat
from castline.scripts.parser import parse_script
from castline_cli.errors import Misused
from castline_cli.sound_references import SoundReference
from castline_cli.sound_turns import split_sounds

FOLDER = Path("programme")
DOOR = SoundReference("door.wav", FOLDER)
SCRIPT = """{"title": "x", "turns": [
  {"sound": "door.wav", "gain_db": -3},
  {"speaker": "A", "text": "Who is there?"},
  {"sound_id": "steps", "under": true}, {"speaker": "B", "text": "Me."},
  {"speaker": "A", "text": "Come in."}, {"sound": "door.wav"},
  {"sound_id": "bell"}
]}
"""


def parsed(script: str) -> list[dict[str, Any]]:
    """Return the turns of a script, as the service does."""
    turns = parse_script(script, max_turns=100, script_format=ScriptFormat.JSON).turns
    return [
        {"speaker": turn.speaker, "text": turn.text, "index": index, "line": turn.line}
        for index, turn in enumerate(turns)
    ]


def merged(script: str) -> list[dict[str, Any]]:
    split = split_sounds(script, FOLDER)
    assert split is not None
    return split.merge(parsed(split.words))


def test_sounds_are_put_back_where_they_were() -> None:
    assert merged(SCRIPT) == [
        {"sound_id": DOOR, "gain_db": -3, "index": 0},
        {"speaker": "A", "text": "Who is there?", "index": 1, "line": 3},
        {"sound_id": "steps", "under": True, "index": 2},
        {"speaker": "B", "text": "Me.", "index": 3, "line": 4},
        {"speaker": "A", "text": "Come in.", "index": 4, "line": 5},
        {"sound_id": DOOR, "index": 5},
        {"sound_id": "bell", "index": 6},
    ]


def test_what_is_parsed_is_the_script_without_them_on_the_same_lines() -> None:
    split = split_sounds(SCRIPT, FOLDER)

    assert split is not None
    assert len(split.words) == len(SCRIPT)
    assert [turn["text"] for turn in json.loads(split.words)["turns"]] == ["Who is there?", "Me.", "Come in."]


@pytest.mark.parametrize("name", ["turns", "dialogue", "messages"])
def test_they_are_found_wherever_the_service_finds_turns(name: str) -> None:
    script = f'\ufeff{{"title": "[x]", "{name}": [{{"sound_id": "bell"}}, {{"name": "A", "content": "One."}}]}}'

    assert [turn.get("text") for turn in merged(script)] == [None, "One."]


def test_sounds_are_in_order_of_the_indexes() -> None:
    script = """[
        {"speaker": "B", "text": "Two.", "index": 9},
        {"sound_id": "bell", "index": 8},
        {"speaker": "A", "text": "One.", "index": 7}
    ]"""

    assert [turn.get("text") for turn in merged(script)] == ["One.", None, "Two."]
    assert [turn["index"] for turn in merged(script)] == [0, 1, 2]


def test_a_turn_that_a_heading_has_divided_stays_together() -> None:
    script = """[
        {"speaker": "A", "text": "One.\\n# Part 2\\nTwo."},
        {"sound_id": "bell"},
        {"speaker": "B", "text": "Three."},
        {"sound_id": "end"}
    ]"""

    heard = [turn.get("text") or turn["sound_id"] for turn in merged(script)]

    assert heard == ["One.", "Two.", "bell", "Three.", "end"]


def test_it_is_not_guessed_where_a_sound_belongs() -> None:
    script = '[{"speaker": "A", "text": "One.\\n# Part 2\\nTwo."}, {"sound_id": "x"}, {"speaker": "A", "text": "3."}]'

    with pytest.raises(Misused, match="begin each turn of the script on a new line"):
        merged(script)


@pytest.mark.parametrize(
    "script",
    [
        "A: Hello.\n",
        "[A] Hello.\n[B] Hi.\n",
        '{"turns": [{"speaker": "A", "text": "x"}]}',
        '{"turns": [{"sound": "door.wav"}, nonsense]}',
        '{"turns": [{"speaker": "A", "text": "x", "sound": "mine"}]}',
        "[1, 2]",
        '{"script": ["A: Hello."]}',
        "",
    ],
)
def test_other_scripts_are_left_as_they_are(script: str) -> None:
    assert split_sounds(script, FOLDER) is None
