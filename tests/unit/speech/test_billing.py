from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castline.speech.providers.azure.billing import billed_characters
from castline.speech.utterances import Utterance


def billed(text: str, *, voice_id: str = "zh-TW-HsiaoYuNeural", language: str = "zh-TW") -> int:
    return billed_characters(Utterance(text=text, voice_id=voice_id, language=language))


def test_an_ideograph_counts_as_two_and_all_else_as_one() -> None:
    for text, characters in [
        ("abc", 3), ("a b\tc\n", 6), ("你好", 4), ("你好，today。", 11), ("漢字かなカナ", 8), ("韓國어", 5),
        ("人々〇", 6), ("𠮷", 2), ("😀", 1), ("。，！？、", 5), ("<b>", 9),
    ]:  # fmt: skip
        assert billed(text) == characters


def test_the_tags_around_it_cost_nothing() -> None:
    assert billed("你", voice_id="x-Y", language="en") == billed("你", voice_id="en-US-AvaMultilingualNeural")


@given(st.text("ab 你好かな，。"), st.text("ab 你好かな，。"))
def test_two_texts_cost_as_much_apart_as_together(first: str, second: str) -> None:
    assert billed(first) + billed(second) == billed(first + second)
    assert len(first) <= billed(first) <= 2 * len(first)
