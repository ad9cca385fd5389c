"""Which spellings name the same speaker.

The table is shared with the console, which compares speakers by itself (``web/src/speakers.test.ts``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from castline.speakers import is_invisible, speaker_key

SPELLINGS = json.loads(Path(__file__).with_name("speakers.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("one", "other"), [pytest.param(each["one"], each["other"], id=each["why"]) for each in SPELLINGS["same"]]
)
def test_one_speaker_may_be_spelled_in_two_ways(one: str, other: str) -> None:
    assert one != other
    assert speaker_key(one) == speaker_key(other)


@pytest.mark.parametrize(("one", "other"), [(each["one"], each["other"]) for each in SPELLINGS["different"]])
def test_what_looks_different_is_another_speaker(one: str, other: str) -> None:
    assert speaker_key(one) != speaker_key(other)


@pytest.mark.parametrize("name", SPELLINGS["invisible"])
def test_a_name_of_nothing_visible_has_no_key(name: str) -> None:
    assert speaker_key(name) == ""
    assert is_invisible(name)


def test_whether_a_name_is_invisible_is_known_without_its_key() -> None:
    characters = [chr(each) for each in range(sys.maxunicode + 1)]

    assert [each for each in characters if is_invisible(each) != (speaker_key(each) == "")] == []
