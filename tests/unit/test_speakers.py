"""Speaker keys: the spellings that name the same speaker.

The table is shared with the console, which compares speakers by itself (``web/src/speakers.test.ts``), and with the
command line, which does so too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from castline.speakers import is_invisible, speaker_key
from castline_cli import speakers as in_command_line

if TYPE_CHECKING:
    from collections.abc import Callable

    Key = Callable[[str], str]

SPELLINGS = json.loads(Path(__file__).with_name("speakers.json").read_text("utf-8"))
KEYS = pytest.mark.parametrize("key", [speaker_key, in_command_line.speaker_key], ids=["service", "command line"])


@KEYS
def test_one_speaker_may_be_spelled_in_two_ways(key: Key) -> None:
    assert [each["why"] for each in SPELLINGS["same"] if key(each["one"]) != key(each["other"])] == []


@KEYS
def test_what_looks_different_is_another_speaker(key: Key) -> None:
    assert [each for each in SPELLINGS["different"] if key(each["one"]) == key(each["other"])] == []


@KEYS
def test_a_name_of_nothing_visible_has_no_key(key: Key) -> None:
    assert [name for name in SPELLINGS["invisible"] if key(name) != "" or not is_invisible(name)] == []


def test_whether_a_name_is_invisible_is_known_without_its_key() -> None:
    # The other planes have ideographs, private characters and nothing.
    characters = [chr(each) for each in (*range(0x2_0000), *range(0xE_0000, 0xE_1000))]

    assert [each for each in characters if is_invisible(each) != (speaker_key(each) == "")] == []
