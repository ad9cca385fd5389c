from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.cues import cues_of
from castline.speech.estimated_words import estimate_words

DURATION_MS = 10_000


@given(st.text(max_size=200), st.integers(0, 60_000))
def test_words_come_in_order_and_within_the_audio(text: str, duration_ms: int) -> None:
    words = estimate_words(text, duration_ms=duration_ms)

    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert all(0 <= word.start_ms <= word.end_ms <= duration_ms for word in words)
    assert all(one.end <= other.start and one.end_ms <= other.start_ms for one, other in pairwise(words))


def test_words_fill_the_audio_in_proportion_to_their_length() -> None:
    words = estimate_words("one three", duration_ms=800)

    assert [(word.start_ms, word.end_ms) for word in words] == [(0, 300), (300, 800)]


def test_a_pause_lies_between_sentences() -> None:
    first, second = estimate_words("ab. cd.", duration_ms=840)

    assert (first.end_ms, second.start_ms, second.end_ms) == (170, 670, 840)


@pytest.mark.parametrize("text", ["", "……", "!?"])
def test_what_has_no_word_has_none(text: str) -> None:
    assert estimate_words(text, duration_ms=DURATION_MS) == ()


@pytest.mark.parametrize(
    "sentence", ["The quick brown fox jumps over the lazy dog. ", "今天天氣真好，我們去公園走走吧。"]
)
def test_a_long_text_has_a_cue_for_each_sentence(sentence: str) -> None:
    text = sentence * 5

    cues = cues_of(text, estimate_words(text, duration_ms=DURATION_MS), DURATION_MS)

    assert len(cues) == 5
    lengths_ms = [cue.end_ms - cue.start_ms for cue in cues]
    assert max(lengths_ms) - min(lengths_ms) < 600
