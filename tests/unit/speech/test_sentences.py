from __future__ import annotations

import json
from itertools import accumulate, chain, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.graphemes import graphemes
from castline.speech.cues import MAX_COLUMNS, cues_of, is_one_cue
from castline.speech.estimated_words import estimate_words
from castline.speech.places import Strength, ends_sentence, find_places
from castline.speech.segmentation import split_text
from tests.unit.linear_time import little_time, long

SENTENCES: dict[str, list[str]] = json.loads(Path(__file__).with_name("sentences.json").read_text("utf-8"))
"""Texts by language, with a bar where a sentence ends and another follows."""
MISSED = {
    # The English, Chinese and Japanese rules are older than the others, and stay as they are: where they cut is part
    # of the keys of stored segments.
    "Mr. and Mrs. Smith arrived at St. Mary's.| They sat.",
    "We went to no. 10.| It was closed.",
    "Ｖｅｒ．２が出た。|うれしい｡",
    # "Ir." is a title in Dutch, but "to go" in Spanish, where it often ends a sentence.
    "Drs. Bakker en ir. Smit komen a.s. maandag.| Fijn.",
}

WORDS_WITHOUT_SPACES = {
    "Thai": ["ผม", "กลับ", "บ้าน", "แล้ว", "นอน", "หลับ"],
    "Lao": ["ຂ້ອຍ", "ໄປ", "ຕະຫຼາດ"],
    "Khmer": ["ខ្ញុំ", "រៀន", "ភាសា", "ខ្មែរ"],
    "Burmese": ["ကျွန်တော်", "အိမ်", "ပြန်", "တယ်"],
}


def sentences_of(text: str) -> list[str]:
    ends = [place.marks_end for place in find_places(text) if place.strength >= Strength.SENTENCE]
    parts = (text[start:end].strip() for start, end in pairwise([0, *ends, len(text)]))
    return [part for part in parts if part]


def test_sentences_end_where_readers_of_the_language_end_them() -> None:
    for cases in SENTENCES.values():
        expected = {case: [part.strip() for part in case.split("|") if part.strip()] for case in cases}

        wrong = {case for case in expected if sentences_of(case.replace("|", "")) != expected[case]}

        assert wrong == MISSED & set(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("मैं घर गया। फिर सो गया।", ["मैं घर गया।", "फिर सो गया।"]),
        ("هل أنت بخير؟ نعم، شكرا.", ["هل أنت بخير؟", "نعم، شكرا."]),
        ("Am 21. Dezember kam er an. Siehe Abb. 3.", ["Am 21. Dezember kam er an.", "Siehe Abb. 3."]),
    ],
)
def test_a_sentence_of_any_script_is_a_cue(text: str, expected: list[str]) -> None:
    duration_ms = 4_000

    cues = cues_of(text, estimate_words(text, duration_ms=duration_ms), duration_ms)

    assert [text[cue.start : cue.end] for cue in cues] == expected
    assert not is_one_cue(text)


def test_clauses_end_at_the_marks_of_their_script() -> None:
    for clauses in [
        ["نعم،", "شكرا؛", "هيا"], ["ሰላም፣", "ነህ፤", "ደህና"], ["ကောင်းပါတယ်၊", "ကျေးဇူးပါ"], ["Հայոց՝", "լեզուն"],
        ["Πού·", "εδώ"],
    ]:  # fmt: skip
        text = " ".join(clauses)

        places = [place.marks_end for place in find_places(text) if place.strength == Strength.CLAUSE]

        assert places == [end - 1 for end in accumulate(len(clause) + 1 for clause in clauses[:-1])]


def test_a_semicolon_asks_in_greek_only() -> None:
    assert ends_sentence("Τι κάνεις;")
    assert ends_sentence("Τι κάνεις\u037e")
    assert not ends_sentence("How are you;")


def test_a_text_without_spaces_is_cut_between_words() -> None:
    for language_words in WORDS_WITHOUT_SPACES.values():
        for max_characters in (20, 29, 100):
            words = language_words * 30
            text = "".join(words)

            pieces = split_text(text, max_characters=max_characters)

            assert "".join(pieces) == text
            assert set(accumulate(map(len, pieces))) <= set(accumulate(map(len, words)))


def test_cues_of_a_text_without_spaces_end_between_words() -> None:
    for language_words in WORDS_WITHOUT_SPACES.values():
        words = language_words * 20
        text = "".join(words)

        cues = cues_of(text, estimate_words(text, duration_ms=30_000), 30_000)

        assert len(cues) > 1
        assert {cue.end for cue in cues} <= set(accumulate(map(len, words)))
        assert all(cue.end - cue.start <= 2 * MAX_COLUMNS for cue in cues)


def test_estimated_words_are_whole_with_their_vowel_signs() -> None:
    for text in ["हिन्दी में विद्यार्थी पढ़ते हैं।", "বাংলা ভাষায় বিদ্যার্থী", "தமிழ் மொழியில்", "שָׁלוֹם עֲלֵיכֶם", "السَّلَامُ عَلَيْكُمْ"]:
        words = estimate_words(text, duration_ms=3_000)

        assert [text[word.start : word.end] for word in words] == text.rstrip("।").split()


def test_no_part_of_an_emoji_is_a_word() -> None:
    text = "cafe\u0301 👩‍👩‍👧 so"

    words = estimate_words(text, duration_ms=3_000)

    assert [text[word.start : word.end] for word in words] == ["cafe\u0301", "so"]


@given(
    st.lists(st.sampled_from([*chain(*WORDS_WITHOUT_SPACES.values()), "हिन्दी", "।", " ", "؟", "z. B. ", "3. "])),
    st.integers(15, 40),
)
def test_no_cut_falls_inside_a_grapheme_of_any_script(parts: list[str], max_characters: int) -> None:
    text = "".join(parts)
    starts = {0, *accumulate(map(len, graphemes(text)))}

    assert set(accumulate(map(len, split_text(text, max_characters=max_characters)))) <= starts


def test_a_long_text_of_any_language_takes_little_time() -> None:
    for pattern in ("z. B. ", "Am 1. Mai. ", "1. ", "ก", "กั", "ἀ;", ".“"):
        text = long(pattern)

        with little_time(pattern):
            pieces = split_text(text, max_characters=1_000)

        assert "".join(pieces) == text
