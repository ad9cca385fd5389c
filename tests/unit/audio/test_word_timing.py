"""Words of a finished file in the form in which they are stored beside it."""

from __future__ import annotations

import pytest

from castline.audio.errors import UnreadableWords
from castline.audio.word_timing import WordTiming, dump_words, load_words

WORDS = [
    WordTiming(start_ms=0, end_ms=480, turn_index=3, speaker="A", text="你好，"),
    WordTiming(
        start_ms=480, end_ms=980, turn_index=3, speaker="A", text="“世界”", ends_sentence=True, estimated=True
    ),
    WordTiming(start_ms=1_200, end_ms=2_000, turn_index=7, speaker="", text="ok ", estimated=True),
]
STORED = '[[3,"A",[[0,480,"你好，"],[480,980,"“世界”",3]]],[7,"",[[1200,2000,"ok ",2]]]]'


def test_the_stored_form_does_not_change() -> None:
    assert dump_words(WORDS).decode() == STORED
    assert load_words(STORED.encode(), "words.json") == WORDS


@pytest.mark.parametrize(
    "stored",
    [
        b"secret",
        b"\xff\xfe\xfd",
        b"[" * 100_000,
        b"{}",
        b"[1]",
        b'["secr"]',
        b'[[0,"A"]]',
        b'[[true,"A",[]]]',
        b'[[0,"A",[1]]]',
        b'[[0,"A",[[0,1]]]]',
        b'[[0,"A",[[0,1,"secret",4]]]]',
        b'[[0,"A",[[0,1,"secret",-1]]]]',
        b'[[0,"A",[[0,1,"secret",1,1]]]]',
        b'[[0,"A",[[2,1,"secret"]]]]',
        b'[[0,"A",[[-1,1,"secret"]]]]',
        b'[[0,"A",[[0,1.5,"secret"]]]]',
        rb'[[0,"A",[[0,1,"secret \ud800"]]]]',
        rb'[[0,"secret \ud800",[]]]',
    ],
)
def test_what_is_something_else_is_refused_without_telling_its_text(stored: bytes) -> None:
    with pytest.raises(UnreadableWords, match=r"words\.json") as refused:
        load_words(stored, "words.json")

    assert "secr" not in str(refused.value)
