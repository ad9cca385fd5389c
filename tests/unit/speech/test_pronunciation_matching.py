"""Pronunciation matching: the longest entry first, whole words in spaced scripts, written in any Unicode form."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from castline.speech.pronunciation import Alphabet, Pronunciation, SpokenAs
from castline.speech.pronunciation_matching import find_spoken_as, used_in
from tests.unit.linear_time import little_time, long

CASES = [
    # Whole words where there are spaces
    ("The cat concatenates.", ["cat"], ["cat"]),
    ("cats, cat's, CAT-5, cat5, _cat_", ["cat"], ["cat", "CAT", "cat"]),
    ("Use C# or C++ in VSC#.", ["C#", "C++"], ["C#", "C++"]),
    ("кот и котик", ["кот"], ["кот"]), ("मैं मैंने कहा", ["मैं"], ["मैं"]),
    ("iPhone手機與iPhones", ["iPhone"], ["iPhone"]),
    # Anywhere where there are none
    ("我住在重慶市，不重複。", ["重慶"], ["重慶"]),
    ("東京都に行く", ["東京都", "東京", "京都"], ["東京都"]),
    ("กรุงเทพมหานคร", ["กรุงเทพ"], ["กรุงเทพ"]),
    # Korean particles
    ("서울은 크고 남서울은 작다", ["서울"], ["서울"]), ("iPhone은 비싸다", ["iPhone"], ["iPhone"]),
    # The longest first, the leftmost first, without overlap
    ("New York City and New York", ["York", "New York", "New York City"], ["New York City", "New York"]),
    ("a b c", ["a b", "b c"], ["a b"]), ("New Yorker", ["New", "New York"], ["New"]),
    # Case
    ("sql SQL Sql", ["sql"], ["sql", "SQL", "Sql"]), ("US us Us", ["US"], ["US"]),
    ("STRASSE Straße", ["straße"], ["STRASSE", "Straße"]),
    ("Polish polish", ["Polish"], ["Polish"]),
    # Unicode forms, and marks as part of a letter
    ("caf\u00e9 cafe\u0301 cafe", ["cafe\u0301"], ["caf\u00e9", "cafe\u0301"]),
    ("caf\u00e9 cafe\u0301 cafe", ["caf\u00e9"], ["caf\u00e9", "cafe\u0301"]),
    ("caf\u00e9 cafe\u0301 cafe", ["cafe"], ["cafe"]),
    ("e\u0323\u0301 e\u0301\u0323", ["e\u0301\u0323"], ["e\u0323\u0301", "e\u0301\u0323"]),
    ("각 \u1100\u1161\u11a8", ["가"], []),
    ("각 \u1100\u1161\u11a8", ["각"], ["각", "\u1100\u1161\u11a8"]),
    ("か\u3099 が か", ["が"], ["か\u3099", "が"]),
    # Nothing to find
    ("", ["a"], []), ("text", [], []),
]  # fmt: skip


def entries(*texts: str) -> tuple[Pronunciation, ...]:
    return tuple(Pronunciation(text=text, alias=f"as {text}") for text in texts)


def found(text: str, pronunciations: tuple[Pronunciation, ...], language: str = "en-US") -> list[str]:
    return [text[each.start : each.end] for each in find_spoken_as(text, pronunciations, language=language)]


def test_stretches_are_found() -> None:
    for text, written, expected in CASES:
        assert found(text, entries(*written)) == expected


def test_a_stretch_says_how_it_is_spoken() -> None:
    pronunciations = (
        Pronunciation(text="SQL", alias="sequel"),
        Pronunciation(text="重慶", phoneme="chong 2 qing 4", alphabet=Alphabet.SAPI),
    )

    assert find_spoken_as("SQL，重慶", pronunciations, language="zh-TW") == (
        SpokenAs(start=0, end=3, alias="sequel"),
        SpokenAs(start=4, end=6, phoneme="chong 2 qing 4", alphabet=Alphabet.SAPI),
    )


def test_the_most_specific_language_applies() -> None:
    for language, expected in [
        ("en-US", "American"), ("EN-us-x-a", "American"), ("en-GB", "English"), ("en", "English"), ("eng", "any"),
    ]:  # fmt: skip
        pronunciations = (
            Pronunciation(text="z", alias="any"),
            Pronunciation(text="z", alias="English", language="en"),
            Pronunciation(text="z", alias="American", language="en-us"),
            Pronunciation(text="z", alias="too late", language="en-US"),
        )

        (spoken,) = find_spoken_as("z", pronunciations, language=language)

        assert spoken.alias == expected


def test_an_entry_of_another_language_hides_no_shorter_one() -> None:
    pronunciations = (
        Pronunciation(text="San José", alias="x", language="es"),
        Pronunciation(text="San", alias="y"),
    )

    assert found("San José", pronunciations, "en-US") == ["San"]
    assert found("San José", pronunciations, "es-CR") == ["San José"]


def test_an_entry_as_written_comes_before_one_in_any_case() -> None:
    pronunciations = (Pronunciation(text="us", alias="them"), Pronunciation(text="US", alias="States"))

    assert [each.alias for each in find_spoken_as("us US Us", pronunciations, language="en")] == [
        "them",
        "States",
        "them",
    ]


def test_only_what_occurs_is_used() -> None:
    pronunciations = (
        Pronunciation(text="Rome", alias="a"), Pronunciation(text="York", alias="b"),
        Pronunciation(text="New York", alias="c"), Pronunciation(text="Wien", alias="d", language="de"),
        Pronunciation(text="Wien", alias="e", language="fr"), Pronunciation(text="us", alias="f"),
        Pronunciation(text="US", alias="g"), Pronunciation(text="Paris", alias="h"),
    )  # fmt: skip

    used = used_in([("New York, Wien", "de-AT"), ("Romes and the us", "en-US"), ("Rom", "fr")], pronunciations)

    assert [each.alias for each in used] == ["b", "c", "d", "f"]


LETTERS = "aAbß\u00e9e\u0301\u0323 .重慶가1"
TEXTS = st.text(LETTERS, max_size=12)
WRITTEN = st.lists(st.text(LETTERS, min_size=1, max_size=4), max_size=6)


def is_mark(text: str, position: int) -> bool:
    return position < len(text) and unicodedata.category(text[position]) == "Mn"


def is_word(character: str) -> bool:
    return character in "aAbß\u00e9e1가\u0301\u0323"


def cuts_word(text: str, position: int, *, at_end: bool) -> bool:
    if not 0 < position < len(text) or (at_end and text[position] == "가"):
        return False
    return is_word(text[position]) and is_word(text[position - 1])


def is_same(one: str, other: str) -> bool:
    one, other = unicodedata.normalize("NFD", one), unicodedata.normalize("NFD", other)
    return one == other if other != other.lower() else one.casefold() == other.casefold()


def reference(text: str, written: list[str]) -> list[tuple[int, int]]:
    """Find the same by trying everything."""
    matches, start = [], 0
    while start < len(text):
        ends = [
            end
            for end in range(len(text), start, -1)
            if not (is_mark(text, end) or (start > 0 and is_mark(text, start)))
            and not (cuts_word(text, start, at_end=False) or cuts_word(text, end, at_end=True))
            and any(is_same(text[start:end], each) for each in written)
        ]
        if ends:
            matches.append((start, ends[0]))
        start = ends[0] if ends else start + 1
    return matches


@given(TEXTS, WRITTEN)
def test_matching_finds_what_trying_everything_finds(text: str, written: list[str]) -> None:
    spoken = find_spoken_as(text, entries(*written), language="en")

    assert [(each.start, each.end) for each in spoken] == reference(text, written)


@given(TEXTS, WRITTEN, st.data())
def test_what_is_found_in_a_piece_is_used_in_the_whole(text: str, written: list[str], data: st.DataObject) -> None:
    pronunciations = entries(*written)
    pieces = text.split(" ")
    piece = data.draw(st.sampled_from(pieces))

    aliases = {each.alias for each in used_in([(text, "en-US")], pronunciations)}

    assert aliases >= {each.alias for each in find_spoken_as(piece, pronunciations, language="en")}


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=5), max_size=10))
def test_matches_are_in_order_without_overlap(text: str, written: list[str]) -> None:
    pronunciations = entries(*written)

    spoken = find_spoken_as(text, pronunciations, language="en")

    assert all(0 <= each.start < each.end <= len(text) for each in spoken)
    assert all(one.end <= other.start for one, other in pairwise(spoken))
    assert {each.alias for each in used_in([(text, "en-US")], pronunciations)} >= {each.alias for each in spoken}


HOSTILE = {
    "one character after another": (long("中"), ["中" * (k % 99 + 1) + chr(0x6587 + k) for k in range(1000)]),
    "words that almost match": (long("x xab "), ["x xab " * k + "x xa" for k in range(16)]),
    "every case": ("a" * 12 + " ", ["".join("aA"[k >> bit & 1] for bit in range(12)) for k in range(1, 1000)]),
    "one letter with marks": ("a" + long("\u0301\u0323"), ["a" + "\u0301" * 99]),
    "one begins with another": (long("中"), ["中" * k for k in range(1, 101)]),
    "every language": (long("abc "), ["abc"] * 1000),
}


def test_no_entries_make_matching_slow() -> None:
    for name, (text, written) in HOSTILE.items():
        pronunciations = tuple(
            Pronunciation(text=each, alias="x", language=f"en-x-{number}" if name == "every language" else None)
            for number, each in enumerate(written)
        )

        with little_time(name):  # trying every entry at every position takes minutes
            find_spoken_as(text, pronunciations, language="en-US")
            used_in([(text, "en-US")], pronunciations)


def test_the_index_is_made_once_for_many_texts() -> None:
    pronunciations = entries(*(f"word {number}" * 8 for number in range(1000)))

    with little_time("a thousand texts"):
        for _ in range(1000):
            find_spoken_as("word 1", pronunciations, language="en")
