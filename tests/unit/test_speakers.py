"""Speaker keys: the spellings that name the same speaker.

The table is shared with the console, which compares speakers by itself (``web/src/speakers.test.ts``), and with the
command line, which does so too.
"""

from __future__ import annotations

import json
import sys
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


@pytest.mark.parametrize(
    ("one", "other"), [pytest.param(each["one"], each["other"], id=each["why"]) for each in SPELLINGS["same"]]
)
@KEYS
def test_one_speaker_may_be_spelled_in_two_ways(one: str, other: str, key: Key) -> None:
    assert one != other
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [(each["one"], each["other"]) for each in SPELLINGS["different"]])
@KEYS
def test_what_looks_different_is_another_speaker(one: str, other: str, key: Key) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("name", SPELLINGS["invisible"])
@KEYS
def test_a_name_of_nothing_visible_has_no_key(name: str, key: Key) -> None:
    assert key(name) == ""
    assert is_invisible(name)


def test_whether_a_name_is_invisible_is_known_without_its_key() -> None:
    characters = [chr(each) for each in range(sys.maxunicode + 1)]

    assert [each for each in characters if is_invisible(each) != (speaker_key(each) == "")] == []
